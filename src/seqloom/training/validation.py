"""What a validation found, and how it is written down."""

from dataclasses import dataclass

from ..evaluation.measure import Measure
from .sample import SampleOutput

COLUMNS = 80  # of a line that is shown


@dataclass(frozen=True)
class Validation:
    """What a validation found.

    Attributes:
        step: Optimiser steps done.
        epoch: Passes over the training data, with a fraction.
        loss: Training loss since the validation before, per unit, smoothing included.
        values: A value for each of `measures`, in their order.
        measures: What was measured; the first one decides.
        valid_loss: Loss on the validation data, per unit; decides between equal first values.
        best: True if this is the best so far.
        rate: What was trained on, per second.
        rate_unit: In what that counts, e.g. `symbols`.
        seconds: Time since the run began, all sessions together.
        samples: Some inputs of the validation data, and their outputs.
    """

    step: int
    epoch: float
    loss: float
    values: tuple[float, ...]
    measures: tuple[Measure, ...]
    valid_loss: float
    best: bool
    rate: float
    rate_unit: str
    seconds: float
    samples: tuple[SampleOutput, ...] = ()

    def to_event(self) -> dict[str, object]:
        """The validation as an event of the log."""
        return {
            "event": "validation",
            "step": self.step,
            "epoch": self.epoch,
            "loss": self.loss,
            **self.scores,
            "best": self.best,
            f"{self.rate_unit}_per_second": self.rate,
            "seconds": self.seconds,
            **({"samples": [one.to_list() for one in self.samples]} if self.samples else {}),
        }

    @property
    def lines(self) -> tuple[str, ...]:
        """What people are shown: the numbers, and a line for each sample."""
        return (str(self), *map(str, self.samples))

    @property
    def scores(self) -> dict[str, float]:
        """The values by their measures' keys, and `valid_loss`."""
        keys = (measure.key for measure in self.measures)
        return {**dict(zip(keys, self.values, strict=True)), "valid_loss": self.valid_loss}

    @property
    def main(self) -> str:
        """The value that decides, for people."""
        return self.measures[0].show(self.values[0])

    def __str__(self) -> str:
        """A line of at most 80 columns: what has no room is left to the log."""
        shown = [
            f"{m.label} {m.show(v, 5)}" for m, v in zip(self.measures, self.values, strict=True)
        ]
        start = f"step {self.step:>6}{'*' if self.best else ' '}"
        epoch, loss = f"epoch {self.epoch:>5.1f}", f"loss {self.loss:.3f}"
        rate = f"{self.rate:,.0f} {self.rate_unit}/s"
        line = [start, epoch, loss, *shown, rate]
        for part in (rate, *reversed(shown[2:]), epoch, *shown[1:2]):
            if len("  ".join(line)) - 1 <= COLUMNS:
                break
            line.remove(part)
        return " ".join([start, "  ".join(line[1:])])
