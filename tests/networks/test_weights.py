"""Tables of weights are torch's `state_dict()`, and what they refuse."""

import re

import numpy as np
import pytest
from hypothesis import given, settings

from seqloom.errors import FormatError
from seqloom.networks import network_of
from seqloom.runtime.numpy_ops import PLAIN
from seqloom.tasks import TASKS

from .files import ANY, CONFIGS, torch_of


def assert_torchs(task, config, sizes):
    want = {name: tuple(w.shape) for name, w in torch_of(task, config, sizes).named_parameters()}
    got = {weight.name: weight.shape for weight in network_of(task, config, sizes).table}
    assert got == want


@pytest.mark.parametrize("name", CONFIGS)
def test_names_and_shapes_are_torchs(name):
    assert_torchs(*CONFIGS[name])


@settings(max_examples=40, deadline=None)
@given(ANY)
def test_of_random_settings_too(chosen):
    assert_torchs(*chosen)


def test_every_network_is_here():
    every = {(task, one) for task in TASKS for one in TASKS[task].part("networks")}
    assert {(task, config.architecture) for task, config, _ in CONFIGS.values()} == every


@pytest.mark.parametrize("name", CONFIGS)
def test_matrices_may_be_int8_and_nothing_else(name):
    for weight in network_of(*CONFIGS[name]).table:
        assert len(weight.letters) == len(weight.shape)
        assert weight.int8 == (len(weight.shape) == 2 and weight.name != "steps"), weight
        assert weight.does


def test_what_does_not_fit_is_refused():
    network = network_of(*CONFIGS["texts: gru, attention"])
    tensors = {w.name: np.zeros(w.shape, np.float32) for w in network.table}
    network.bound(tensors, PLAIN)
    bias = tensors.pop("output.bias")
    for more, message in (
        ({}, "tensor `output.bias` is missing. The file's settings and tensors"),
        ({"output.bias": bias[1:]}, "tensor `output.bias` must be float32 (3,), got float32 (2,)."),
        (
            {"output.bias": bias.astype(float)},
            "tensor `output.bias` must be float32 (3,), got float64 (3,).",
        ),
        (
            {"output.bias": bias, "x": bias, "y": bias},
            "every tensor must belong to the network, got x and 1 more that do not.",
        ),
    ):
        with pytest.raises(FormatError, match=f"^model file: {re.escape(message)}"):
            network.bound({**tensors, **more}, PLAIN)
