"""What a validation measures, and how it is written down."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Measure:
    """One number of a validation.

    Attributes:
        key: Its name in logs and model files, e.g. `symbol_error`.
        label: Its name for people.
        unit: Behind the number, e.g. `%`; may be empty.
        digits: Decimals shown.
        rises: True if more is better.
    """

    key: str
    label: str
    unit: str = ""
    digits: int = 2
    rises: bool = False

    def better(self, value: float, best: float | None) -> bool:
        """Whether a value beats the best so far."""
        if best is None:
            return True
        return value > best if self.rises else value < best

    def show(self, value: float, width: int = 0) -> str:
        """The number with its unit, e.g. `12.35 %`."""
        return f"{value:{width}.{self.digits}f}" + (f" {self.unit}" if self.unit else "")


@dataclass(frozen=True)
class Validation:
    """What a validation found.

    Attributes:
        step: Optimiser steps done.
        epoch: Passes over the training data, with a fraction.
        loss: Training loss since the validation before, per unit, smoothing included.
        values: A value for each of `measures`, in their order.
        measures: What was measured; the first one decides.
        best: True if the first value is the best so far.
        rate: What was trained on, per second.
        rate_unit: In what that counts, e.g. `symbols`.
        seconds: Time since the run began, all sessions together.
    """

    step: int
    epoch: float
    loss: float
    values: tuple[float, ...]
    measures: tuple[Measure, ...]
    best: bool
    rate: float
    rate_unit: str
    seconds: float

    def to_event(self) -> dict[str, object]:
        """The validation as an event of the log."""
        return {
            "event": "validation",
            "step": self.step,
            "epoch": self.epoch,
            "loss": self.loss,
            **{m.key: v for m, v in zip(self.measures, self.values, strict=True)},
            "best": self.best,
            f"{self.rate_unit}_per_second": self.rate,
            "seconds": self.seconds,
        }

    @property
    def main(self) -> str:
        """The value that decides, for people."""
        return self.measures[0].show(self.values[0])

    def __str__(self) -> str:
        shown = "  ".join(
            f"{m.label} {m.show(v, 6)}" for m, v in zip(self.measures, self.values, strict=True)
        )
        mark = " *" if self.best else ""
        return (
            f"step {self.step:>6}  epoch {self.epoch:>6.2f}  loss {self.loss:.4f}  {shown}  "
            f"{self.rate:,.0f} {self.rate_unit}/s{mark}"
        )
