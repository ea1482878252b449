"""Undoing the scaling: by hand, with logarithms and a floor."""

import numpy as np

from seqloom.data.series.scaling import Scale
from seqloom.decoding.quantiles import PROBABILITIES
from seqloom.decoding.restore import restore

Q = len(PROBABILITIES)


def by(**changes):
    fields = {
        "base": [[10.0, 20.0]],
        "unit": [2.0],
        "mean": [0.0],
        "deviation": [1.0],
        "share": [1.0],
        "floor": [-np.inf],
    }
    return Scale(**{key: np.array(value) for key, value in {**fields, **changes}.items()})


def test_by_hand():
    quantiles = np.broadcast_to(np.arange(Q) - 4.0, (1, 2, Q))
    bounds = (np.full((1, 2), -7.0), np.full((1, 2), 6.0))
    found = restore(quantiles, bounds, by(), log=False)
    assert found.point.tolist() == [[10, 20]]
    assert found.lower.tolist() == [[-4, 6]]
    assert found.upper.tolist() == [[22, 32]]
    assert found.quantiles[0, 1].tolist() == [12, 14, 16, 18, 20, 22, 24, 26, 28]


def test_logarithms_are_undone_last_and_nothing_overflows():
    quantiles = np.zeros((1, 2, Q))
    bounds = (np.full((1, 2), -1.0), np.full((1, 2), 1e9))
    found = restore(quantiles, bounds, by(base=[[0.0, np.log(5)]]), log=True)
    np.testing.assert_allclose(found.point, [[1, 5]])
    np.testing.assert_allclose(found.lower, [[np.exp(-2), 5 * np.exp(-2)]])
    assert np.isfinite(found.upper).all()


def test_a_floor_holds_for_all():
    quantiles = np.full((1, 2, Q), -50.0)
    bounds = (np.full((1, 2), -60.0), np.full((1, 2), -40.0))
    found = restore(quantiles, bounds, by(floor=[3.0]), log=False)
    for values in found:
        assert (values == 3).all()
