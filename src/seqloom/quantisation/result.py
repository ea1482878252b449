"""What `seqloom.quantize` returns, and its report.

Checked by `tests/quantisation/test_smaller.py`.
"""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ..evaluation.model_evaluation import ModelEvaluation, as_text
from ..plain import JSON
from .costs import Measure
from .rounding import Dtype

if TYPE_CHECKING:
    from rich.console import Console


class ScoreChange(NamedTuple):
    """A score of the original and of the small model; its unit is in its name."""

    name: str
    before: float
    after: float


@dataclass(frozen=True, kw_only=True)
class RoundedWeight:
    """One weight.

    Attributes:
        name: In the model file.
        numbers: How many it has.
        dtype: What they are stored in.
        cost: What rounding it alone costs; `None` if it cannot be rounded.
        kept: True if it could be rounded and stays in float32.
    """

    name: str
    numbers: int
    dtype: str
    cost: float | None
    kept: bool


@dataclass(frozen=True, kw_only=True, repr=False)
class QuantizeResult:
    """A smaller model file; `print` shows the report.

    Attributes:
        model: The original's file.
        path: The small one.
        dtype: What was rounded to.
        sizes: Of both files, bytes.
        weights: Every weight, in the order in which an input meets them.
        measure: What the cost of a weight is, see `quantisation/costs.py`.
        unit: Of the cost.
        limit: Weights that cost more stay in float32; `None` if `keep` says which do.
        together: The cost of all that was rounded, on the data; `None` without data.
        before: The evaluation of the original; `None` without data.
        after: That of the small model.
        scores: Their scores, side by side.
    """

    model: str
    path: Path
    dtype: Dtype
    sizes: tuple[int, int]
    weights: tuple[RoundedWeight, ...]
    measure: Measure
    unit: str
    limit: float | None
    together: float | None
    before: ModelEvaluation | None
    after: ModelEvaluation | None
    scores: tuple[ScoreChange, ...]

    @property
    def ratio(self) -> float:
        """Size of the small file by that of the original."""
        return self.sizes[1] / self.sizes[0]

    @property
    def kept(self) -> tuple[str, ...]:
        """Names of the weights that could be rounded and stay in float32."""
        return tuple(weight.name for weight in self.weights if weight.kept)

    def as_dict(self) -> dict[str, JSON]:
        """Everything but the evaluations as plain values, as `--json` prints it."""
        return {
            "model": self.model,
            "out": str(self.path),
            "dtype": self.dtype,
            "bytes": {"before": self.sizes[0], "after": self.sizes[1], "ratio": self.ratio},
            "cost": {
                "measure": self.measure,
                "unit": self.unit,
                "limit": self.limit,
                "together": self.together,
            },
            "weights": [asdict(weight) for weight in self.weights],
            "scores": {
                one.name: {
                    "before": one.before,
                    "after": one.after,
                    "change": one.after - one.before,
                }
                for one in self.scores
            },
        }

    def print_on(self, console: "Console") -> None:
        """Print the report."""
        from ..evaluation.tables import new_table, print_line, print_table

        columns = (
            ("weight", "left"),
            ("numbers", "right"),
            ("stored in", "left"),
            ("cost", "right"),
        )
        table = new_table(console, *columns)
        for weight in self.weights:
            if weight.cost is not None:
                dtype = f"{weight.dtype}, kept" if weight.kept else weight.dtype
                table.add_row(weight.name, f"{weight.numbers:,}", dtype, f"{weight.cost:.2g}")
        unit = f", {self.unit}" if self.unit else ""
        print_table(console, f"Cost of rounding one weight alone: {self.measure}{unit}", table)
        if self.scores and self.before is not None:
            heads = (
                ("score", "left"),
                ("before", "right"),
                ("after", "right"),
                ("change", "right"),
            )
            table = new_table(console, *heads)
            for one in self.scores:
                change = f"{one.after - one.before:+.4f}"
                table.add_row(one.name, f"{one.before:.4f}", f"{one.after:.4f}", change)
            print_table(console, f"Scores on {self.before.data}", table)
        for line in self._lines():
            print_line(console, line, style="")

    def _lines(self) -> list[str]:
        found = []
        if self.together is not None:
            found.append(f"all that was rounded, together: {self.together:.2g} {self.unit}")
        if self.limit is not None and self.kept:
            found.append(
                f"kept in float32, because rounding costs more than {self.limit:g}: "
                f"{', '.join(self.kept)}. --keep chooses others."
            )
        rounded = [weight for weight in self.weights if weight.dtype == self.dtype]
        every = sum(weight.numbers for weight in self.weights)
        numbers = sum(weight.numbers for weight in rounded)
        found.append(
            f"{self.dtype}: {len(rounded)} of {len(self.weights)} weights, {numbers:,} of "
            f"{every:,} numbers"
        )
        before, after = self.sizes
        found.append(f"{self.path}: {after:,} bytes, {self.ratio:.3f} of {before:,}")
        return found

    def __str__(self) -> str:
        return as_text(self.print_on)

    def __repr__(self) -> str:
        return f"<QuantizeResult {self.path}: {self.dtype}, {self.ratio:.3f} of the size>"
