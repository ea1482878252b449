"""How good the outputs are: error rates, BLEU and chrF with intervals, and where the errors sit.

`error_counts` is cheap enough for every validation pass; `evaluate_outputs` is the whole report.
Printing it is in `report.py`, left out here because it loads rich.
"""

from .breakdown import Confusion, LengthRow
from .edit_distance import Edit, best_reference, distance, edits
from .error_rates import Counts, Score, error_counts
from .evaluate import Evaluation, OutputRow, evaluate_outputs

__all__ = [
    "Confusion",
    "Counts",
    "Edit",
    "Evaluation",
    "LengthRow",
    "OutputRow",
    "Score",
    "best_reference",
    "distance",
    "edits",
    "error_counts",
    "evaluate_outputs",
]
