"""Training: from data to a run's folder; and `watch`, for networks that are none of ours."""

from .callback import Callback
from .result import Result
from .start import resume, train
from .watching import watch

__all__ = ["Callback", "Result", "resume", "train", "watch"]
