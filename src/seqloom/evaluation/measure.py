"""A number by which models are judged, and how it is written."""

import math
from dataclasses import dataclass

MINUS, NONE = "\N{MINUS SIGN}", "\N{EN DASH}"


@dataclass(frozen=True)
class Measure:
    """A measure. A score is `scale` times the sum of its numerators over that of its denominators.

    Attributes:
        key: Its name in logs and model files, e.g. `symbol_error`.
        label: Its name for people.
        unit: Behind the number, e.g. `%`; may be empty.
        digits: Decimals shown.
        rises: True if more is better.
        scale: 100 for per cent.
    """

    key: str
    label: str
    unit: str = ""
    digits: int = 2
    rises: bool = False
    scale: float = 1.0

    def better(self, value: float, best: float | None) -> bool:
        """Whether a value beats the best so far."""
        if best is None:
            return True
        return value > best if self.rises else value < best

    @property
    def perfect(self) -> float | None:
        """The best value there can be, of a measure in per cent."""
        return None if self.unit != "%" else 100.0 if self.rises else 0.0

    def show(self, value: float, width: int = 0) -> str:
        """The number with its unit for a terminal, e.g. `12.35 %`."""
        return f"{value:{width}.{self.digits}f}" + (f" {self.unit}" if self.unit else "")

    def typeset(self, value: float | None, *, unit: bool = True, sign: bool = False) -> str:
        """The number with its unit for a report, with a real minus; a dash for none."""
        if value is None or not math.isfinite(value):
            return NONE
        shown = f"{value:{'+' if sign else ''}.{self.digits}f}".replace("-", MINUS)
        return f"{shown} {self.unit}" if unit and self.unit else shown
