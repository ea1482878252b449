"""Networks on the native engine, for tests."""

import pytest

from seqloom.engine import available, on_engine
from seqloom.runtime.numpy_ops import PLAIN

built = pytest.mark.skipif(not available(), reason="the native engine was not built")


class Stepping:
    """What a search of `decoding/` asks of a model, and nothing that it searches with itself."""

    def __init__(self, model):
        self.start, self.step = model.start, model.step


def both(network, tensors, engine_tensors=None):
    """A network in NumPy, and on the engine."""
    plain = network.bound(tensors, PLAIN)
    return plain, on_engine(network, plain, engine_tensors or tensors)
