"""Features from the command line: training by a column, predicting lines, every refusal."""

import json

import pytest

import seqloom

from ..toys import GOLDEN, flags, tiny
from ..training.runs import validations

TAGGED = GOLDEN / "transduce-2.safetensors"
COLUMNS = ("--source", 1, "--target", 3, "--features", 2, "--task", "transduce")


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    """Letters, copied or reversed as a tag says; with a frequency."""
    path = tmp_path_factory.mktemp("table") / "t.tsv"
    lines = []
    for i in range(60):
        text = f"{'abcd'[i % 4]}{'efg'[i % 3]}{'hb'[i % 2]}{'ac'[i // 30]}"
        lines += [f"{text}\tREV\t{text[::-1]}\t{i}", f"{text}\tCOPY\t{text}\t{i}"]
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture(scope="module")
def run(table, tmp_path_factory):
    from seqloom.training import train

    columns = {"source_column": "1", "target_column": "3", "features_column": "2"}
    settings = tiny(data={**columns, "weight_column": "4"})
    out = tmp_path_factory.mktemp("run") / "run"
    assert train(table, out, config={"task": "transduce", **settings}).finished
    return out


def test_train_by_a_column(cli, table, tmp_path):
    done = cli("train", table, "--out", tmp_path / "run", *COLUMNS, *flags(tiny()))
    assert done.code == 0, done
    assert "features: 2 different tags, read before the source" in done.err
    model = seqloom.load(tmp_path / "run")
    assert set(model.parts.source.features) == {"REV", "COPY"}
    assert len(model.predict([("abc", "REV"), ("abc", "COPY;REV")])) == 2


def test_features_are_found_by_name_and_kept_for_tables(cli, table, tmp_path):
    rows = [line.split("\t")[:3] for line in table.read_text().splitlines()]
    named = tmp_path / "named.csv"
    named.write_text("".join(",".join(row) + "\n" for row in [["word", "tags", "form"], *rows]))
    run = tmp_path / "run"
    done = cli("train", named, "--out", run, *flags(tiny()))
    assert done.code == 0, done
    assert done.err.splitlines()[1] == (
        "source: word, target: form, features: tags, header in line 1"
    )
    assert seqloom.load(run).file.data_settings["features_column"] == "tags"
    plain = cli("predict", run, "abc\tREV").out.strip()
    asked = tmp_path / "asked.csv"
    asked.write_text("word,tags\nabc,REV\n")
    written = cli("predict", run, asked, "--write", "csv")
    assert written.out == f"word,tags,prediction\nabc,REV,{plain}\n"


def test_predict_lines_and_arguments(cli):
    lines = ["hgfe\tREV", "hgfe\tCOPY", "", "bad\tREV|UP"]
    want = "E F G H\nH G F E\n\nD A B\n"
    assert cli("predict", TAGGED, stdin="\n".join(lines).encode()).out == want
    assert cli("predict", TAGGED, *lines).out == want
    (found,) = map(json.loads, cli("predict", TAGGED, "ab\tREV", "--json").out.splitlines())
    assert (found["source"], found["outputs"][0]["text"]) == ("ab\tREV", "B A")


def test_unknown_and_missing_features(cli, refuses, tmp_path):
    done = cli("predict", TAGGED, "ab\tNEW;REV", "--oovs", tmp_path / "oovs.txt")
    assert done.err == (
        "note: line 1 has a symbol that was never seen in training and read as unknown: <NEW>\n"
    )
    assert (tmp_path / "oovs.txt").read_text() == "ab\tNEW;REV\n"
    for lines in ("ab\tREV\nab\n", "ab\tREV\nab\t\n"):
        line = refuses("predict", TAGGED, stdin=lines.encode())
        assert line == (
            "predict: line 2 has no features, which this model reads. Write them behind the "
            'source: walk<TAB>V;PST. In Python: ("walk", "V;PST").'
        )


def test_evaluate_reads_the_same_columns(cli, table, run, tmp_path):
    found = json.loads(cli("evaluate", run, table, "--json", "--outputs", tmp_path / "o.tsv").out)
    sources = {line.split("\t")[0] for line in table.read_text().splitlines()}
    assert found["sources"] == 2 * len(sources)
    assert set(found["weighted"]) == {"symbol_error_rate", "output_error_rate"}
    done = cli("evaluate", run, table)
    assert " output error rate, weighted " in done.out
    rows = (tmp_path / "o.tsv").read_text().splitlines()
    assert rows[1].startswith(r"aeha\tREV")


def test_validation_has_the_weighted_error(run):
    names = ("weighted_symbol_error", "weighted_output_error")
    for event in validations(run):
        assert all(event[name] >= 0.0 for name in names)
    model = seqloom.load(run)
    assert all(f"valid_{name}" in model.file.training for name in names)


def test_inspect(cli, tmp_path):
    done = cli("inspect", TAGGED, "hgfe\tREV", "--page", tmp_path / "p.html", "--json")
    found = json.loads(done.out)
    assert found["labels"]["source"] == ["<REV>", "h", "g", "f", "e"]
    assert found["output"] == "E F G H"
    assert "2 of them features" not in cli("info", TAGGED).out
    assert "3 of them features" in cli("info", TAGGED).out
