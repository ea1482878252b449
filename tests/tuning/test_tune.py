"""A whole search: what it leaves, and that nothing is lost or doubled by a stop."""

import json
import shutil

import pytest

import seqloom
from seqloom.config import config_from, read_toml
from seqloom.data.pairs import prepare
from seqloom.errors import ConfigError, DataError, DivergedError, RunError
from seqloom.training import loop
from seqloom.training.run_folder import RunFolder
from seqloom.tuning import resume_tuning, search, start, trial, tune, tuning
from seqloom.tuning.importance import LEAST

from ..toys import as_users_run, write_toy
from .small import NUMBER, SETTINGS, SPACE, Told, assert_equal_searches, runs, table, trials


def run(data, out, **changes):
    options = {"trials": NUMBER, "space": SPACE, "settings": SETTINGS, "progress": False}
    return tune(data, out, **{**options, **changes})


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """The data, the folder and the result of a search that nothing disturbed, and what was told."""
    folder, told = tmp_path_factory.mktemp("done"), Told()
    data = write_toy(folder / "toy.tsv")
    with as_users_run():
        result = run(data, folder / "out", callbacks=[told])
    return data, folder / "out", result, told


def test_what_a_search_leaves(done):
    _, out, result, _ = done
    names = "best.safetensors config.toml importance.png space.toml study.db trials trials.csv"
    assert sorted(path.name for path in out.iterdir()) == [*names.split(), "tune.json"]
    assert len(result.trials) == len(runs(out)) == len(table(out)) == NUMBER
    assert result.finished
    scores = [row.score for row in result.trials if row.state == "complete"]
    assert result.score == min(scores)
    assert result.trials[result.best].score == result.score
    assert sum(result.importance.values()) == pytest.approx(1.0)
    assert {*result.importance} == {"training.learning_rate", "model.dropout", "model.cell"}


def test_trial_0_has_the_defaults(done):
    assert done[2].trials[0].values == {
        "training.learning_rate": 0.002,
        "model.dropout": 0.3,
        "model.cell": "lstm",
    }


def test_bad_trials_are_pruned(done):
    _, out, result, _ = done
    states = [row.state for row in result.trials]
    assert states[: search.PRUNED_AFTER] == ["complete"] * search.PRUNED_AFTER
    assert "pruned" in states
    for row in result.trials:
        assert (row.steps == 10) == (row.state == "complete")
        events = RunFolder(out / "trials" / f"{row.trial:03d}").events()
        assert max(e["step"] for e in events if e["event"] == "validation") == row.steps


def test_the_best_settings_repeat_the_best_model(done, tmp_path):
    data, _, result, _ = done
    seqloom.train(data, tmp_path / "run", config=read_toml(result.config))
    assert (tmp_path / "run" / "best.safetensors").read_bytes() == result.model.read_bytes()
    values = result.trials[result.best].values
    model = config_from(read_toml(result.config)).model
    assert (model.encoder_cell, model.decoder_cell) == (values["model.cell"],) * 2
    assert seqloom.load(result.model).predict(["ab"])


def test_what_is_said(done):
    _, _, result, told = done
    assert told.lines[0].startswith("/") or "pairs" in told.lines[0]
    plan = "search: 7 trials, over training.learning_rate, model.dropout, model.cell"
    assert plan in told.lines
    assert "trial 0: learning_rate 0.002, dropout 0.3, cell lstm" in told.lines
    first = result.measure.show(result.trials[0].score)
    assert f"trial 0: symbol error {first} (best so far)" in told.lines
    assert told.lines[-1].startswith(f"trial {NUMBER - 1}: symbol error ")
    assert told.begun == [0] * NUMBER


def test_a_finished_search_is_left_as_it_is(done, tmp_path):
    data, out, result, _ = done
    shutil.copytree(out, tmp_path / "out")
    told = Told()
    again = run(data, tmp_path / "out", callbacks=[told])
    assert (again.trials, again.best, told.begun) == (result.trials, result.best, [])
    assert_equal_searches(out, tmp_path / "out")


def test_a_search_is_lengthened(done, tmp_path):
    data, out, _, _ = done
    short = tmp_path / "short"
    assert len(run(data, short, trials=3).trials) == 3
    assert not (short / "importance.png").exists()
    assert resume_tuning(short, trials=NUMBER).finished
    assert_equal_searches(out, short)


class Killed(BaseException):
    """Stands for SIGKILL where a test must choose the moment."""


def killed_when(monkeypatch, owner, name, call, *, after):
    """`owner.name` kills the search at its `call`-th call, before or after it has worked."""
    honest, calls = getattr(owner, name), iter(range(1, 9999))

    def function(*args, **options):
        now = next(calls) == call
        if now and not after:
            raise Killed
        found = honest(*args, **options)
        if now:
            raise Killed
        return found

    monkeypatch.setattr(owner, name, function)


MOMENTS = [(search.TuneStudy, "report", 8, True), (search.TuneStudy, "begin", 5, True)]
MORE_MOMENTS = [
    (loop, "save_checkpoint", 13, True),
    (search.TuneStudy, "end", 3, False),
    (start.TuneFolder, "write", 1, True),
    (trial.RunFolder, "append", 20, True),
    (tuning, "keep", 5, False),
    (search.TuneStudy, "note_seconds", 6, False),
]


@pytest.mark.parametrize(
    "moments",
    [MOMENTS, *(pytest.param([one], marks=pytest.mark.slow) for one in MORE_MOMENTS)],
    ids=lambda moments: ", ".join(moment[1] for moment in moments),
)
def test_a_search_that_was_killed_equals_one_that_was_not(done, tmp_path, monkeypatch, moments):
    """Killed at one moment after the other, each of them in what the one before had left."""
    data, out, _, _ = done
    lives = [Told() for _ in range(len(moments) + 1)]
    for told, (owner, name, call, after) in zip(lives, moments, strict=False):
        with monkeypatch.context() as patch:
            killed_when(patch, owner, name, call, after=after)
            with pytest.raises(Killed):
                run(data, tmp_path / "out", callbacks=[told])
    run(data, tmp_path / "out", callbacks=[lives[-1]])
    assert_equal_searches(out, tmp_path / "out")
    for told, (_, name, *_) in zip(lives[1:], moments, strict=True):
        assert name != "report" or told.begun[0] > 0  # it is resumed, not begun anew


def test_a_pruned_trial_that_was_killed_before_it_was_ended_is_not_trained_on(
    done, tmp_path, monkeypatch
):
    data, out, result, _ = done
    pruned = [row.trial for row in result.trials].index(
        next(row.trial for row in result.trials if row.state == "pruned")
    )
    with monkeypatch.context() as patch:
        killed_when(patch, search.TuneStudy, "end", pruned + 1, after=False)
        with pytest.raises(Killed):
            run(data, tmp_path / "out")
    told = Told()
    run(data, tmp_path / "out", callbacks=[told])
    assert len(told.begun) == NUMBER - pruned - 1
    assert_equal_searches(out, tmp_path / "out")


def test_a_stop_is_a_stop(done, tmp_path, monkeypatch):
    data, out, _, _ = done
    honest = loop.TrainingRun.step

    def step(run, rows):
        honest(run, rows)
        if run.progress.step == 6 and run.config.training.learning_rate != 0.002:
            run.interrupted = True

    with monkeypatch.context() as patch:
        patch.setattr(loop.TrainingRun, "step", step)
        stopped = run(data, tmp_path / "out")
    assert not stopped.finished
    assert [row.state for row in stopped.trials] == ["complete", "unfinished"]
    assert (stopped.best, stopped.importance) == (0, {})
    assert stopped.model.exists()
    told = Told()
    assert resume_tuning(tmp_path / "out", callbacks=[told]).finished
    assert told.begun[0] == 6
    assert_equal_searches(out, tmp_path / "out")


def test_a_trial_that_fails_is_one_trial(done, tmp_path, monkeypatch):
    data = done[0]
    honest = loop.TrainingRun.step

    def step(run, rows):
        if run.config.model.encoder_cell == "rnn":
            raise DivergedError("train: the loss is none.")
        honest(run, rows)

    monkeypatch.setattr(loop.TrainingRun, "step", step)
    result = run(data, tmp_path / "out")
    failed = [row for row in result.trials if row.values["model.cell"] == "rnn"]
    assert 0 < len(failed) < NUMBER
    assert {(row.state, row.score, row.error) for row in failed} == {
        ("failed", None, "train: the loss is none.")
    }


def test_where_all_trials_fail(done, tmp_path, monkeypatch):
    def step(run, rows):
        raise DivergedError("train: no.")

    monkeypatch.setattr(loop.TrainingRun, "step", step)
    with pytest.raises(RunError) as caught:
        run(done[0], tmp_path / "a")
    assert str(caught.value) == (
        "tune: the last 5 trials failed, the last one so: train: no. "
        "Narrow the search space with --space."
    )
    with pytest.raises(RunError) as caught:
        run(done[0], tmp_path / "b", trials=2)
    message = "tune: no trial has ended with a model. The first error: train: no."
    assert str(caught.value) == message


@pytest.fixture
def clock(monkeypatch):
    """A clock that only steps move, by a second each."""
    seconds = [0.0]
    honest = trial.TrialReporter.step

    def step(probe, *args):
        seconds[0] += 1.0
        honest(probe, *args)

    monkeypatch.setattr(trial.TrialReporter, "step", step)
    for module in (start, tuning):
        monkeypatch.setattr(module, "now", lambda: seconds[0])
    return seconds


def test_a_search_of_minutes_with_a_length_of_its_own(done, tmp_path, clock):
    told = Told()
    result = run(done[0], tmp_path / "out", trials=None, minutes=0.5, callbacks=[told])
    assert [row.state for row in result.trials][:2] == ["complete", "complete"]
    assert result.finished
    assert result.trials[-1].state == "unfinished"
    assert 28.5 <= clock[0] <= 30
    assert told.lines[-2].endswith(": unfinished, the minutes are over")
    number = len(result.trials)
    clock[0] = 0.0
    longer = resume_tuning(tmp_path / "out", minutes=1)
    assert len(longer.trials) > number
    assert longer.trials[number - 1].state in ("complete", "pruned")
    assert_equal_searches_so_far(done[1], tmp_path / "out")


def assert_equal_searches_so_far(one, other):
    """The first trials, which ended, are the same; how long a search may last changes none."""
    first, second = trials(one), trials(other)
    number = min(len(first), len(second) - 1)
    assert first[:number] == second[:number]


@pytest.mark.slow
def test_a_search_of_minutes_ends_with_a_long_run_and_in_time(tmp_path):
    import time

    begun = time.perf_counter()
    data = write_toy(tmp_path / "toy.tsv", num_pairs=300)
    settings = {k: v for k, v in SETTINGS.items() if k != "training"}
    result = tune(data, tmp_path / "out", minutes=1, space=SPACE, settings=settings)
    assert time.perf_counter() - begun < 66
    *short, long = result.trials
    assert len(short) >= 3
    assert long.long
    assert not any(row.long for row in short)
    assert long.seconds > 5 * short[0].seconds
    assert long.values in [row.values for row in short]
    config = config_from(read_toml(result.config))
    assert (config.training.minutes, config.training.pace is None) == (None, False)


def refusal(kind, *args, **options):
    with pytest.raises(kind) as caught:
        tune(*args, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_trials_read_the_cache(done, tmp_path, monkeypatch):
    data, _, result, _ = done
    told, cache = Told(), tmp_path / "cache"
    found = run(data, tmp_path / "out", trials=2, cache=cache, callbacks=[told])
    assert f"cache: {cache}: encoded data written" in told.lines
    assert [row.score for row in found.trials] == [row.score for row in result.trials[:2]]
    assert len(list(cache.iterdir())) == 1
    monkeypatch.setattr(prepare, "FirstPass", None)  # nothing is encoded again
    longer = resume_tuning(tmp_path / "out", trials=3, cache=cache, progress=False)
    assert [row.score for row in longer.trials] == [row.score for row in result.trials[:3]]
    logs = [RunFolder(path).events()[0] for path in runs(tmp_path / "out")]
    assert [log["cache"] for log in logs] == 3 * [str(cache)]


def test_another_request_is_refused(done, tmp_path):
    data, out, _, _ = done
    other = {"model": {"dropout": [0.1, 0.2]}}
    end = "Choose another --out, or repeat the command that began it."
    for changes, name in (
        ({"space": other}, "space"),
        ({"settings": {**SETTINGS, "training": {"steps": 11, "seed": 3}}}, "settings"),
        ({"settings": {**SETTINGS, "training": {"steps": 10, "seed": 4}}}, "settings"),
        ({"valid": data}, "valid"),
    ):
        options = {"trials": NUMBER, "space": SPACE, "settings": SETTINGS, **changes}
        message = refusal(RunError, data, out, **options)
        assert message == f"tune: `{out}` is a search with other {name}. {end}"
    changed = tmp_path / "out"
    shutil.copytree(out, changed)
    text = (changed / "tune.json").read_text()
    kept = json.loads(text)
    kept["digests"] = ["0"]
    (changed / "tune.json").write_text(json.dumps(kept))
    with pytest.raises(RunError) as caught:
        resume_tuning(changed)
    assert str(caught.value) == (
        f"tune: `{data}` must be the data that the search began with, got other data. "
        "Bring the old file back, or begin anew with another --out."
    )
    for damaged in (text[:50], "[]", text.replace('"task"', '"taks"'), '{"format": 2}'):
        (changed / "tune.json").write_text(damaged)
        with pytest.raises(RunError) as caught:
            resume_tuning(changed)
        assert str(caught.value) == (
            f"tune: `{changed / 'tune.json'}` is damaged or of another version. "
            "Choose another --out."
        )


def test_folders_that_are_no_searches(done, tmp_path):
    data = done[0]
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.tex").touch()
    message = refusal(RunError, data, tmp_path / "full", trials=1)
    assert message == (
        f"tune: `{tmp_path / 'full'}` already contains other files (thesis.tex). "
        "Choose another --out."
    )
    with pytest.raises(RunError) as caught:
        resume_tuning(tmp_path / "none")
    assert str(caught.value) == (
        f"tune: `{tmp_path / 'none'}` is not the folder of a search, or the search had not begun. "
        "Begin it with: seqloom tune DATA --out DIR"
    )


def test_numbers_out_of_range(done, tmp_path):
    data, out = done[0], tmp_path / "out"
    assert refusal(ConfigError, data, out, minutes=0.1) == (
        "tune: `--minutes` must be from 0.5 to 100000, got 0.1."
    )
    assert refusal(ConfigError, data, out, trials=0) == (
        "tune: `--trials` must be from 1 to 100000, got 0."
    )
    assert not out.exists()


def test_data_that_python_holds(done, tmp_path, monkeypatch):
    data, out, _, _ = done
    lines = [line.split("\t") for line in data.read_text().splitlines()]
    columns = {"source": [a for a, _ in lines], "target": [b for _, b in lines]}
    with monkeypatch.context() as patch:
        killed_when(patch, loop, "save_checkpoint", 13, after=True)
        with pytest.raises(Killed):
            run(columns, tmp_path / "out")
    with pytest.raises(RunError) as caught:
        resume_tuning(tmp_path / "out")
    assert str(caught.value) == (
        f"tune: `{tmp_path / 'out'}` is a search on data that Python held. Give them again: "
        "seqloom.tune(data, out)."
    )
    other = {**columns, "target": columns["target"][::-1]}
    options = {"trials": NUMBER, "space": SPACE, "settings": SETTINGS}
    assert refusal(RunError, other, tmp_path / "out", **options) == (
        "tune: the data must be those that the search began with, got others. "
        "Give the same, or begin anew with another folder."
    )
    run(columns, tmp_path / "out")
    assert trials(tmp_path / "out") == trials(out)


def test_standard_input_is_refused(tmp_path):
    message = refusal(DataError, "/dev/null", tmp_path / "out", task="transduce", trials=1)
    assert message == (
        "tune: `/dev/null` can be read only once, and every trial reads the data. "
        "Write it to a file first."
    )


def test_a_setting_of_the_users_leaves_the_default_space(done, tmp_path):
    told = Told()
    changes = {"model": {**SETTINGS["model"], "dropout": 0.1}, "data": {"batch_symbols": 100}}
    tune(done[0], tmp_path, trials=1, settings={**SETTINGS, **changes}, callbacks=[told])
    assert (
        "search: 1 trials, over training.learning_rate, training.label_smoothing, model.cell"
        in told.lines
    )
    assert f"importance: not said, for fewer than {LEAST} trials have a score" in told.lines


def test_not_under_torchrun(done, tmp_path, monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "2")
    assert refusal(ConfigError, done[0], tmp_path / "out") == (
        "tune: it must run in 1 process, got 2 of torchrun. Start it without."
    )
