"""Load a model file and predict, with NumPy alone."""

from .model import Model, load, model_of
from .transduce import Alignment, Prediction, Transducer

__all__ = ["Alignment", "Model", "Prediction", "Transducer", "load", "model_of"]
