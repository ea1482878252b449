"""The task `forecast` at work: reports, windows that do not leak, the loss, runs that repeat."""

import re
from statistics import NormalDist

import numpy as np
import pytest
import torch

from seqloom.config import config_from
from seqloom.config.forecast import LEVELS
from seqloom.data.series.read import read_series
from seqloom.data.series.scaling import scale
from seqloom.data.series.windows import Origins
from seqloom.decoding.quantiles import PROBABILITIES
from seqloom.errors import DataError
from seqloom.evaluation.forecast_scores import pinball
from seqloom.runtime import load
from seqloom.training import resume, train
from seqloom.training.tasks import open_work
from seqloom.training.tasks.forecast import NO_MASE, scaled_targets, value_loss

from ...series import write_series
from ..runs import Listening, log

TINY = {
    "recurrent": {"hidden_size": 6},
    "fully-connected": {"hidden_size": 8, "blocks": 1},
    "transformer": {"hidden_size": 8, "num_heads": 2, "feedforward_size": 11},
}


@pytest.fixture
def csv(tmp_path):
    return write_series(tmp_path / "months.csv")


def settings(architecture="recurrent", model=None, data=None, **training):
    return {
        "task": "forecast",
        "data": {"season": 4, "horizon": 3, **(data or {})},
        "model": {"architecture": architecture, **TINY[architecture], **(model or {})},
        "training": {"steps": 12, "seed": 3, "samples": 0, **training},
    }


def work(csv, **options):
    return open_work(str(csv), None, config_from(settings(**options)))


def test_report_and_settings_that_come_from_the_data(tmp_path):
    csv = write_series(tmp_path / "months.csv", season=12)
    found = open_work(str(csv), None, config_from({"task": "forecast"}))
    lines = list(found.report)
    assert re.fullmatch(
        r"season: 12 \(autocorrelation 0\.\d\d at lag 12 confirms it\)", lines.pop(1)
    )
    assert lines == [
        f"{csv}: 3 series, 180 values, monthly, 2000-01 to 2004-12",
        "validation: the last 12 steps of each series",
        "windows: 57 to train on, up to 24 steps of the past, 12 of the future",
    ]
    data = found.config.data
    assert (data.season, data.horizon, data.batch_windows) == (12, 12, 32)
    assert (data.held_out, data.window) == (1, 24)
    assert found.config.training.learning_rate == 2e-3


def test_test_steps_are_never_read(csv):
    lines = csv.read_text().splitlines()
    short = csv.with_name("short.csv")
    short.write_text("\n".join(lines[:-6]) + "\n")
    whole, cut = work(csv, data={"test_steps": 6}), work(short)
    assert whole.fingerprint == cut.fingerprint
    assert "not read: the last 6 steps of each series" in whole.report
    assert whole.parts.seen == {name: "2004-06" for name in "abc"}


def test_training_sees_nothing_of_validation(csv):
    """All that is held out becomes another: training windows, features and targets stay."""
    found = work(csv)
    stop = 60 - 3 * found.config.data.held_out
    lines = csv.read_text().splitlines()
    for i in range(1 + stop, 61):
        lines[i] = f"{lines[i][:7]},{i * 1000},{-i},{i}"
    csv.write_text("\n".join(lines) + "\n")
    other = work(csv)
    rows = np.arange(len(found.data.train_origins))
    assert found.plan(0)[0].tolist() == other.plan(0)[0].tolist()
    for a, b in zip(_batch(found, rows), _batch(other, rows), strict=True):
        np.testing.assert_array_equal(a, b)
    assert (found._targets != other._targets).any()


@pytest.mark.parametrize("gap", [range(52, 56), range(54, 58), range(55, 57)])
def test_no_gap_looks_past_a_cut(csv, gap):
    """What comes after the gap is another: all that is trained and validated on stays."""
    lines, found = csv.read_text().splitlines(), []
    for late in (1, 999):
        some = [lines[0], *(line for i, line in enumerate(lines[1:]) if i < 54 and i not in gap)]
        some += [f"{lines[1 + i][:7]},{late},{late},{late}" for i in range(54, 60) if i not in gap]
        csv.write_text("\n".join(some) + "\n")
        found.append(work(csv, data={"test_steps": 6, "window": 8, "held_out": 1}))
    one, other = (each.data for each in found)
    for a, b in zip(one.data.series, other.data.series, strict=True):
        np.testing.assert_array_equal(a.values, b.values)
    rows = np.arange(len(one.train_origins))
    for a, b in zip(_batch(found[0], rows), _batch(found[1], rows), strict=True):
        np.testing.assert_array_equal(a, b)
    np.testing.assert_array_equal(found[0]._targets, found[1]._targets)


def test_a_gap_is_not_trained_on_nor_validated_with(csv):
    lines = csv.read_text().splitlines()
    csv.write_text("\n".join([*lines[:30], *lines[36:58], *lines[59:]]) + "\n")
    found = work(csv, data={"held_out": 1, "window": 8})
    origins = found.data.train_origins
    assert not set(range(29, 33)) & set(origins.origin)  # whose targets are all in the gap
    rows = np.arange(len(origins))
    assert found.size(rows) == np.isfinite(_batch(found, rows)[-1]).sum()
    assert np.isnan(found._targets).tolist() == [[True, False, False]] * 3
    torch.manual_seed(0)
    scores = found.validate(found.build().eval(), torch.device("cpu"))
    assert all(np.isfinite(value) for value in scores.values())


def test_features_are_set_up_on_training_data_alone(tmp_path):
    path, found = tmp_path / "promo.csv", []
    for late in (1, 99):
        lines = [f"{i},{i % 5},{i % 2 if i < 27 else late}" for i in range(30)]
        path.write_text("\n".join(["t,y,promo", *lines]) + "\n")
        found.append(work(path, data={"held_out": 1}).parts.features)
    assert found[0] == found[1]
    assert found[0].known[0][:2] == ("promo", pytest.approx(13 / 27))


def _batch(found, rows):
    origins = found.data.train_origins.rows(rows)
    inputs, by = scale(found.data.train.cut(origins), found.data.scaling)
    return *inputs, scaled_targets(found.data.train, origins, by)


def test_a_plan_has_every_window_once(csv):
    found = work(csv)
    for epoch in range(2):
        rows = np.concatenate(found.plan(epoch))
        assert sorted(rows) == list(range(len(found.data.train_origins)))
    assert found.plan(0)[0].tolist() != found.plan(1)[0].tolist()
    assert found.plan(1)[0].tolist() == work(csv).plan(1)[0].tolist()


def test_values_that_follow_can_be_given_to_validate_on(csv, tmp_path):
    lines = csv.read_text().splitlines()
    head, tail = tmp_path / "head.csv", tmp_path / "tail.csv"
    head.write_text("\n".join(lines[:-6]) + "\n")
    tail.write_text("\n".join([lines[0], *lines[-6:]]) + "\n")
    found = open_work(str(head), str(tail), config_from(settings()))
    cut = work(csv, data={"held_out": 2})
    assert list(found.data.valid_origins) == list(cut.data.valid_origins)
    np.testing.assert_array_equal(found._targets, cut._targets)
    tail.write_text("\n".join([lines[0], *lines[-5:]]) + "\n")
    message = (
        f"{tail}: series 'a' begins at 2004-08; what follows the past goes on at 2004-07. Give the "
        "values that follow."
    )
    with pytest.raises(DataError, match=f"^{re.escape(message)}$"):
        open_work(str(head), str(tail), config_from(settings()))
    tail.write_text("ds,q\n2004-07,1\n2004-08,2\n")
    message = (
        f"{tail}: a series must be one of those that it follows, got 'q'. "
        "Give it the name that it has there."
    )
    with pytest.raises(DataError, match=f"^{re.escape(message)}$"):
        open_work(str(head), str(tail), config_from(settings()))


def test_losses_by_other_means():
    """Pinball by the scores' own, the normal by the standard library, NaN left out."""
    rng = np.random.default_rng(0)
    wanted = rng.normal(size=(2, 3))
    wanted[1, 1:] = np.nan
    said = rng.normal(size=(2, 3, 9))
    known = np.isfinite(wanted)
    want = 2 * pinball(wanted, said, PROBABILITIES).mean(axis=2)[known].sum()
    found = value_loss(torch.tensor(said), torch.tensor(wanted), "quantile")
    assert float(found) == pytest.approx(want)
    normal = said[:, :, :2]
    densities = [
        NormalDist(m, np.exp(s)).pdf(y)
        for (m, s), y in zip(normal[known], wanted[known], strict=True)
    ]
    nats = -np.log(densities).sum() - 0.5 * np.log(2 * np.pi) * known.sum()
    found = value_loss(torch.tensor(normal), torch.tensor(wanted), "gaussian")
    assert float(found) == pytest.approx(nats)
    found = value_loss(torch.tensor(said[:, :, :1]), torch.tensor(wanted), "point")
    assert float(found) == pytest.approx(np.abs(wanted - said[:, :, 0])[known].sum())


@pytest.mark.parametrize("architecture", TINY)
def test_a_batch_is_the_sum_of_its_rows(csv, architecture):
    """Loss and size alike; rows of short pasts and cut targets among them."""
    short = csv.with_name("short.csv")
    rows = csv.read_text().splitlines()
    late = [f"{row},{i * i}" for i, row in enumerate(rows[-8:])]
    short.write_text("\n".join([rows[0] + ",d", *(f"{row}," for row in rows[1:-8]), *late]))
    data = {"window": 20, "horizon": 4, "held_out": 1}
    found = work(short, architecture=architecture, data=data)
    torch.manual_seed(0)
    network = found.build().eval()
    some = np.array([0, 30, 60, len(found.data.train_origins) - 1])
    device = torch.device("cpu")
    with torch.no_grad():
        together = float(found.loss(network, some, device))
        alone = [float(found.loss(network, some[i : i + 1], device)) for i in range(4)]
    assert together == pytest.approx(sum(alone), rel=1e-4)
    assert found.size(some) == sum(found.size(some[i : i + 1]) for i in range(4))
    assert found.size(some[-1:]) < 4
    known = np.isfinite(_batch(found, some)[-1]).sum()
    assert found.size(some) == known


@pytest.mark.parametrize("architecture", TINY)
def test_a_run_ends_with_a_model_that_predicts(csv, tmp_path, architecture):
    listening = Listening()
    result = train(csv, tmp_path / "run", config=settings(architecture), callbacks=[listening])
    assert result.finished
    model = load(result.path)
    data = read_series(csv)
    table = model.predict(csv)
    assert table.time[:3] == ("2005-01", "2005-02", "2005-03")
    # the model's scores of the validation windows are those that the log has
    last = [event for event in log(tmp_path / "run") if event.get("best")][-1]
    found = work(csv, architecture=architecture)
    done = model.forecasts(data, found.data.valid_origins, level=90)
    error = np.abs(done.point - found._targets).mean(axis=1) / found._units
    assert error.mean() == pytest.approx(last["mase"], rel=1e-3)
    # and its intervals were calibrated on them
    inside = (done.lower <= found._targets + 1e-6) & (found._targets - 1e-6 <= done.upper)
    assert 0.9 <= inside.mean() <= 0.97
    assert len(model.parts.calibration) == len(LEVELS)


@pytest.mark.parametrize("architecture", TINY)
def test_a_run_that_was_stopped_ends_as_one_that_was_not(csv, tmp_path, architecture):
    config = settings(architecture, {"dropout": 0.4})
    train(csv, tmp_path / "whole", config=config)
    calls = []

    class Stopping(Listening):
        def step(self, step, loss, clock):
            calls.append(step)
            if step == 7:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(csv, tmp_path / "run", config=config, callbacks=[Stopping()])
    resume(tmp_path / "run")
    assert calls[-1] == 7
    one, other = (tmp_path / name / "best.safetensors" for name in ("whole", "run"))
    assert one.read_bytes() == other.read_bytes()


def test_covariates_and_constants_train_too(tmp_path):
    rng = np.random.default_rng(0)
    lines = ["unique_id,ds,y,promo,region"]
    for name, region in (("a", "north"), ("b", "south"), ("c", "south")):
        promo = rng.integers(0, 2, 40)
        value = np.full(40, 5.0) if name == "c" else 10 + 5 * promo + rng.normal(size=40) * 0.1
        lines += [f"{name},{i},{value[i]:.3f},{promo[i]},{region}" for i in range(40)]
        lines += [f"{name},{i},,{i % 2},{region}" for i in range(40, 43)]
    path = tmp_path / "shop.csv"
    path.write_text("\n".join(lines) + "\n")
    result = train(path, tmp_path / "run", config=settings(data={"season": 1}, steps=30))
    model = load(result.path)
    assert dict(model.describe())["covariate_columns"] == "promo, region"
    table = model.predict(path)
    assert table.point[6:].tolist() == [5, 5, 5]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            ["1,1", "2,3", "3,2"],
            "train: `{}` must have a series of at least 6 values for a horizon of 3, of which 1 "
            "are held out, got 3 at most. Lower data.horizon or data.held_out.",
        ),
        (
            [f"{i},7" for i in range(30)],
            "train: `{}` must have a series that changes, got constants. There is nothing to learn "
            "from them.",
        ),
    ],
)
def test_what_cannot_be_trained_on(tmp_path, rows, message):
    path = tmp_path / "x.csv"
    path.write_text("\n".join(["ds,y", *rows]) + "\n")
    with pytest.raises(DataError, match=f"^{re.escape(message.format(path))}$"):
        work(path)
    path.write_text("ds,y\n1,2\n2,4\n")
    message = f"train: `{path}` has no series of more than data.test_steps = 2 values. Lower it."
    with pytest.raises(DataError, match=f"^{re.escape(message)}$"):
        work(path, data={"test_steps": 2})


@pytest.mark.parametrize("held_out", [1, 2, 8])
def test_the_least_number_of_values_is_what_is_said(tmp_path, held_out):
    path, least = tmp_path / "x.csv", 3 * held_out + 3
    for count in (least, least - 1):
        path.write_text("\n".join(["ds,y", *(f"{i},{i % 5}" for i in range(count))]) + "\n")
        if count == least:
            assert len(work(path, data={"held_out": held_out}).data.train_origins) == 1
    message = (
        f"train: `{path}` must have a series of at least {least} values for a horizon of 3, of "
        f"which {held_out} are held out, got {least - 1} at most. Lower data.horizon or "
        "data.held_out."
    )
    with pytest.raises(DataError, match=f"^{re.escape(message)}$"):
        work(path, data={"held_out": held_out})


def test_too_little_to_validate_on_is_said(tmp_path):
    path, valid = tmp_path / "x.csv", tmp_path / "valid.csv"
    path.write_text("\n".join(["ds,y", *(f"{i},{i % 5}" for i in range(30))]) + "\n")
    valid.write_text("ds,y\n30,1\n31,2\n")
    message = (
        f"train: no series has at least 3 values in `{path}` and 3 in `{valid}`, as a horizon of 3 "
        "needs. Lower data.horizon."
    )
    with pytest.raises(DataError, match=f"^{re.escape(message)}$"):
        open_work(str(path), str(valid), config_from(settings()))
    gap = [f"{i},{i % 5 if i < 25 else ''}" for i in range(30)]
    path.write_text("\n".join(["ds,y", *gap, "30,4"]) + "\n")
    message = (
        f"train: `{path}` must have values before and in the last 3 steps of its series, got gaps "
        "alone. Lower data.test_steps, or fill the gaps."
    )
    with pytest.raises(DataError, match=f"^{re.escape(message)}$"):
        work(path, data={"held_out": 1, "test_steps": 1})


def test_it_is_said_where_there_is_no_mase(tmp_path, csv):
    """Of a series that repeats itself: the sMAPE that stands for MASE is told at the start."""
    path = tmp_path / "x.csv"
    path.write_text("\n".join(["ds,y", *(f"{i},{i % 4 + 1}" for i in range(40))]) + "\n")
    found = work(path)
    assert found.report[-1] == NO_MASE
    scores = found.validate(found.build().eval(), torch.device("cpu"))
    assert scores["mase"] == scores["smape"]
    assert NO_MASE not in work(csv).report


def test_origins_of_a_single_series_are_many(tmp_path):
    """One series is validated from every step of what is held out."""
    path = write_series(tmp_path / "one.csv", num_series=1, length=100)
    found = work(path)
    held = found.config.data.held_out * 3
    assert found.config.data.held_out == 6
    want = Origins(np.zeros(held - 2, int), np.arange(100 - held, 98))
    assert list(found.data.valid_origins) == list(want)


@pytest.mark.slow
@pytest.mark.parametrize("architecture", TINY)
@pytest.mark.parametrize("decode", ["direct", "autoregressive"])
def test_a_network_learns_what_no_baseline_can(tmp_path, architecture, decode):
    """A covariate moves the series; half the error of the best baseline, intervals that cover."""
    if architecture != "recurrent" and decode == "autoregressive":
        pytest.skip("it has no decoder")
    rng = np.random.default_rng(0)
    lines = ["unique_id,ds,y,promo"]
    for name in range(12):
        promo = rng.integers(0, 2, 120)
        waves = np.sin(2 * np.pi * np.arange(120) / 4 + name)
        value = 50 + 10 * waves + 15 * promo + rng.normal(size=120)
        lines += [f"{name},{i},{value[i]:.3f},{promo[i]}" for i in range(120)]
    path = tmp_path / "promo.csv"
    path.write_text("\n".join(lines) + "\n")
    model = {"hidden_size": 64, "dropout": 0.0}
    if architecture == "recurrent":
        model["decode"] = decode
    config = settings(
        architecture, model, {"test_steps": 12, "horizon": 4, "window": 24}, steps=800
    )
    result = train(path, tmp_path / "run", config=config)
    loaded, data = load(result.path), read_series(path)
    origins = Origins(np.repeat(np.arange(12), 3), np.tile([108, 112, 116], 12))
    found = loaded.forecasts(data, origins, level=90)
    actual = np.stack([data.series[i].values[t : t + 4] for i, t in origins])
    last = np.stack([data.series[i].values[t - 4 : t] for i, t in origins])
    assert np.abs(found.point - actual).mean() < 0.5 * np.abs(last - actual).mean()
    assert 0.75 < ((found.lower <= actual) & (actual <= found.upper)).mean() < 0.99
