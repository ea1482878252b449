"""Running a model file with NumPy alone."""

from .model import Alignment, Model, Prediction, load

__all__ = ["Alignment", "Model", "Prediction", "load"]
