"""BLEU and chrF: sacrebleu's own functions are the oracle for the value."""

import sys

import numpy as np
import pytest
import sacrebleu
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF

from seqloom.errors import ConfigError, MissingExtraError
from seqloom.evaluation.bleu import TOKENIZERS, corpus_bleu, corpus_chrf

OUTPUTS = [
    "the cat sat on the mat.",
    "there is a dog in the big garden",
    "",
    "he went home very early today, I think",
]
REFERENCES = [
    ("the cat sat on a mat.", "a cat was sitting on the mat."),
    ("there is a dog in the garden",),
    ("nothing at all",),
    ("he went home early today, I think", "he left early", "I think he went home very soon"),
]
# Unequal numbers of references, as sacrebleu wants them: None is no reference.
STREAMS = [[r[i] if i < len(r) else None for r in REFERENCES] for i in range(3)]


@pytest.mark.parametrize("tokenizer", TOKENIZERS)
def test_bleu_is_sacrebleus(tokenizer):
    score, signature = corpus_bleu(OUTPUTS, REFERENCES, tokenizer=tokenizer)
    want = sacrebleu.corpus_bleu(OUTPUTS, STREAMS, tokenize=tokenizer)
    assert score.value == pytest.approx(want.score, abs=1e-9)
    assert score.value > 20
    assert score.low < score.value < score.high
    metric = BLEU(tokenize=tokenizer)
    metric.corpus_score(OUTPUTS, STREAMS)
    assert signature == str(metric.get_signature())
    assert "nrefs:var" in signature


def test_chrf_is_sacrebleus():
    score, signature = corpus_chrf(OUTPUTS, REFERENCES)
    assert score.value == pytest.approx(sacrebleu.corpus_chrf(OUTPUTS, STREAMS).score, abs=1e-9)
    assert score.low < score.value < score.high
    metric = CHRF()
    metric.corpus_score(OUTPUTS, STREAMS)
    assert signature == str(metric.get_signature())


def test_bleu_worked_by_hand():
    # "a b c d" in "a b c d e": all precisions are 1, brevity penalty exp(1 - 5/4)
    score, signature = corpus_bleu(["a b c d"], [("a b c d e",)], tokenizer="none")
    assert score.value == pytest.approx(100 * np.exp(-0.25), abs=1e-9)
    assert score.low == score.high == pytest.approx(score.value)
    assert score.unit == ""
    assert signature.startswith("nrefs:1|case:mixed|eff:no|tok:none|smooth:exp|version:")


def test_a_missing_reference_is_not_an_empty_one():
    """An empty reference would be the closest in length to "a b c d", and lift the penalty."""
    outputs = ["a b c d e", "a b c d"]
    references = [("a b c d e", "v w x y z"), ("a b c d e f g h",)]
    got, _ = corpus_bleu(outputs, references, tokenizer="none")
    with_empty = sacrebleu.corpus_bleu(
        outputs, [["a b c d e", "a b c d e f g h"], ["v w x y z", ""]], tokenize="none"
    )
    assert got.value == pytest.approx(100 * np.exp(1 - 13 / 9), abs=1e-9)
    assert with_empty.score > got.value


def test_interval_resamples_whole_examples():
    """The resamples, built as texts and scored by sacrebleu from the start."""
    rng = np.random.default_rng(5)
    values = []
    for _ in range(1000):
        drawn = rng.integers(len(OUTPUTS), size=len(OUTPUTS))
        streams = [[stream[i] for i in drawn] for stream in STREAMS]
        values.append(sacrebleu.corpus_chrf([OUTPUTS[i] for i in drawn], streams).score)
    score, _ = corpus_chrf(OUTPUTS, REFERENCES, seed=5)
    assert (score.low, score.high) == pytest.approx(tuple(np.quantile(values, [0.025, 0.975])))


def test_outputs_all_empty_score_0():
    assert corpus_bleu(["", ""], [("a b c d",), ("c",)])[0].value == 0.0
    assert corpus_bleu(["", ""], [("a b",), ("c",)]) == (None, "")  # too short to be scored
    assert corpus_chrf(["", ""], [("a b",), ("c",)])[0].high == 0.0


def test_tokenised_text_passes_without_a_warning(caplog):
    corpus_bleu(["K AE T ."] * 120, [("K AE T .",)] * 120, tokenizer="none")
    assert caplog.records == []


def test_unknown_tokenizer_says_which_there_are():
    message = (
        r"^corpus_bleu: `bleu_tokenizer` must be one of 13a, char, intl, none, zh, got 'spm'\. "
        r"Use 'none' for symbols separated by spaces, '13a' for prose\.$"
    )
    with pytest.raises(ConfigError, match=message):
        corpus_bleu(["a"], [("a",)], tokenizer="spm")


@pytest.mark.parametrize(
    ("score", "module"),
    [(corpus_bleu, "sacrebleu.metrics.bleu"), (corpus_chrf, "sacrebleu.metrics.chrf")],
)
def test_missing_sacrebleu_names_the_pip_line(monkeypatch, score, module):
    monkeypatch.setitem(sys.modules, module, None)
    message = (
        rf"^{score.__name__}: `sacrebleu` is not installed\. "
        r"Run: pip install 'seqloom\[train\]'$"
    )
    with pytest.raises(MissingExtraError, match=message):
        score(["a"], [("a",)])
