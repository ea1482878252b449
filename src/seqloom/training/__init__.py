"""Training: from a file of pairs to a run's folder."""

from .loop import Result
from .start import resume, train

__all__ = ["Result", "resume", "train"]
