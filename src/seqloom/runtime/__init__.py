"""Load a model file and predict, with NumPy alone."""

from .loading import load
from .model import Model, model_of
from .states import TextStates
from .transduce import Prediction, Transducer

__all__ = ["Model", "Prediction", "TextStates", "Transducer", "load", "model_of"]
