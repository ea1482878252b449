"""Weights rounded to int8 or float16, and the model that has them at work.

Checked by `tests/quantisation/test_rounding.py`.
"""

import dataclasses
from collections.abc import Collection
from typing import Literal

import numpy as np

from ..engine.quantised import quantise
from ..export.model_file import ModelFile
from ..export.stored import Stored, numbers_of
from ..networks import network_of

Dtype = Literal["int8", "float16"]
HALF = float(np.finfo(np.float16).max)  # no weight beyond it can be float16


def candidates(file: ModelFile, dtype: Dtype) -> list[str]:
    """Names of the weights that can be rounded, in the order in which an input meets them."""
    table = network_of(file.task, file.model, file.parts.sizes).table
    if dtype == "int8":
        return [weight.name for weight in table if weight.int8]
    largest = {name: np.abs(array).max(initial=0.0) for name, array in file.tensors.items()}
    return [weight.name for weight in table if largest[weight.name] <= HALF]


def rounded(file: ModelFile, dtype: Dtype, names: Collection[str]) -> ModelFile:
    """The model with some weights rounded.

    Args:
        file: The model, in float32.
        dtype: What to round to.
        names: Of the weights, some of `candidates`.
    """
    stored = {name: _rounded(file.tensors[name], dtype) for name in names}
    numbers = {name: numbers_of(one) for name, one in stored.items()}
    return dataclasses.replace(file, tensors={**file.tensors, **numbers}, stored=stored)


def _rounded(weight: np.ndarray, dtype: Dtype) -> Stored:
    return quantise(weight) if dtype == "int8" else weight.astype(np.float16)
