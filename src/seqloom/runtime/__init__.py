"""Load a model file and predict, with NumPy alone."""

from .model import Model, load, model_of
from .transduce import Prediction, Transducer

__all__ = ["Model", "Prediction", "Transducer", "load", "model_of"]
