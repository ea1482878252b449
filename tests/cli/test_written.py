"""`predict --write`: dictionaries and tables from words, lines, and tables with other columns."""

import csv
import io
import json

import pandas as pd
import pytest

import seqloom
from seqloom.data.pairs.pairs import read_pairs

from ..toys import GOLDEN

CLASSIFIER = GOLDEN / "classify-1.safetensors"


@pytest.fixture
def words(tmp_path):
    path = tmp_path / "words.csv"
    path.write_text('id,word,note\n1,ab,"a, b"\n2,,\n3,hgfe,"""x"""\n')
    return path


def test_other_columns_are_kept(cli, model, words, tmp_path):
    out = tmp_path / "out.csv"
    assert cli("predict", model, words, "--write", "csv", "--out", out) == (0, "", "")
    assert list(csv.reader(io.StringIO(out.read_text()))) == [
        ["id", "word", "note", "prediction"],
        ["1", "ab", "a, b", "B A"],
        ["2", "", "", ""],
        ["3", "hgfe", '"x"', "E F G H"],
    ]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out.csv", "words.csv"]


def test_every_form_of_table_holds_the_same(cli, model, words, tmp_path):
    pytest.importorskip("pyarrow")
    want = pd.DataFrame(
        {
            "id": ["1", "2", "3"],
            "word": ["ab", "", "hgfe"],
            "note": ["a, b", "", '"x"'],
            "prediction": ["B A", None, "E F G H"],
        }
    )
    path = tmp_path / "out"
    for form, read in (("jsonl", lambda p: pd.read_json(p, lines=True, dtype=False)),
                       ("parquet", pd.read_parquet)):  # fmt: skip
        assert cli("predict", model, words, "--write", form, "--out", path).code == 0
        assert read(path).astype(object).where(lambda f: f.notna(), None).equals(want), form
    done = cli("predict", model, words, "--write", "tsv")
    assert done.out == (
        'id\tword\tnote\tprediction\n1\tab\ta, b\tB A\n2\t\t\t\n3\thgfe\t"x"\tE F G H\n'
    )


def test_several_outputs_are_rows(cli, model):
    best = seqloom.load(model).predict_nbest(["ab"], 2)[0]
    done = cli("predict", model, "ab", "--write", "csv", "--nbest", 2, "--scores")
    assert list(csv.reader(io.StringIO(done.out))) == [
        ["source", "prediction", "rank", "score"],
        *(["ab", p.text, str(i), str(p.score)] for i, p in enumerate(best, 1)),
    ]


@pytest.mark.parametrize(
    ("form", "want"),
    [
        ("mfa", "ab\tB A\nhgfe\tE F G H\n"),
        ("lexicon", "ab B A\nhgfe E F G H\n"),
        ("cmudict", "ab  B A\nhgfe  E F G H\n"),
    ],
)
def test_dictionaries(cli, model, words, form, want):
    assert cli("predict", model, words, "--write", form) == (0, want, "")
    assert cli("predict", model, "--write", form, stdin=b"ab\n\nhgfe\nab\n").out == want


def test_a_dictionary_with_probabilities_is_read_again(cli, model, tmp_path):
    out = tmp_path / "words.dict"
    done = cli("predict", model, "ab", "cab", "--write", "mfa", "--nbest", 2, "--out", out)
    assert done.code == 0
    found = read_pairs(str(out))
    want = seqloom.load(model).predict_nbest(["ab", "cab"], 2)
    assert [p.target for p in found] == [p.text for best in want for p in best]
    cells = [line.split("\t") for line in out.read_text().splitlines()]
    assert [float(row[1]) for row in cells][::2] == [1.0, 1.0]
    assert all(0.01 <= float(row[1]) <= 1 for row in cells)


def test_labels(cli, tmp_path):
    path = tmp_path / "reviews.jsonl"
    texts = ["a fine film", "so dull"]
    rows = [{"stars": n, "text": text} for n, text in enumerate(texts)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    done = cli("predict", CLASSIFIER, path, "--write", "jsonl", "--scores")
    found = [json.loads(line) for line in done.out.splitlines()]
    model = seqloom.load(CLASSIFIER)
    assert [row["prediction"] for row in found] == model.predict(texts)
    assert [(row["stars"], row["text"]) for row in found] == list(enumerate(texts))
    best = model.predict_proba(texts).max(axis=1)
    assert [row["probability"] for row in found] == pytest.approx(best.tolist(), abs=1e-6)


def test_refusals(cli, refuses, model, words, tmp_path):
    write = ("predict", model, words, "--write")
    assert "`--write` must be mfa, lexicon" in refuses(*write, "xml")
    assert "`--write parquet` needs --out FILE" in refuses(*write, "parquet")
    assert "`--write` and `--json` exclude" in refuses(*write, "tsv", "--json")
    assert "`--out` needs --write" in refuses("predict", model, "ab", "--out", "x")
    assert "is a file and 'ab' is none" in refuses("predict", model, words, "ab", "--write", "tsv")
    assert "`--column` needs a file" in refuses(
        "predict", model, "ab", "--write", "tsv", "--column", "2"
    )
    assert "must be tsv, csv" in refuses("predict", CLASSIFIER, "a", "--write", "mfa")
    words.write_text("id,word\n1,a b\n")
    assert "the word 'a b' has a blank" in cli(*write, "mfa").err


def test_a_row_that_is_too_long_is_named_and_leaves_no_file(refuses, model, words, tmp_path):
    words.write_text(f"id,word\n1,ab\n2,{'a' * 2000}\n")
    out = tmp_path / "out.csv"
    said = refuses("predict", model, words, "--write", "csv", "--out", out)
    assert f"{words}, line 3" in said
    assert not out.exists()
