"""Defaults that follow the size of the data, against counts and lengths made by hand."""

import pytest

from seqloom.config import config_from
from seqloom.config.classify import ClassifyDataConfig
from seqloom.data.texts import limits as text_limits
from seqloom.data.texts.limits import cut_length, cut_reader, learn_reader, least_count
from seqloom.data.texts.prepare import prepare_texts
from seqloom.data.texts.reader import pretokenize
from seqloom.data.vocabulary import SPECIALS
from seqloom.training.tasks.classify import resolve

TEXTS = ["a a a b", "a b c d", "B c e <unk>"]  # a 4, b 3, c 2, d and e 1


@pytest.mark.parametrize(
    ("counts", "most", "want"),
    [
        ([1, 1, 1], 3, 1),  # small enough: nothing is left out
        ([1, 5, 1, 2], 3, 2),  # 1 of the two that occur once would be one too many: both go
        ([3, 5, 3, 2, 3], 2, 4),
        ([3, 5, 3, 2, 3], 4, 3),
        ([2, 2, 2], 2, 2),  # all alike: none is left out rather than all
    ],
)
def test_least_count_brings_the_vocabulary_to_its_size(counts, most, want):
    assert least_count(counts, most) == want


@pytest.mark.parametrize(
    ("lengths", "want"),
    [
        ([5, 9], 400),
        ([401], 401),
        ([10] * 98 + [700, 900], 400),  # 2 of 100 are cut
        ([10] * 97 + [700, 800, 900], 700),
        ([10] * 49 + [900], 400),
        ([3_000] * 10, 1_000),
    ],
)
def test_at_most_2_percent_of_the_texts_are_cut(lengths, want):
    assert cut_length(lengths) == want


def learned(level="words", **settings):
    prepared = [pretokenize(text, level, lowercase=True) for text in TEXTS]
    config = ClassifyDataConfig(**settings)
    whole, min_count, notes = learn_reader(prepared, level, config)
    lengths = whole.vocabulary.encode_many(prepared)[1]
    reader, more = cut_reader(whole, lengths, config.max_symbols)
    return reader, min_count, notes + more


def test_rare_words_are_left_out_of_a_large_vocabulary_only(monkeypatch):
    reader, min_count, notes = learned()
    assert (min_count, reader.max_symbols, notes) == (1, 400, [])
    known = len(reader.vocabulary) - len(SPECIALS)
    monkeypatch.setattr(text_limits, "MOST_SYMBOLS", 3)
    reader, min_count, notes = learned(max_symbols=2)  # counted before the cut
    assert (reader.vocabulary.symbols[len(SPECIALS) :], min_count) == (("a", "b", "c"), 2)
    assert notes == [f"data.min_count = 2, as {known} symbols occur"]
    assert reader.max_symbols == 2
    assert learned(min_count=1)[0].vocabulary.symbols[len(SPECIALS) :][:3] == ("a", "b", "c")
    assert len(learned(min_count=1)[0].vocabulary) == known + len(SPECIALS)  # as set
    assert learned("subwords", subword_size=100)[1] == 1


def test_what_was_chosen_is_one_line_of_the_report(tmp_path, monkeypatch):
    monkeypatch.setattr(text_limits, "MOST_SYMBOLS", 3)
    path = tmp_path / "t.tsv"
    lines = [f"{'good ' * 450}film w{i}\tpos\nbad film v{i}\tneg\n" for i in range(6)]
    path.write_text("".join(lines), encoding="utf-8")
    found = prepare_texts(str(path), str(path), ClassifyDataConfig())
    assert found.report[2:] == (
        "text: read as words, lower case (12 of 12 texts contain a space); vocabulary of 7",
        "chosen: data.min_count = 2, as 15 symbols occur; data.max_symbols = 452, as texts have up "
        "to 452 symbols",
        "unknown: 0.4 % of the validation texts' symbols were seen fewer than 2 times in training",
    )
    assert (found.min_count, found.reader.max_symbols) == (2, 452)
    data = resolve(config_from({"task": "classify"}), found).data
    assert (data.min_count, data.max_symbols) == (2, 452)  # what config.toml will hold
    as_set = prepare_texts(str(path), str(path), ClassifyDataConfig(min_count=1, max_symbols=400))
    assert (as_set.min_count, as_set.reader.max_symbols) == (1, 400)
    assert not any(line.startswith("chosen") for line in as_set.report)
