"""Series that go on in a second file: joined by the names of series and covariates."""

import re

import numpy as np
import pytest

from seqloom.data.series.continued import continued
from seqloom.data.series.read import read_series
from seqloom.errors import DataError

PAST = """unique_id,ds,y,promo,price
a,1,10,0,5
a,2,11,1,6
a,3,,0,9
b,1,20,1,7
b,2,21,0,8
"""


@pytest.fixture
def join(tmp_path):
    past, later = tmp_path / "past.csv", tmp_path / "later.csv"

    def joined(after, before=PAST):
        past.write_text(before)
        later.write_text(after)
        data = read_series(past)
        return continued(data, read_series(later, like=data.axis), "later.csv")

    return joined


def test_covariates_are_joined_by_name(join):
    """By the order of columns of the past, whatever that of the later file; others are ignored."""
    rows = ["ds,price,y,extra,unique_id,promo", "3,2,12,1,a,1", "4,3,13,4,a,0", "3,1,22,9,b,1"]
    a, b = join("\n".join([*rows, "4,4,23,7,b,0"])).series
    assert a.values.tolist() == [10, 11, 12, 13]
    assert a.known.tolist() == [[0, 5], [1, 6], [1, 2], [0, 3]]
    assert b.known.tolist() == [[1, 7], [0, 8], [1, 1], [0, 4]]


def test_a_covariate_that_does_not_change_later_is_still_one(join):
    """It is read as static there; rows for the future have it too."""
    rows = ["unique_id,ds,y,price,promo", "a,3,12,4,1", "a,4,13,4,1", "a,5,,4,1"]
    a, b = join("\n".join([*rows, "b,3,22,2,0"])).series
    assert a.known.tolist() == [[0, 5], [1, 6], [1, 4], [1, 4], [1, 4]]
    assert b.known.tolist() == [[1, 7], [0, 8], [0, 2]]
    assert np.isfinite(a.values).all()


@pytest.mark.parametrize(
    ("after", "message"),
    [
        (
            "unique_id,ds,y,price\na,3,12,4\nb,3,22,2\n",
            "later.csv: data must have the covariate `promo`, as the past has it, got price. "
            "Add that column.",
        ),
        (
            "unique_id,ds,y\na,3,12\n",
            "later.csv: data must have the covariate `promo`, as the past has it, got none. "
            "Add that column.",
        ),
        (
            "unique_id,ds,y,promo,price\na,3,12,no,4\n",
            "later.csv: covariate `promo` must be a number, as in the past, got 'no' for series "
            "'a'. Write numbers.",
        ),
        (
            "unique_id,ds,y,promo,price\na,3,12,,4\nb,3,12,,5\n",
            "later.csv: covariate `promo` must be a number, as in the past, got empty cells for "
            "series 'a'. Write numbers.",
        ),
    ],
)
def test_a_covariate_that_is_missing_later_is_named(join, after, message):
    with pytest.raises(DataError, match=f"^{re.escape(message)}$"):
        join(after)


@pytest.mark.parametrize("first", [1, 71])
def test_numbered_times_go_on_or_begin_anew(join, first):
    past = ["ds,y", *(f"{i},{i}" for i in range(1, 71))]
    later = ["ds,y", *(f"{i},{i * i}" for i in range(first, first + 5))]
    found = join("\n".join(later), "\n".join(past)).series[0]
    want = [*range(1, 71), *(i * i for i in range(first, first + 5))]
    assert found.values.tolist() == want


@pytest.mark.parametrize("first", [0, 2, 70, 72, 80])
def test_numbered_times_leave_no_gap_and_do_not_overlap(join, first):
    past = ["ds,y", *(f"{i},{i}" for i in range(1, 71))]
    later = ["ds,y", *(f"{i},{i * i}" for i in range(first, first + 10))]
    message = (
        f"later.csv: series 'y' begins at {first}; what follows the past goes on at 71, or begins "
        "anew at 1. Give the values that follow."
    )
    with pytest.raises(DataError, match=f"^{re.escape(message)}$"):
        join("\n".join(later), "\n".join(past))
