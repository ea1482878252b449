"""The whole evaluation: one small test set worked by hand, its JSON, its TSV, its messages."""

import json
import os
import subprocess
import sys

import pytest
import sacrebleu
from hypothesis import example, given, settings
from hypothesis import strategies as st

from seqloom.errors import ConfigError, DataError, RunError
from seqloom.evaluation import Confusion, LengthRow, OutputRow, evaluate_outputs

SOURCES = ["cats", "dog", "set", "bee"]
OUTPUTS = ["K AE T", "D AO", "", "B  IY"]
REFERENCES = [("K AE T S",), ("D AA G", "D AO"), ("S EH T",), ("B IY", "B")]
LONG = [f"{o} {o} x" for o in OUTPUTS], [tuple(f"{r} {r} y" for r in t) for t in REFERENCES]


def evaluated(outputs=OUTPUTS, references=REFERENCES, sources=SOURCES, **options):
    return evaluate_outputs(
        sources, outputs, references, split_source=list, split_target=str.split, **options
    )


def test_worked_by_hand():
    got = evaluated(bleu_tokenizer="none")
    assert got.sources == 4
    # edits 1 0 3 0 of 4 2 3 2 symbols; "B  IY" is right: outputs are compared as symbols
    assert got.symbol_error_rate.value == pytest.approx(100 * 4 / 11)
    assert got.output_error_rate.value == 50.0
    assert got.exact_match.value == 50.0
    assert got.exact_match.high == 100.0 - got.output_error_rate.low
    assert got.rows == (
        OutputRow("cats", "K AE T", "K AE T S", 1, False),
        OutputRow("dog", "D AO", "D AO", 0, True),
        OutputRow("set", "", "S EH T", 3, False),
        OutputRow("bee", "B  IY", "B IY", 0, True),
    )
    assert got.by_length == (LengthRow(3, 4, 4, got.symbol_error_rate.value, 50.0),)
    assert got.confusions == (
        Confusion("S", "∅", 2),
        Confusion("EH", "∅", 1),
        Confusion("T", "∅", 1),
    )


def test_confusions_are_with_the_best_reference():
    got = evaluated(sources=["x"], outputs=["D AO K"], references=[("T UW", "D AO G")])
    assert got.confusions == (Confusion("G", "K", 1),)
    assert got.rows[0].best_reference == "D AO G"


def test_text_scores_are_sacrebleus_and_name_the_tokenizer():
    outputs, references = LONG
    got = evaluated(outputs, references, bleu_tokenizer="none")
    streams = [[r[0] for r in references], [r[1] if len(r) > 1 else None for r in references]]
    want = sacrebleu.corpus_bleu(outputs, streams, tokenize="none")
    assert got.bleu.value == pytest.approx(want.score)
    assert got.chrf.value == pytest.approx(sacrebleu.corpus_chrf(outputs, streams).score)
    assert "|tok:none|" in got.bleu_signature
    assert "|tok:13a|" in evaluated(outputs, references).bleu_signature
    short = evaluated(bleu_tokenizer="none")  # 1 of 6 references has 4 tokens
    assert short.bleu is None
    assert short.to_json()["bleu"] is None
    assert "|nc:6|" in got.chrf_signature


def test_seed_reaches_every_interval():
    outputs, references, sources = OUTPUTS * 9, REFERENCES * 9, SOURCES * 9
    a, b, c = (
        evaluated(outputs, references, sources, bleu_tokenizer="char", seed=n) for n in (0, 0, 1)
    )
    assert a == b
    for name in ("symbol_error_rate", "bleu", "chrf"):
        x, y = getattr(a, name), getattr(c, name)
        assert x.value == y.value
        assert (x.low, x.high) != (y.low, y.high)
    # 36 sources give shares in steps of 1/36: their interval ends agree for many seeds
    shares = {evaluated(outputs, references, sources, seed=n).output_error_rate for n in range(6)}
    assert len(shares) > 1


def test_outputs_all_empty():
    got = evaluated(outputs=["", "", "", ""])
    assert got.symbol_error_rate.value == 100.0
    assert got.output_error_rate.value == 100.0
    assert got.chrf.value == 0.0
    # every reference is 100 % away, so the one of fewest edits is taken
    assert [row.best_reference for row in got.rows] == ["K AE T S", "D AO", "S EH T", "B"]


def test_outputs_all_right():
    got = evaluated(outputs=[accepted[-1] for accepted in REFERENCES])
    assert (got.symbol_error_rate.high, got.exact_match.low) == (0.0, 100.0)
    assert got.confusions == ()


def test_empty_source_and_empty_reference():
    got = evaluated(sources=[""], outputs=["K"], references=[("",)])
    assert got.symbol_error_rate.value == 100.0
    assert got.by_length[0].low == 0


def test_json_is_plain():
    got = evaluated(bleu_tokenizer="none").to_json()
    assert json.loads(json.dumps(got, allow_nan=False)) == got
    assert list(got) == [
        "sources",
        "symbol_error_rate",
        "output_error_rate",
        "exact_match",
        "bleu",
        "chrf",
        "by_length",
        "confusions",
    ]
    assert got["sources"] == 4
    assert got["output_error_rate"]["value"] == 50.0
    assert list(got["output_error_rate"]) == ["value", "low", "high", "unit"]
    long = evaluated(*LONG, bleu_tokenizer="none").to_json()
    assert long["bleu"]["signature"].startswith("nrefs:var|")
    assert "|nc:6|" in got["chrf"]["signature"]
    assert got["confusions"][0] == {"reference": "S", "output": "∅", "count": 2}
    assert got["by_length"][0]["sources"] == 4


def test_tsv(tmp_path):
    path = tmp_path / "outputs.tsv"
    path.write_text("older")
    evaluated().write_outputs(path)
    assert path.read_bytes().decode() == (
        "source\toutput\tbest_reference\tedits\tcorrect\n"
        "cats\tK AE T\tK AE T S\t1\t0\n"
        "dog\tD AO\tD AO\t0\t1\n"
        "set\t\tS EH T\t3\t0\n"
        "bee\tB  IY\tB IY\t0\t1\n"
    )
    assert os.listdir(tmp_path) == ["outputs.tsv"]


@settings(max_examples=25, deadline=None)
@given(text=st.text(max_size=6))
@example(text="a\tb\nc\r\n\rd")
@example(text="\ud800")  # half a surrogate pair has no UTF-8
def test_any_text_keeps_to_its_line_and_column(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("tsv") / "outputs.tsv"
    evaluate_outputs(
        ["x", "y"], [text, "b"], [("a",), ("b",)], split_source=list, split_target=list
    ).write_outputs(path)
    lines = path.read_bytes().decode("utf-8").split("\n")
    assert len(lines) == 4
    assert lines[3] == ""
    assert [line.count("\t") for line in lines[:3]] == [4, 4, 4]
    assert "\r" not in lines[1]
    assert lines[2] == "y\tb\tb\t0\t1"


def test_a_path_that_cannot_be_written_says_so(tmp_path):
    path = tmp_path / "none" / "outputs.tsv"
    with pytest.raises(RunError, match=r"^write_outputs: `.*` cannot be written: No such file"):
        evaluated().write_outputs(path)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (
            {"sources": [], "outputs": [], "references": []},
            "evaluate_outputs: `sources` must hold at least 1 text, got 0. "
            "Give a test set with at least one pair.",
        ),
        (
            {"outputs": ["K", "D"]},
            "evaluate_outputs: `outputs` must hold one entry per source, 4, got 2. "
            "Pair them by position.",
        ),
        (
            {"references": REFERENCES[:3]},
            "evaluate_outputs: `references` must hold one entry per source, 4, got 3. "
            "Pair them by position.",
        ),
        (
            {"references": [*REFERENCES[:3], ()]},
            "evaluate_outputs: `references` of source 'bee' must be a tuple of at least 1 text, "
            "got (). Give each source the outputs that are right for it.",
        ),
        (
            {"references": ["K AE T S", "D AO", "S EH T", "B IY"]},
            "evaluate_outputs: `references` of source 'cats' must be a tuple of at least 1 text, "
            "got 'K AE T S'. Give each source the outputs that are right for it.",
        ),
    ],
)
def test_messages(changed, message):
    with pytest.raises(DataError) as caught:
        evaluated(**changed)
    assert str(caught.value) == message


def test_importing_loads_no_extra():
    code = (
        "import sys, seqloom.evaluation, seqloom.evaluation.report;"
        "print(sorted({'torch', 'rapidfuzz', 'sacrebleu'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_unknown_tokenizer_is_found_before_the_work():
    with pytest.raises(ConfigError, match=r"^evaluate_outputs: `bleu_tokenizer` must be one of"):
        evaluated(bleu_tokenizer="phones")
