"""Arithmetic on NamedTuples of arrays: states, weights, and the gradients of both.

A gradient has the type of the thing it belongs to. Weights of a big part hold the weights of
its parts (`EncoderLayerWeights.self_attn.out_proj.weight`), so these functions recurse. Joined
with dots, the field names are the names in a torch `state_dict`.

Checked through the gradients of everything that uses it.
"""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import numpy as np

Tree = TypeVar("Tree")


def build(like: Tree, fields: Iterable[Any]) -> Tree:
    """A tuple or NamedTuple of the type of `like`, from its fields in order."""
    make: Any = getattr(type(like), "_make", type(like))
    return make(fields)  # type: ignore[no-any-return]


def map_arrays(f: Callable[..., Any], first: Tree, *rest: Tree) -> Tree:
    """Apply `f` to the arrays that stand at the same place in each tree."""
    if first is None:  # a weight that this variant does not have
        return first
    if isinstance(first, tuple):
        return build(first, (map_arrays(f, *same) for same in zip(first, *rest, strict=True)))
    return f(first, *rest)  # type: ignore[no-any-return]


def zeros_like(tree: Tree) -> Tree:
    """Where a sum of gradients starts."""
    return map_arrays(np.zeros_like, tree)


def add(a: Tree, b: Tree) -> Tree:
    """Sum of two gradients of the same thing."""
    return map_arrays(np.add, a, b)
