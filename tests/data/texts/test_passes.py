"""Texts in blocks: whatever the size of a block and of the memory, the result is that of lists."""

import random
from collections import Counter

import numpy as np
import pytest

from seqloom.config.classify import ClassifyDataConfig
from seqloom.data import levels, ragged
from seqloom.data.hashes import fingerprint, source_fraction
from seqloom.data.ragged import Ragged
from seqloom.data.seen import row_numbers, sketch
from seqloom.data.texts import limits, passes
from seqloom.data.texts.labelled import Labelled, split_by_class
from seqloom.data.texts.prepare import prepare_texts
from seqloom.data.texts.reader import TextReader, guess_text_level, pretokenize
from seqloom.data.vocabulary import SPECIALS, Vocabulary

RNG = random.Random(4)
WORDS = [f"w{i}" for i in range(300)]
ROWS = [
    {
        "text": " ".join(RNG.choices(WORDS, k=RNG.randint(1, 30)))
        + RNG.choice(("", "!", " <unk>")),
        "label": RNG.choice("abbc"),
        "author": f"author {RNG.randrange(25)}",
        "split": RNG.choice(("train", "train", "dev", "test")),
    }
    for _ in range(400)
]
ROWS += [{**row, "label": "c"} for row in ROWS[:90]]  # a text on several lines, with two labels
SETTINGS = [
    {"split_column": "none"},
    {"split_column": "none", "group_column": "author"},
    {"split_column": "none", "level": "characters", "lowercase": False, "max_symbols": 21},
    {"split_column": "none", "level": "subwords", "subword_size": 120},
    {"min_count": 4, "max_symbols": 7},
    {},
]


def divided(config):
    """The rows that train and that validate, by the rule of `split_by_class` in plain words."""
    rows = [Labelled(row["text"], row["label"], 0, row["author"]) for row in ROWS]
    if config.split_column == "auto":
        said = [row["split"] for row in ROWS]
        return [
            [row for row, part in zip(rows, said, strict=True) if part == wanted]
            for wanted in ("train", "dev")
        ]
    if config.group_column != "none":
        groups = sorted({row.group for row in rows}, key=source_fraction)
        valid = set(groups[: round(config.valid_fraction * len(groups))])
        return [[row for row in rows if (row.group in valid) == side] for side in (False, True)]
    classes: dict[str, dict[str, None]] = {}
    seen: set[str] = set()
    for row in rows:
        if row.text not in seen:
            classes.setdefault(row.label, {})[row.text] = None
        seen.add(row.text)
    valid = {
        text
        for texts in classes.values()
        for text in sorted(texts, key=source_fraction)[: round(config.valid_fraction * len(texts))]
    }
    assert split_by_class(rows, config.valid_fraction)[1] == [r for r in rows if r.text in valid]
    return [[row for row in rows if (row.text in valid) == side] for side in (False, True)]


def lists(config):
    """Everything that lists make of the rows."""
    parts = divided(config)
    level = (
        config.level if config.level != "auto" else guess_text_level(r.text for r in parts[0])[0]
    )
    prepared = [pretokenize(row.text, level, config.lowercase) for row in parts[0]]
    reader = TextReader.learn(
        [row.text for row in parts[0]],
        level,
        lowercase=config.lowercase,
        max_symbols=config.max_symbols or 400,
        min_count=config.min_count or 1,
        subword_size=config.subword_size,
    )
    if config.min_count is None and level == "words":
        counts = Counter(symbol for text in prepared for symbol in text.split())
        most = sorted((n for s, n in counts.items() if s != "<unk>"), reverse=True)
        least = most[limits.MOST_SYMBOLS] + 1
        kept = sorted((s for s, n in counts.items() if n >= least), key=lambda s: (-counts[s], s))
        assert reader.vocabulary.symbols[4 : 4 + len(kept)] == tuple(kept)
        symbols = reader.vocabulary.symbols[: 4 + len(kept)]
        reader = TextReader(
            level,
            True,
            config.max_symbols or 400,
            Vocabulary("symbols", symbols),
            marks=True,
        )
    texts = [[reader.encode(row.text) for row in rows] for rows in parts]
    labels = [["abc".index(row.label) for row in rows] for rows in parts]
    return (
        reader,
        [(some, own) for some, own in zip(texts, labels, strict=True)],
        fingerprint(*((f"{row.text}\t{row.label}\n" for row in rows) for rows in parts)),
        sketch(*(row_numbers(row.text for row in rows) for rows in parts)),
    )


def streamed(config):
    found = prepare_texts(ROWS, None, config)
    texts = []
    for part in (found.train, found.valid):
        batch = part.collate(np.arange(len(part)))
        rows = zip(batch.symbols.tolist(), batch.lengths.tolist(), strict=True)
        texts.append(([row[:n] for row, n in rows], batch.labels.tolist()))
    return (found.reader, texts, found.fingerprint, found.rows_seen), found.report


@pytest.mark.parametrize("changes", SETTINGS)
def test_blocks_and_files_make_what_lists_make(monkeypatch, changes):
    monkeypatch.setattr(limits, "MOST_SYMBOLS", 250)
    config = ClassifyDataConfig(**changes)
    want, reports = lists(config), set()
    for block, most in ((2000, 2**26), (1, 2**26), (37, 0), (64, 500)):
        monkeypatch.setattr(passes, "BLOCK", block)
        monkeypatch.setattr(levels, "BLOCK", block)
        monkeypatch.setattr(ragged, "MOST_IN_MEMORY", most)
        found, report = streamed(config)
        assert found == want
        reports.add(report)
    assert len(reports) == 1


@pytest.mark.parametrize("most", [1, 2, 5, 6, 30])
def test_texts_are_cut_as_one_by_one(most):
    rows = [list(range(4, 4 + n)) for n in (0, 9, 2, 5, 6, 7, 0)]
    reader = TextReader("words", True, most, Vocabulary("symbols", SPECIALS))
    found = passes.cut(Ragged.of(rows), reader.is_read, 20)
    want = Ragged.of([reader.cut(row) for row in rows])
    assert found.flat.tolist() == want.flat.tolist()
    assert found.lengths.tolist() == want.lengths.tolist()


def test_some_rows_of_ragged_ones():
    whole = Ragged.of([[7, 8], [], [9], [5, 6, 7]])
    some = whole.only(np.array([3, 1, 0]))
    assert some.pad(np.arange(3)).tolist() == [[5, 6, 7], [0, 0, 0], [7, 8, 0]]
