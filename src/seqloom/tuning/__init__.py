"""`tune`: a search over settings, in which every trial is a normal run.

space.py       what is searched: ranges and choices of settings
spaces.py      the default space of every task
budget.py      how long the trials are, and what comes next
search.py      the study: drawing, reporting, pruning; Optuna with SQLite
trial.py       one trial: a run that tells the study its validation curve
folder.py      the folder of a search and its request
results.py     the table, the best model, the settings that repeat it
importance.py  which settings mattered, and the figure of it
tuning.py      a search in motion
start.py       the ways into it
"""

from .results import TrialRow, TuneResult
from .start import resume_tuning, tune

__all__ = ["TrialRow", "TuneResult", "resume_tuning", "tune"]
