"""Whether a run ended while it was still getting better, by its learning curve."""

import pytest

from seqloom.training.curve import still_improving


def curve(*values):
    return [{"step": 10 * (i + 1), "value": value} for i, value in enumerate(values)]


@pytest.mark.parametrize(
    ("values", "rises", "wanted"),
    [
        ([90, 70, 55, 44, 36, 30, 25, 20, 17, 14], False, True),  # steep to the end
        ([90, 40, 20, 15, 12, 11, 10.5, 10.2, 10.1, 10], False, False),  # the last bit of a cosine
        ([90, 40, 20, 15, 12, 11, 10, 8, 9, 9], False, False),  # stopped early: the best is behind
        ([90, 70, 55, 44, 36, 30, 25, 17, 15, 15], False, False),  # steep, then level
        ([50, 50, 52, 55, 60, 64, 68, 72, 76, 80], True, True),  # an accuracy: half of the errors
        ([50, 70, 76, 79, 80, 80.5, 81, 81, 81.5, 82], True, False),
        ([50, 70, 99.0, 99.2, 99.3, 99.4, 99.5, 99.5, 99.6, 99.8], True, True),
        ([4.0, 3.0], False, True),
        ([3.0, 4.0], False, False),
        ([0.0, 0.0, 0.0], False, False),
        ([4.0], False, False),
        ([], False, False),
    ],
)
def test_runs_that_were_still_improving(values, rises, wanted):
    assert still_improving(curve(*values), rises=rises) is wanted
