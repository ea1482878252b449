"""What a model file remembers of its rows, against sets of the rows themselves."""

import random

import numpy as np
import pytest

from seqloom.data.seen import KEPT, merged, row_numbers, seen, sketch, text_numbers
from seqloom.errors import FormatError


def rows(first, last):
    return [f"row {i}\t{i % 7}" for i in range(first, last)]


def kept(train, valid):
    return sketch(row_numbers(train), row_numbers(valid))


@pytest.mark.parametrize("size", [20, 5_000, 40_000])
def test_shares_are_those_of_the_sets(size):
    model = kept(rows(0, size), rows(size, size + size // 10))
    new = rows(2 * size, 3 * size)
    half = rows(0, size // 2)
    for given, share, of_part, flatters in (
        (rows(0, size), 1.0, 1.0, True),
        (rows(size, size + size // 10), 1.0, 1.0, True),  # validation
        (new, 0.0, 0.0, False),
        (half, 1.0, 0.5, True),
        (half + new[: size // 2], 0.5, 0.5, True),
        (
            rows(0, size) + rows(2 * size, 7 * size),
            1 / 6,
            1.0,
            True,
        ),  # among others
        (rows(0, size // 20) + new, 1 / 21, 1 / 20, False),  # a text that stands in both by chance
    ):
        random.Random(1).shuffle(given)
        found = seen(model, row_numbers(given))
        assert found.flatters is flatters, (len(given), found)
        assert found.share == pytest.approx(share, abs=0.08 if size > KEPT else 1e-9)
        assert found.of_part == pytest.approx(of_part, abs=0.08 if size > KEPT else 1e-9)


def test_one_row_and_none():
    model = kept(rows(0, 100), rows(100, 110))
    assert seen(model, row_numbers(rows(3, 4))).flatters
    assert not seen(model, row_numbers(rows(300, 301))).flatters
    assert not seen(model, row_numbers([])).flatters
    assert not seen(kept([], []), row_numbers(rows(0, 9))).flatters
    assert seen(None, row_numbers(rows(0, 9))) is None


def test_a_text_is_known_by_its_stretches(monkeypatch):
    draw = random.Random(0)
    words = ["".join(draw.choices("abcdefgh", k=draw.randint(2, 8))) for _ in range(2000)]
    text = " ".join(draw.choices(words, k=20_000))
    train, valid, new = text[:70_000], text[70_000:80_000], text[80_000:]
    model = sketch(text_numbers(train), text_numbers(valid))
    assert not seen(model, text_numbers(new)).flatters
    for known in (train, valid, train[333:9000], "x" + valid, new[:5000] + train[5000:12_000]):
        assert seen(model, text_numbers(known)).flatters
    monkeypatch.setattr("seqloom.data.seen._BLOCK", 997)  # blocks change nothing
    assert sketch(text_numbers(train), text_numbers(valid)) == model
    # every stretch has one number, wherever it stands
    one = set(np.concatenate(list(text_numbers(text[100:132]))).tolist())
    assert len(one) == 1
    assert one < set(np.concatenate(list(text_numbers(text[:500]))).tolist())
    assert [len(block) for block in text_numbers("")] == [1]
    assert [len(block) for block in text_numbers("short")] == [1]


def test_the_sketch_is_small_and_does_not_depend_on_order():
    many = rows(0, 9000)
    model = kept(many, many[:3])
    assert kept(many[::-1] + many[:50], many[:3]) == model
    assert {part: len(text) for part, text in model.items()} == {"train": 8 * KEPT, "valid": 24}


@pytest.mark.parametrize(
    "bad",
    [
        {},
        [],
        {"train": "ab", "valid": ""},
        {"train": 1, "valid": ""},
        {"train": "zz" * 4, "valid": ""},
        {"train": "00" * 4 * (KEPT + 1), "valid": ""},
    ],
)
def test_damaged(bad):
    with pytest.raises(FormatError, match=r"`training\.rows_seen` is damaged"):
        seen(bad, row_numbers([]))


@pytest.mark.parametrize("size", [20, 5_000])
def test_two_sketches_make_that_of_all_their_rows(size):
    one, other = kept(rows(0, size), rows(0, 9)), kept(rows(size // 2, 2 * size), rows(5, 20))
    assert merged(one, other) == kept(rows(0, 2 * size), rows(0, 20))
    with pytest.raises(FormatError):
        merged(one, {"train": "zz", "valid": ""})
