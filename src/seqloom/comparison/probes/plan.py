"""What a run over a probe's grid is: checked, and kept in its folder so that it goes on as it was.

A folder holds one probe trained in one way; lengths, architectures and seeds may be added to it.
Checked by `tests/comparison/probes/test_grid.py`.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ...errors import ConfigError, RunError
from ...files import explaining, replacing
from .adding import Adding
from .contract import Probe
from .copying import Copy
from .negation import NegationProbe
from .networks import ARCHITECTURES
from .recall import Recall
from .trial import Training, Trial

PROBES: dict[str, Probe] = {
    probe.name: probe for probe in (Adding(), Copy(), NegationProbe(), Recall())
}
FORMAT = 1


@dataclass(frozen=True, kw_only=True)
class ProbePlan:
    """A probe, its grid, and how every network is trained.

    Attributes:
        probe: What is asked.
        lengths: How far what is needed is, rising.
        architectures: Names, in the order of the architectures.
        seeds: One run each.
        training: How.
        folder: Where results go.
    """

    probe: Probe
    lengths: tuple[int, ...]
    architectures: tuple[str, ...]
    seeds: tuple[int, ...]
    training: Training
    folder: Path

    def path(self, trial: Trial) -> Path:
        """The file of a run's result."""
        return self.folder / "cells" / f"{trial.architecture}-{trial.length}-{trial.seed}.json"


def make_plan(
    probe: str,
    lengths: Sequence[int],
    *,
    architectures: Sequence[str] | None,
    seeds: int,
    training: Training,
    folder: Path,
) -> ProbePlan:
    """Check what was asked for, and make its folder.

    Raises:
        ConfigError: A name is unknown, or a number out of range.
        RunError: The folder holds something else, or cannot be written to.
    """
    if probe not in PROBES:
        raise ConfigError(f"compare: `--probe` must be one of {_names(PROBES)}, got {probe}.")
    if architectures is not None and not architectures:
        raise ConfigError("compare: `--rungs` must name at least one.")
    for architecture in architectures or ():
        if architecture not in ARCHITECTURES:
            raise ConfigError(
                f"compare: `--rungs` of a probe must be some of {_names(ARCHITECTURES)}, "
                f"got {architecture}."
            )
    _at_least_one("training.steps", training.steps)
    plan = ProbePlan(
        probe=PROBES[probe],
        lengths=_checked_lengths(PROBES[probe], lengths),
        architectures=tuple(
            architecture
            for architecture in ARCHITECTURES
            if architectures is None or architecture in architectures
        ),
        seeds=tuple(range(1, _at_least_one("--seeds", seeds) + 1)),
        training=training,
        folder=folder,
    )
    _keep(plan)
    return plan


def _checked_lengths(probe: Probe, lengths: Sequence[int]) -> tuple[int, ...]:
    if not lengths:
        raise ConfigError("compare: `--lengths` must have at least one length.")
    for length in lengths:
        if not probe.shortest <= length <= probe.longest:
            raise ConfigError(
                f"compare: `--lengths` of {probe.name} must be from {probe.shortest} to "
                f"{probe.longest}, got {length}."
            )
    return tuple(sorted(set(lengths)))


def _at_least_one(option: str, number: int) -> int:
    if number < 1:
        raise ConfigError(f"compare: `{option}` must be at least 1, got {number}.")
    return number


def _keep(plan: ProbePlan) -> None:
    """Write down what the folder is for, or compare with what it was made for."""
    wanted = {"format": FORMAT, "probe": plan.probe.name, "training": asdict(plan.training)}
    wanted = json.loads(json.dumps(wanted))  # tuples as lists
    path = plan.folder / "probe.json"
    with explaining(plan.folder, "compare"):
        plan.folder.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        _refuse_foreign(plan.folder)
        plan.path(Trial("", 0, 0)).parent.mkdir(exist_ok=True)
        with replacing(path, "compare") as beside:
            beside.write_text(json.dumps(wanted) + "\n", encoding="utf-8")
        return
    if (found := _read(path)) != wanted:
        raise RunError(
            f"compare: `{plan.folder}` must hold the same probe trained in the same way, got "
            f"{_difference(found, wanted)}. Choose another folder with --out."
        )


def _refuse_foreign(folder: Path) -> None:
    others = sorted(p.name for p in folder.iterdir() if p.name not in ("cells", ".lock"))
    if others:
        raise RunError(
            f"compare: `{folder}` must be new, empty, or that of a probe, got {others[0]} in it. "
            "Choose another folder with --out."
        )


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _difference(found: Any, wanted: dict[str, Any]) -> str:
    """The first thing in which a folder's plan is another, in words."""
    if not isinstance(found, dict) or not isinstance(found.get("training"), dict):
        return "a file probe.json that is damaged"
    if found.get("probe") != wanted["probe"]:
        return f"probe {found.get('probe')}"
    for name, value in wanted["training"].items():
        if found["training"].get(name) != value:
            return f"{name} {found['training'].get(name)}"
    return "another format"


def _names(known: dict[str, Any]) -> str:
    return ", ".join(known)
