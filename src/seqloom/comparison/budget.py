"""What is equal among the architectures: the number of weights, the minutes, or the steps.

    parameters   hidden sizes are searched until each network has as many weights, within 5 %;
                 all train for the same steps
    minutes      each network trains for the same time, one after another; sizes are the task's own
    steps        each network trains for the same steps; sizes are the task's own

A network grows with its hidden size, so the size is found by halving an interval. A Transformer's
size moves in steps of its heads; what is left over its feed-forward layers take.
Checked by `tests/comparison/test_budget.py`, for every task and architecture.
"""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import torch

from ..config import config_from, merge
from ..errors import ConfigError
from ..training.tasks import open_work
from ..training.work import Work
from .records import Settings

Kind = Literal["parameters", "minutes", "steps"]
KINDS = ("parameters", "minutes", "steps")
DEFAULTS = {"minutes": 3.0, "steps": 2000.0}
CLOSE = 0.05  # share by which a number of weights may differ
LARGEST = {"hidden_size": 8192, "feedforward_size": 65536}
LEAST_MINUTES = 0.05  # what training.minutes allows


@dataclass(frozen=True)
class Budget:
    """What every architecture may use.

    Attributes:
        kind: What is equal.
        amount: How much of it; of parameters, `None` until the default network was counted.
    """

    kind: Kind
    amount: float | None

    def training(self, steps: int | None) -> dict[str, object]:
        """Settings of `[training]`.

        Args:
            steps: What the user set for a budget of parameters, if anything.
        """
        if self.kind == "minutes":
            return {"minutes": self.amount}
        if self.kind == "steps":
            return {"steps": int(self.amount or 0)}
        return {"steps": steps or int(DEFAULTS["steps"])}


def checked_budget(kind: str, amount: float | None) -> Budget:
    """A budget from what the user said.

    Raises:
        ConfigError: There is no such kind, or the amount is out of range.
    """
    if kind not in KINDS:
        raise ConfigError(f"compare: `--budget` must be one of {', '.join(KINDS)}, got {kind!r}.")
    least = LEAST_MINUTES if kind == "minutes" else 1
    if amount is not None and not least <= amount < 1e12:
        raise ConfigError(f"compare: `--amount` must be at least {least:g} {kind}, got {amount:g}.")
    if amount is not None and kind != "minutes" and amount != int(amount):
        raise ConfigError(f"compare: `--amount` must be a whole number of {kind}, got {amount:g}.")
    return Budget(kind, DEFAULTS.get(kind) if amount is None else amount)  # type: ignore[arg-type]


class Counter:
    """Counts the weights of networks for one data set, which is read once an architecture."""

    def __init__(self, data: str, valid: str | None, settings: Settings) -> None:
        """
        Args:
            data: What is trained on.
            valid: What is validated on, if it is a file of its own.
            settings: Nested settings, `task` among them, without an architecture's own.
        """
        self.data, self.valid, self.settings = data, valid, settings
        self._works: dict[str | None, Work] = {}

    def work(self, model: Settings) -> Work:
        """The data at work with a network of these settings."""
        config = config_from(merge(self.settings, {"model": model}), "compare")
        name = config.model.architecture
        if name not in self._works:
            self._works[name] = open_work(self.data, self.valid, config)
        work = self._works[name]
        work.config = dataclasses.replace(work.config, model=config.model)
        return work

    def count(self, model: Settings) -> int:
        """Weights of a network of these settings."""
        work = self.work(model)
        training = work.config.training
        if getattr(training, "label_ratios", 0.0):  # a way to begin, which is slow and counts not
            training = dataclasses.replace(training, label_ratios=0.0)  # type: ignore[call-arg]
            work.config = dataclasses.replace(work.config, training=training)
        with torch.random.fork_rng(devices=[]):
            network = work.build()
        return sum(weight.numel() for weight in network.parameters())


def sized(counter: Counter, model: Settings, wanted: int, title: str) -> dict[str, object]:
    """Settings of a network of about `wanted` weights.

    Args:
        counter: Of the data.
        model: The network's settings; its sizes are replaced.
        wanted: Weights.
        title: The architecture, for messages.
    Raises:
        ConfigError: No size comes within 5 %.
    """
    config = counter.work(model).config.model
    step = _step(config)
    ratio = getattr(config, "feedforward_size", 0) / config.hidden_size

    def of_hidden(units: int) -> dict[str, object]:
        wide = {"feedforward_size": max(1, round(ratio * units * step))} if ratio else {}
        return {**model, "hidden_size": units * step, **wide}

    count = counter.count
    most = LARGEST["hidden_size"] // step
    if ratio:
        most = min(most, int(LARGEST["feedforward_size"] / (ratio * step)))
    below = _largest(lambda units: count(of_hidden(units)) <= wanted, most)
    best = min(
        (of_hidden(units) for units in (below, min(below + 1, most)) if units),
        key=lambda sizes: abs(count(sizes) - wanted),
    )
    if ratio and abs(count(best) - wanted) > CLOSE * wanted and below:
        base = of_hidden(below)

        def of_width(width: int) -> dict[str, object]:
            return {**base, "feedforward_size": width}

        width = _largest(lambda w: count(of_width(w)) <= wanted, LARGEST["feedforward_size"])
        best = of_width(max(width, 1))
    found = count(best)
    if abs(found - wanted) > CLOSE * wanted:
        raise ConfigError(
            "compare: `--amount` must be a number of parameters that every architecture can have, "
            f"got {wanted:,}, where {title} has {found:,} at the nearest size. "
            f"{'Raise it' if found > wanted else 'Lower it'}, or leave that architecture out with "
            "--architectures."
        )
    return best


def _step(config: Any) -> int:
    """What a hidden size must be a multiple of."""
    heads = getattr(config, "num_heads", 1)
    return heads if heads == 1 or heads % 2 == 0 else 2 * heads


def _largest(fits: Callable[[int], bool], most: int) -> int:
    """The largest number up to `most` that fits, where all below one that fits do; 0 if none."""
    low, high = 0, 1
    while high <= most and fits(high):  # doubling first: a size in the thousands is slow to build
        low, high = high, 2 * high
    high = min(high, most + 1)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low
