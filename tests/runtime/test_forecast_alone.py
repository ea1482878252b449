"""A forecasting model where nothing but NumPy is installed."""

import subprocess
import sys

import pytest

from seqloom.export.model_file import write_model

from ..export.forecasts import CONFIGS, random_forecaster
from ..toys import ENVIRONMENT

CODE = """
import sys
for name in ("torch", "matplotlib", "pandas", "polars", "scipy", "statsforecast", "rapidfuzz"):
    sys.modules[name] = None
import seqloom
model = seqloom.load(sys.argv[1])
table = model.predict(sys.argv[2])
assert len(table) == 5, len(table)
assert model.stream(sys.argv[2]).push(3.0).time[0] == "14"
print(table.to_csv(), end="")
"""


@pytest.mark.parametrize("name", ["lstm, autoregressive, attention", "fully-connected"])
def test_a_model_runs_where_torch_is_not_installed(tmp_path, name):
    write_model(tmp_path / "model", random_forecaster(CONFIGS[name])[0])
    data = tmp_path / "data.csv"
    data.write_text("step,y\n" + "".join(f"{i},{i % 3}\n" for i in range(1, 13)))
    done = subprocess.run(
        [sys.executable, "-c", CODE, str(tmp_path / "model"), str(data)],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("unique_id,ds,point,lower-80,upper-80\ny,13,")
