"""Error rates by weight: by hand, as the plain ones of repeated sources, and with intervals."""

import numpy as np
import pytest

from seqloom.errors import DataError
from seqloom.evaluation import evaluate_outputs
from seqloom.evaluation.error_rates import Match, count_matches
from seqloom.evaluation.weighted import weighted_percent, weighted_rates

MATCHES = [Match(0, 2, 4), Match(1, 0, 5), Match(0, 1, 1), Match(0, 0, 0)]


def test_by_hand():
    symbols, outputs = weighted_percent(MATCHES, [1.0, 6.0, 0.5, 0.0])
    assert symbols == pytest.approx(100 * (2 + 0.5) / (4 + 30 + 0.5))
    assert outputs == pytest.approx(100 * 1.5 / 7.5)


def test_a_weight_is_as_good_as_repeating():
    repeated = [m for m, n in zip(MATCHES, (3, 1, 2, 4), strict=True) for _ in range(n)]
    counts = count_matches(repeated)
    want = (counts.symbol_error_rate, counts.output_error_rate)
    assert weighted_percent(MATCHES, [3, 1, 2, 4]) == pytest.approx(want)
    tiny = [3e-9, 1e-9, 2e-9, 4e-9]
    assert weighted_percent(MATCHES, tiny) == pytest.approx(want)


def test_intervals_hold_the_value_and_do_not_depend_on_the_unit():
    draw = np.random.default_rng(3)
    matches = [Match(0, int(e), 7) for e in draw.integers(0, 3, 200)]
    weights = draw.exponential(size=200)
    found, other = (weighted_rates(matches, list(weights * unit), seed=1) for unit in (1.0, 1e-6))
    for name in ("symbol_error_rate", "output_error_rate"):
        score = getattr(found, name)
        assert score.low < score.value < score.high < score.low + 30
        assert getattr(other, name).low == pytest.approx(score.low)


def test_nothing_to_divide_by():
    assert weighted_percent([Match(0, 0, 0)], [2.0]) == (0.0, 0.0)
    with pytest.raises(DataError, match="all weights are 0"):
        weighted_percent(MATCHES, [0.0] * 4)


def test_the_report_has_them_beside_the_plain_ones():
    found = evaluate_outputs(
        ["a", "b"],
        ["A B", "C"],
        [["A B"], ["C D"]],
        split_source=list,
        split_target=str.split,
        weights=[9.0, 1.0],
    )
    assert found.output_error_rate.value == 50.0
    assert found.weighted is not None
    assert found.weighted.output_error_rate.value == pytest.approx(10.0)
    assert found.to_json()["weighted"]["symbol_error_rate"]["value"] == pytest.approx(5.0)
