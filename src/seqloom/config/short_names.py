"""Settings with a short name: options of `seqloom train`, and arguments of `seqloom.train`.

Checked by `tests/cli/test_train.py` and `tests/training/test_arguments.py`.
"""

import dataclasses
from collections.abc import Mapping

from ..errors import ConfigError
from ..tasks import TASKS
from .rules import one_of
from .sections import sections_of
from .tree import merge

LENGTHS = {"epochs", "minutes", "steps"}
PLANNED = {"pace", "valid_share"}  # of an earlier run, which another length makes void
COMMON = {  # the settings that a name stands for, whatever the task
    "epochs": ("training.epochs",),
    "minutes": ("training.minutes",),
    "steps": ("training.steps",),
    "seed": ("training.seed",),
    "device": ("training.device",),
    "threads": ("training.threads",),
    "architecture": ("model.architecture",),
}
COLUMNS = (  # of the data, by role
    *("source", "target", "text", "label", "features", "weight", "group", "split"),
    *("series", "time", "value", "audio", "start", "end"),
)
OWN = {  # those of them that the task has
    "cell": ("model.cell", "model.encoder_cell", "model.decoder_cell"),
    "link": ("model.link",),
    "form": ("data.form",),
    "exceptions": ("training.exceptions",),
    "horizon": ("data.horizon",),
    **{role: (f"data.{role}_column",) for role in COLUMNS},
}


def settings_of(
    given: Mapping[str, object], task: str, *, flags: bool = False
) -> dict[str, dict[str, object]]:
    """Settings that are given by their short names.

    Args:
        given: By short name; `None` is not given, and other names are left out.
        task: The task.
        flags: Whether error messages call them `--cell`, as the command line does, or `cell`.
    Raises:
        ConfigError: The task does not know one of them.
    """
    dashes, kind = ("--", "flag") if flags else ("", "setting")
    one_of(f"{dashes}task", task, TASKS, "train")
    sections = sections_of(task)
    known = {f"data.{field.name}" for field in dataclasses.fields(sections.data)}
    for model in sections.models.values():
        known |= {f"model.{field.name}" for field in dataclasses.fields(model)}
    known |= {f"training.{field.name}" for field in dataclasses.fields(sections.training)}
    own = {short: [name for name in names if name in known] for short, names in OWN.items()}
    tree: dict[str, dict[str, object]] = {}
    for short, value in given.items():
        if value is None or short not in (*COMMON, *OWN):
            continue
        if short in own and not own[short]:
            theirs = [f"{dashes}{name}" for name in sorted(own) if own[name]]
            raise ConfigError(
                f"train: `{dashes}{short}` must be a {kind} of the task, got {task}, which has no "
                f"such thing. Its own are: {', '.join(theirs) or 'none'}."
            )
        for name in own.get(short) or COMMON[short]:
            section, _, key = name.partition(".")
            tree.setdefault(section, {})[key] = value
    return tree


def columns_of(given: Mapping[str, object]) -> dict[str, str]:
    """The columns among settings by short names: what `guess_task` is to know of them."""
    return {role: str(given[role]) for role in COLUMNS if given.get(role) is not None}


def laid(*layers: Mapping[str, object]) -> dict[str, object]:
    """Settings over one another, the last the strongest; a length replaces one in another unit."""
    out: dict[str, object] = {}
    for layer in layers:
        training, before = layer.get("training", {}), out.get("training", {})
        if isinstance(training, dict) and isinstance(before, dict) and LENGTHS & set(training):
            out["training"] = {k: v for k, v in before.items() if k not in LENGTHS | PLANNED}
        out = merge(out, layer)
    return out
