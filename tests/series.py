"""Made-up series: a season, a trend and noise, written as a CSV."""

from pathlib import Path

import numpy as np


def write_series(
    path: Path, *, num_series: int = 3, length: int = 60, season: int = 4, seed: int = 0
) -> Path:
    """Write a wide CSV of months, e.g. `ds,a,b,c`; series differ in level, trend and season."""
    rng = np.random.default_rng(seed)
    steps = np.arange(length)[:, None]
    level, slope = rng.uniform(10, 100, num_series), rng.uniform(-0.1, 0.3, num_series)
    phase = rng.uniform(0, 2 * np.pi, num_series)
    waves = np.sin(2 * np.pi * steps / season + phase) * 0.2 * level
    noise = rng.normal(size=(length, num_series)) * 0.02 * level
    values = level + slope * steps + waves + noise
    months = np.datetime64("2000-01") + np.arange(length)
    names = [chr(ord("a") + i) for i in range(num_series)]
    lines = [",".join(["ds", *names])]
    for month, row in zip(months, values, strict=True):
        lines.append(",".join([str(month), *(f"{value:.3f}" for value in row)]))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
