"""Tools of these tests: random NamedTuples, and three ways to be sure of a gradient."""

import numpy as np
import torch

from seqloom.reference import trees


def rng():
    return np.random.default_rng(0)


def randoms(random, tree_type, **shapes):
    """A NamedTuple with random arrays of these shapes, none of them alike."""
    return tree_type(**{name: random.normal(size=shape) for name, shape in shapes.items()})


def random_like(random, tree):
    return trees.map_arrays(lambda a: random.normal(size=a.shape), tree)


def as_float32(tree):
    return trees.map_arrays(lambda a: a.astype(np.float32), tree)


def flatten(tree, prefix=""):
    """Dotted names, as in a torch state_dict, to arrays."""
    if tree is None:
        return {}
    if not isinstance(tree, tuple):
        return {prefix: tree}
    named = tree._asdict() if hasattr(tree, "_fields") else {str(i): a for i, a in enumerate(tree)}
    dot = f"{prefix}." if prefix else ""
    return {k: v for n, a in named.items() for k, v in flatten(a, f"{dot}{n}").items()}


def from_module(tree_type, module, **parts):
    """`tree_type` with the weights of a torch module; `parts` are the fields that are trees."""
    fields = {}
    for name in tree_type._fields:
        at = getattr(module, name)
        fields[name] = parts[name](at) if name in parts else at.detach().numpy()
    return tree_type(**fields)


def randomise(module):
    """Torch starts norms at 1 and biases at 0, which hides errors. Returns the module."""
    with torch.no_grad():
        for p in module.parameters():
            p.normal_(std=0.5)
    return module


def leaves(tree):
    """The same tree of torch tensors that require gradients."""
    return trees.map_arrays(lambda a: torch.tensor(a, requires_grad=True), tree)


def grads(tree):
    return trees.map_arrays(
        lambda a: np.zeros(tuple(a.shape)) if a.grad is None else a.grad.numpy(), tree
    )


def assert_same(got, want, rtol=1e-9, atol=1e-11):
    """Both trees have the same names, shapes and numbers."""
    got, want = flatten(got), flatten(want)
    assert got.keys() == want.keys()
    for name, array in want.items():
        array = array.detach().numpy() if isinstance(array, torch.Tensor) else array
        assert got[name].shape == tuple(array.shape), name
        np.testing.assert_allclose(got[name], array, rtol=rtol, atol=atol, err_msg=name)


def assert_is_slope(loss, at, gradient, step=1e-6):
    """`gradient` of `loss(*at)` predicts its change along random directions, leaf by leaf.

    Args:
        loss: Function of several trees to a number.
        at: The trees.
        gradient: One tree for each.
    """
    random = rng()
    names = list(flatten(tuple(at)))
    assert names == list(flatten(tuple(gradient)))
    for name, slope in flatten(tuple(gradient)).items():
        here = flatten(tuple(at))[name]
        for _ in range(2):
            direction = random.normal(size=here.shape)
            original = here.copy()
            here[...] = original + step * direction
            up = loss(*at)
            here[...] = original - step * direction
            down = loss(*at)
            here[...] = original
            want = (up - down) / (2 * step)
            np.testing.assert_allclose((slope * direction).sum(), want, 1e-5, 1e-7, err_msg=name)


def assert_float32(tree):
    for name, array in flatten(tree).items():
        assert array.dtype == np.float32, name
