"""Tables of where the errors sit."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from seqloom.evaluation.breakdown import (
    Confusion,
    LengthRow,
    by_length,
    length_bins,
    most_confused,
)
from seqloom.evaluation.edit_distance import Edit
from seqloom.evaluation.error_rates import Match


def test_bins_worked_by_hand():
    # an eighth is 20: 1-2 (22), 3 (60), 4-6 (21), 7 (40), then 17 left over, which join 7
    lengths = [1] * 15 + [2] * 7 + [3] * 60 + [4] * 10 + [5] * 9 + [6] * 2 + [7] * 40 + [30] * 17
    assert len(lengths) == 160
    assert length_bins(lengths) == [(1, 2), (3, 3), (4, 6), (7, 30)]


def test_a_long_tail_of_2_percent_gets_its_own_row():
    lengths = [5] * 1000 + [9] * 25
    assert length_bins(lengths) == [(5, 5), (9, 9)]  # 25 of 1025 is 2.4 %
    assert length_bins([5] * 1500 + [9] * 25) == [(5, 9)]  # 1.6 %


def test_few_sources_make_one_row():
    assert length_bins([4, 0, 9]) == [(0, 9)]


@given(st.lists(st.integers(0, 40), min_size=1, max_size=600))
def test_bins_cover_every_length_once_with_enough_sources(lengths):
    bins = length_bins(lengths)
    assert 1 <= len(bins) <= 8
    held = [sum(low <= n <= high for n in lengths) for low, high in bins]
    assert sum(held) == len(lengths)
    assert all(a[1] < b[0] for a, b in pairwise(bins))
    if len(bins) > 1:
        assert min(held) >= max(20, 0.02 * len(lengths))
    assert length_bins(lengths[::-1]) == bins


def test_eight_rows_on_an_even_spread():
    lengths = np.random.default_rng(0).integers(1, 200, size=5000).tolist()
    held = [sum(low <= n <= high for n in lengths) for low, high in length_bins(lengths)]
    assert len(held) == 8
    assert min(held) > 400


def test_rows_worked_by_hand():
    lengths = [3, 8] * 20
    matches = [Match(0, 1, 4), Match(0, 0, 5)] * 10 + [Match(0, 0, 4), Match(0, 2, 5)] * 10
    assert by_length(lengths, matches) == (
        LengthRow(low=3, high=3, sources=20, symbol_error_rate=12.5, output_error_rate=50.0),
        LengthRow(low=8, high=8, sources=20, symbol_error_rate=20.0, output_error_rate=50.0),
    )


def test_confusions_are_ranked_by_count_then_alphabet():
    found = [
        Edit("substitution", "T", "D"),
        Edit("insertion", None, "S"),
        Edit("deletion", "AH", None),
        Edit("substitution", "D", "T"),
        Edit("deletion", "AH", None),
    ]
    assert most_confused(iter(found), limit=3) == (
        Confusion("AH", "∅", 2),
        Confusion("D", "T", 1),
        Confusion("T", "D", 1),
    )
    assert most_confused(found)[3] == Confusion("∅", "S", 1)


def test_fifteen_confusions_at_most():
    found = [Edit("substitution", chr(97 + i), "!") for i in range(20)]
    assert [c.reference for c in most_confused(found)] == list("abcdefghijklmno")
