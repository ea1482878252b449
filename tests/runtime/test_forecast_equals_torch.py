"""The NumPy forecaster against the torch network: same forecasts for ragged pasts."""

import numpy as np
import pytest
import torch

from seqloom.data.series.read import read_series
from seqloom.data.series.scaling import scale, single
from seqloom.data.series.windows import Origins, WindowSource
from seqloom.decoding.quantiles import interval, quantiles
from seqloom.decoding.restore import restore
from seqloom.export.model_file import read_model, write_model
from seqloom.runtime import model_of

from ..export.forecasts import CONFIGS, HORIZON, parts, random_forecaster

HISTORIES = {str(n): np.random.default_rng(n).normal(size=n) * n + 5 for n in (1, 2, 4, 9, 11, 30)}


def windows(own):
    data = read_series(HISTORIES)
    ends = np.array([len(one.values) for one in data.series])
    source = WindowSource(data, own.features, scaling=own.scaling, horizon=HORIZON, future=True)
    return scale(source.cut(Origins(np.arange(len(ends)), ends)), own.scaling)


@pytest.mark.parametrize("name", CONFIGS)
def test_same_numbers_as_torch(name, tmp_path):
    file, network = random_forecaster(CONFIGS[name])
    write_model(tmp_path / "model", file)
    model = model_of(read_model(tmp_path / "model"))
    inputs, by = windows(model.parts)
    ours = model.network(single(inputs))
    assert ours.dtype == np.float32
    with torch.no_grad():
        tensors = [torch.from_numpy(array) for array in single(inputs)]
        theirs = network(*tensors).numpy()
    np.testing.assert_allclose(ours, theirs, atol=2e-5)
    assert np.ptp(ours, axis=0).max() > 1e-2  # one that says the same of all would prove little
    # and in the user's unit, with the intervals of the file's level
    found = quantiles(theirs.astype(np.float64), file.model.output)
    lower, upper = interval(found, 80)
    correction = parts().calibration[1]
    want = restore(found, (lower - correction, upper + correction), by, log=False)
    table = model.predict(HISTORIES)
    for column, expected in (("point", want.point), ("lower", want.lower), ("upper", want.upper)):
        size = np.repeat(by.unit + np.abs(by.mean), HORIZON)
        error = np.abs(getattr(table, column) - expected.ravel()) / size
        assert error.max() < 1e-4


def test_a_file_of_other_shapes_is_refused():
    from seqloom.errors import FormatError

    file, _ = random_forecaster(CONFIGS["fully-connected"])
    file.tensors["output.bias"] = np.zeros(3, np.float32)
    with pytest.raises(FormatError, match=r"^model file: tensor `output\.bias` must be float32"):
        model_of(file)
