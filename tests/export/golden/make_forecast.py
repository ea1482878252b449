"""Make the golden file of the task `forecast`, and what it answered on the day it was made.

    python -m tests.export.golden.make_forecast

Run it only for a new format: the files of older ones stay as they are.
"""

import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

import seqloom

HERE = Path(__file__).parent
NAME = "forecast-1"
SETTINGS = {
    "task": "forecast",
    "data": {"horizon": 4, "season": 6, "window": 18, "floor": "zero", "batch_windows": 16},
    "model": {"cell": "gru", "hidden_size": 10, "dropout": 0.0},
    "training": {"steps": 400, "learning_rate": 0.02},
    "decoding": {"level": 80},
}


def answers(path: Path, histories: dict[str, list[float]]) -> dict[str, Any]:
    """Point, lower and upper for some histories, and for the first of them after two pushes."""
    model = seqloom.load(path)
    table = model.predict(histories)
    stream = model.stream(next(iter(histories.values())))
    pushed = [stream.push(value) for value in (7.0, 9.5)]
    return {
        "time": list(table.time),
        **{key: getattr(table, key).tolist() for key in ("point", "lower", "upper")},
        "pushed": [found.point.tolist() for found in pushed],
    }


def main() -> None:
    steps = np.arange(90)
    names = [f"s{i}" for i in range(6)]
    columns = [8 + i + 3 * np.sin(2 * np.pi * steps / 6 + i) + 0.05 * steps for i in range(6)]
    rows = [",".join(["t", *names])]
    rows += [f"{t}," + ",".join(f"{column[t]:.4f}" for column in columns) for t in steps]
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "waves.csv"
        data.write_text("\n".join(rows) + "\n")
        result = seqloom.train(data, Path(folder) / "run", config=SETTINGS)
        (HERE / f"{NAME}.safetensors").write_bytes(result.path.read_bytes())
    histories = {
        "long": [round(float(x), 4) for x in columns[2][:40]],
        "short": [3.0, 5.0, 4.0],
        "constant": [2.5] * 10,
    }
    found = {"histories": histories, **answers(HERE / f"{NAME}.safetensors", histories)}
    (HERE / f"{NAME}.json").write_text(json.dumps(found) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
