"""A forecast written as CSV: digits enough to read it back as it was meant."""

import numpy as np
import pytest

from seqloom.decoding.forecast_table import ForecastTable, shown


@pytest.mark.parametrize(
    ("value", "width", "text"),
    [
        (431.23456789, 50.0, "431.2346"),
        (0.000123456789, 0.1, "0.0001234568"),
        (1e9 + 0.123456, 1.0, "1000000000.12346"),
        (-1e9 - 0.5, 1e-3, "-1000000000.5"),
        (1234567.891, 0.0, "1234567.891"),
        (0.5, 0.0, "0.5"),
        (1e22, 1.0, "1e+22"),
        (0.0, 2.0, "0"),
    ],
)
def test_digits_resolve_the_width(value, width, text):
    assert shown(value, width) == text


def test_rows_of_a_csv():
    point, lower, upper = np.array([[1e9 + 0.25, 7.5], [1e9, 7.5], [1e9 + 1, 7.5]])
    table = ForecastTable(("a", "b"), ("1", "2"), point, lower, upper, 90)
    assert table.to_csv().splitlines() == [
        "unique_id,ds,point,lower-90,upper-90",
        "a,1,1000000000.25,1000000000,1000000001",
        "b,2,7.5,7.5,7.5",
    ]
