"""`train`, `evaluate`, `predict` and `info` on series, through the command line."""

import csv
import io
import json

import pytest

from seqloom.data.series.read import read_series
from seqloom.export.model_file import write_model

from ..export.forecasts import CONFIGS, parts, random_forecaster
from ..series import write_series
from ..toys import flags

pytest.importorskip("statsforecast")
TINY = {
    "data": {"season": 4, "test_steps": 6},
    "model": {"hidden_size": 8},
    "training": {"steps": 10, "seed": 3},
}


@pytest.fixture(scope="module")
def months(tmp_path_factory):
    return write_series(tmp_path_factory.mktemp("series") / "months.csv")


@pytest.fixture
def numbered(tmp_path):
    """A model of numbered series with random weights, and a CSV for it."""
    path = tmp_path / "model.safetensors"
    write_model(path, random_forecaster(CONFIGS["gru, direct, attention"], parts())[0])
    data = tmp_path / "numbers.csv"
    data.write_text("step,a,b\n" + "".join(f"{i},{i % 4 + 1},{i % 3}\n" for i in range(1, 31)))
    return path, data


@pytest.mark.parametrize("architecture", ["recurrent", "fully-connected", "transformer"])
def test_from_a_file_to_a_forecast(cli, months, tmp_path, architecture):
    run = tmp_path / "run"
    options = ("--horizon", "3", "--architecture", architecture, *flags(TINY))
    options += ("--cell", "gru") if architecture == "recurrent" else ()
    done = cli("train", months, "--out", run, *options)
    assert done.code == 0, done.err
    assert done.err.startswith("task: forecast (times and numbers; --task overrides)\n")
    assert "season: 4 (as set)" in done.err
    model = run / "best.safetensors"

    done = cli("evaluate", model, months, "--windows", "2", "--figure", tmp_path / "e.png")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("6 forecasts of 3 steps: 3 series, 2 windows\n")
    for method in ("network", "naive", "seasonal naive", "drift", "naive2", "theta", "ets"):
        assert f"\n {method} " in done.out
    assert "\nverdict: " in done.out
    found = json.loads(cli("evaluate", model, months, "--windows", "2", "--json").out)
    assert found["verdict"] in done.out
    assert next(iter(found["methods"])) == "network"

    done = cli("predict", model, months, "--level", "80", "--figure", tmp_path / "f.svg")
    assert done.code == 0
    rows = list(csv.DictReader(io.StringIO(done.out)))
    assert [row["ds"] for row in rows[:3]] == ["2005-01", "2005-02", "2005-03"]
    assert set(rows[0]) == {"unique_id", "ds", "point", "lower-80", "upper-80"}
    assert (tmp_path / "f.svg").exists()
    assert (tmp_path / "e.png").exists()

    done = cli("info", model)
    assert "frequency" in done.out
    assert "monthly" in done.out


def test_values_that_were_seen_are_noted(cli, months, tmp_path):
    run = tmp_path / "run"
    cli("train", months, "--out", run, "--horizon", "3", *flags(TINY))
    done = cli("evaluate", run / "best.safetensors", months, "--windows", "3")
    assert done.code == 0
    assert done.err == (
        "warning: 3 of 9 forecasts are of values that the model was trained or chosen on, which "
        "flatters it, so there is no verdict. Train with --set data.test_steps=N to keep some "
        "apart.\n"
    )
    assert done.out.splitlines()[-1] == (
        "verdict: none: 3 of 9 forecasts are of values that the network was trained or chosen on, "
        "which flatters it."
    )
    found = json.loads(
        cli("evaluate", run / "best.safetensors", months, "--windows", "3", "--json").out
    )
    assert (found["seen"], found["network_wins"]) == (3, None)


def test_a_test_file_follows_the_past(cli, numbered, tmp_path):
    model, data = numbered
    lines = data.read_text().splitlines()
    test = tmp_path / "test.csv"
    test.write_text("\n".join(["step,a,b", *(f"{i},5,6" for i in range(1, 4))]))
    head = tmp_path / "head.csv"
    head.write_text("\n".join(lines))
    done = cli("evaluate", model, head, "--test", test, "--json", "--against", "naive2,theta")
    found = json.loads(done.out)
    assert (found["forecasts"], found["windows"]) == (2, 1)
    assert list(found["methods"]) == ["network", "naive2", "theta"]
    assert found["methods"]["network"]["by_horizon"][3:] == [None, None]  # three came, of five


def test_what_is_odd_about_the_data_is_said_once(cli, numbered, tmp_path):
    """The same lines as a training says, by `predict`, `evaluate`, and of a test file as well."""
    model, data = numbered
    lines = data.read_text().splitlines()
    odd = [lines[0], *lines[1:9], *lines[10:], lines[-1]]
    data.write_text("".join(f"{i},{line}\n" if i else f",{line}\n" for i, line in enumerate(odd)))
    notes = read_series(data).report[1:]
    assert [note.partition(":")[0] for note in notes] == ["left out", "left out", "gaps"]
    want = "".join(f"note: {data}: {note}\n" for note in notes)
    assert cli("predict", model, data).err == want
    assert cli("evaluate", model, data, "--against", "naive2").err == want
    test = tmp_path / "test.csv"
    test.write_text("step;a;b\n31;1,5;2\n32;2,5;3\n")
    done = cli("evaluate", model, data, "--test", test, "--against", "naive2")
    commas = "numbers: commas in `a` are read as decimal commas"
    assert done.err == f"{want}note: {test}: {commas}\n"


def test_drawing_many_says_how_many(cli, numbered, tmp_path):
    model, data = numbered
    header = ",".join(f"s{i}" for i in range(12))
    rows = [f"{t}," + ",".join(str((t * i) % 7) for i in range(12)) for t in range(20)]
    data.write_text("\n".join([f"t,{header}", *rows]))
    done = cli("predict", model, data, "--figure", tmp_path / "f.png")
    assert done.err == f"note: {tmp_path / 'f.png'} has the first 9 series\n"
    assert len(done.out.splitlines()) == 1 + 12 * 5


def test_what_is_refused(refuses, numbered, tmp_path):
    model, data = numbered
    figure = tmp_path / "x.docx"
    cases = {
        ("predict", model): "predict: a forecast needs one CSV with the past; 0 were given. "
        "For example: seqloom predict best.safetensors history.csv",
        ("predict", model, data, "--beam", "3"): "predict: `--beam` is not an option for "
        "forecast models. Their options: engine, figure, level, threads.",
        ("predict", model, data, "--level", "99"): "predict: `level` must be one of 50, 80, 90, "
        "95, got 99.",
        ("evaluate", model, data, "--windows", "0"): "evaluate: `--windows` must be at least 1, "
        "got 0.",
        ("evaluate", model, data, "--windows", "2", "--test", data): "evaluate: `--windows` "
        "and `--test` exclude each other. Drop one.",
        ("evaluate", model, data, "--against", "naive,arima"): "evaluate: `--against` must be "
        "some of naive, seasonal naive, drift, naive2, theta, ets, got 'arima'.",
        ("predict", model, data, "--figure", tmp_path / "no" / "x.png"): "predict: the folder "
        f"of `--figure` {tmp_path / 'no' / 'x.png'} does not exist. Make it first.",
    }
    for arguments, message in cases.items():
        assert refuses(*arguments) == message
    assert refuses("predict", model, data, "--figure", figure).startswith(
        "predict: `--figure` must end in one of "
    )
    message = "train: `decoding.level` must be one of 50, 80, 90, 95, got 70."
    options = ("--out", tmp_path / "run", "--set", "decoding.level=70")
    assert refuses("train", data, *options).endswith(message.removeprefix("train"))
