"""A probe, its grid of trials, and what may be asked of it.

Checked by `tests/comparison/probes/test_grid.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ...errors import ConfigError
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


@dataclass(frozen=True, kw_only=True)
class ProbePlan:
    """A probe, its grid, and how every network is trained.

    Attributes:
        probe: What is asked.
        lengths: How far what is needed is, rising.
        architectures: Names, in their order.
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
        """The file of a trial's result."""
        return self.folder / "cells" / f"{trial.architecture}-{trial.length}-{trial.seed}.json"

    def trials(self) -> list[Trial]:
        """All of the grid."""
        return [
            Trial(name, length, seed)
            for name in self.architectures
            for length in self.lengths
            for seed in self.seeds
        ]


def make_plan(
    probe: str,
    lengths: Sequence[int],
    names: Sequence[str] | None,
    seeds: int,
    training: Training,
    folder: Path,
) -> ProbePlan:
    """Check what was asked for.

    Raises:
        ConfigError: A name is unknown, or a number out of range.
    """
    if probe not in PROBES:
        raise ConfigError(f"compare: `--probe` must be one of {', '.join(PROBES)}, got {probe}.")
    if names is not None and not names:
        raise ConfigError("compare: `--architectures` must name at least one.")
    for name in names or ():
        if name not in ARCHITECTURES:
            raise ConfigError(
                f"compare: `--architectures` of a probe must be some of "
                f"{', '.join(ARCHITECTURES)}, got {name}."
            )
    _at_least_one("training.steps", training.steps)
    return ProbePlan(
        probe=PROBES[probe],
        lengths=_checked_lengths(PROBES[probe], lengths),
        architectures=tuple(name for name in ARCHITECTURES if names is None or name in names),
        seeds=tuple(range(1, _at_least_one("--seeds", seeds) + 1)),
        training=training,
        folder=folder,
    )


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
