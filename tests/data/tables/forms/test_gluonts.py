"""GluonTS's JSON lines: pandas says when the values are; Nixtla's long frames, which are tables."""

import json

import pandas as pd
import pytest

from seqloom.data.guess import guess_task
from seqloom.data.series.read import read_series
from seqloom.data.tables.source import part_of
from seqloom.errors import DataError


def written(folder, *rows, name="data.json"):
    path = folder / name
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(path)


@pytest.mark.parametrize(
    ("freq", "pandas", "start"),
    [
        ("H", "h", "2024-02-28 22:00:00"),
        ("15min", "15min", "2024-02-28 22:00"),
        ("30T", "30min", "2024-02-28"),
        ("D", "D", "2024-02-28"),
        ("2D", "2D", "2024-02-28"),
        ("W-SUN", "7D", "2024-02-25"),
        ("B", "B", "2024-02-28"),
        ("M", "MS", "2023-11-01"),
        ("QS", "3MS", "2023-10-01"),
        ("Y", "YS", "2019-01-01"),
    ],
)
def test_times_are_those_of_pandas(tmp_path, freq, pandas, start):
    path = written(tmp_path, {"start": start, "target": list(range(9)), "freq": freq})
    found = [str(cells[1]) for _, cells in part_of(path).read()]
    want = pd.date_range(start, periods=9, freq=pandas)
    assert pd.to_datetime(found, format="ISO8601").tolist() == want.tolist()


def test_series(tmp_path):
    path = written(
        tmp_path,
        {"start": "2024-01-31", "target": [1, 2.5, None, 4], "item_id": "north", "freq": "D"},
        {"start": "2024-01-30", "target": [7, "NaN", 9, 1, 2], "item_id": "south", "freq": "D"},
        name="train.jsonl",
    )
    assert guess_task(path).say() == "task: forecast (JSON lines of GluonTS; --task overrides)"
    found = read_series(path)
    assert [one.name for one in found.series] == ["north", "south"]
    long = pd.DataFrame(
        {
            "unique_id": ["north"] * 4 + ["south"] * 5,
            "ds": [
                *("2024-01-31", "2024-02-01", "2024-02-02", "2024-02-03"),
                *("2024-01-30", "2024-01-31", "2024-02-01", "2024-02-02", "2024-02-03"),
            ],
            "y": [1, 2.5, None, 4, 7, None, 9, 1, 2],
        }
    )
    want = read_series(long)
    for one, other in zip(found.series, want.series, strict=True):
        assert one.values.tolist() == other.values.tolist() or (
            pd.Series(one.values.ravel()).equals(pd.Series(other.values.ravel()))
        )


def test_the_frequency_of_metadata(tmp_path):
    (tmp_path / "train").mkdir()
    (tmp_path / "metadata").mkdir()
    (tmp_path / "metadata" / "metadata.json").write_text('{"freq": "M", "prediction_length": 8}')
    path = written(tmp_path / "train", {"start": "1979-01-31", "target": [1, 2]})
    assert [cells[1] for _, cells in part_of(path).read()] == ["1979-01-01", "1979-02-01"]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"start": "2024-01-01", "target": [1]}, 'no frequency is said. Add "freq": "D"'),
        ({"start": "soon", "target": [1], "freq": "D"}, "`start` must be a time"),
        ({"start": "2024-01-01", "target": [1], "freq": "fortnight"}, "'fortnight' is not known"),
        ({"start": "2024-01-01", "target": [[1], [2]], "freq": "D"}, "one number a time"),
    ],
)
def test_wrong_lines(tmp_path, row, said):
    path = written(tmp_path, {"start": "2024-01-01", "target": [1], "freq": "D"}, row)
    with pytest.raises(DataError, match=r"data.json, line 2: ") as caught:
        list(part_of(path).read())
    assert said in str(caught.value)


def test_other_json_lines_with_a_start_are_none(tmp_path):
    path = written(tmp_path, {"start": 0.5, "target": "walk"}, {"start": 1.5, "target": "talk"})
    assert part_of(path).form == "JSON lines"


def test_a_long_frame_of_nixtla(tmp_path):
    """Columns unique_id, ds, y: any table, and a frame."""
    frame = pd.DataFrame({"unique_id": ["a"] * 3 + ["b"] * 3, "y": [1.0, 2, 3, 4, 5, 6]})
    frame["ds"] = list(pd.date_range("2024-01-01", periods=3)) * 2
    path = tmp_path / "long.csv"
    frame.to_csv(path, index=False)
    assert guess_task(str(path)).task == guess_task(frame).task == "forecast"
    for data in (str(path), frame):
        found = read_series(data)
        assert [(s.name, s.values.ravel().tolist()) for s in found.series] == [
            ("a", [1.0, 2.0, 3.0]),
            ("b", [4.0, 5.0, 6.0]),
        ]
