"""What help and completion list is what the rooms take, and help fits 80 columns."""

import typing

import pytest
from typer.main import get_command

from seqloom.cli import choices
from seqloom.cli.app import app
from seqloom.config import sections_of
from seqloom.config.forecast import LEVELS
from seqloom.config.shared import CellName
from seqloom.config.training import DeviceName
from seqloom.config.transduce import Link
from seqloom.evaluation.forecast_baselines import NAMES
from seqloom.inspection.figures import FIGURES
from seqloom.inspection.patterns import NAMED
from seqloom.runtime.model import Engine
from seqloom.tasks import TASKS
from seqloom.training.tracking import TRACKERS

COMMANDS = ("train", "evaluate", "compare", "predict", "inspect", "info")


def test_the_lists_are_those_of_the_rooms():
    from seqloom.comparison.architectures import architectures_of
    from seqloom.comparison.budget import KINDS
    from seqloom.comparison.probes import PROBES

    assert {a for task in TASKS for a in sections_of(task).models} == set(choices.ARCHITECTURES)
    assert typing.get_args(CellName) == choices.CELLS
    assert typing.get_args(Link) == choices.LINKS
    assert typing.get_args(DeviceName) == choices.DEVICES
    assert typing.get_args(Engine) == choices.ENGINES
    assert tuple(map(str, LEVELS)) == choices.LEVELS
    assert NAMES == choices.BASELINES
    assert set(KINDS) == set(choices.BUDGETS)
    assert set(PROBES) == set(choices.PROBES)
    assert set(FIGURES) == set(choices.FIGURES)
    assert tuple(TRACKERS) == choices.TRACKERS
    assert {*NAMED, "position"} == set(choices.PATTERNS)
    assert {a.kind for task in TASKS for a in architectures_of(task)} == set(choices.NETWORKS)


def test_completion():
    assert choices.one_of(choices.CELLS)("") == ["rnn", "lstm", "gru"]
    assert choices.one_of(choices.TASK_NAMES)("trans") == ["transduce", "transcribe"]
    assert choices.some_of(choices.BASELINES)("naive2,na") == ["naive2,naive"]
    assert choices.some_of(choices.NETWORKS)("gru,") == [
        f"gru,{name}" for name in choices.NETWORKS if name != "gru"
    ]


@pytest.mark.parametrize(
    ("command", "option", "given", "found"),
    [
        ("train", "task", "cl", ["classify"]),
        ("train", "architecture", "", list(choices.ARCHITECTURES)),
        ("train", "cell", "l", ["lstm"]),
        ("train", "link", "", list(choices.LINKS)),
        ("train", "form", "c", ["cmudict", "common-voice", "class-folder"]),
        ("compare", "task", "g", ["generate"]),
        ("compare", "budget", "m", ["minutes"]),
        ("compare", "architectures", "gru,a", ["gru,attention"]),
        ("compare", "probe", "r", ["recall"]),
        ("evaluate", "against", "theta,e", ["theta,ets"]),
        ("evaluate", "level", "9", ["90", "95"]),
        ("predict", "level", "", list(choices.LEVELS)),
        ("inspect", "what", "g", ["gradient", "gates"]),
        ("inspect", "pattern", "v", ["vowel"]),
    ],
)
def test_the_shell_completes_it(command, option, given, found):
    program = get_command(app)
    wanted = program.commands[command]
    parameter = next(p for p in wanted.params if p.name in (option, "settings"[: len(option)]))
    context = wanted.make_context(command, [], resilient_parsing=True)
    items = parameter.shell_complete(context, given)
    assert [getattr(item, "value", item) for item in items] == found


@pytest.mark.parametrize("command", COMMANDS)
def test_help_in_80_columns_is_whole(cli, monkeypatch, command):
    for name in ("COLUMNS", "TERMINAL_WIDTH"):
        monkeypatch.setenv(name, "80")
    text = cli(command, "--help").out
    assert "…" not in text
    lines = text.splitlines()
    examples = [line.strip() for line in lines if line.startswith("   seqloom ")]
    assert examples
    doc = typing.cast(str, get_command(app).commands[command].help)
    for example in map(str.strip, doc.splitlines()):
        if example.startswith(("seqloom", "cut")):
            assert example in {line.strip() for line in lines}
