"""Traces of model files for tests of the sections that run the model."""

from seqloom.runtime import load


def traced(path, text, **options):
    """The trace of a model file's answer to a text, without what takes many more runs."""
    return load(path).trace(text, gradients=False, jacobians=False, importance=False, **options)
