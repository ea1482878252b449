"""The NumPy language models against the torch ones: same log-probabilities, same states."""

import numpy as np
import pytest
import torch

from seqloom.errors import FormatError
from seqloom.models.language import build_language
from seqloom.models.language_model import TorchTextModel
from seqloom.networks import network_of
from seqloom.runtime.numpy_ops import PLAIN

from ..export.language_models import CONFIGS
from ..reference.compare import flatten

B, T, V = 3, 9, 9


@pytest.fixture(params=CONFIGS)
def pair(request):
    """In float32, with weights that make outputs vary."""
    config = CONFIGS[request.param]
    network = build_language(config, V).float().eval()
    with torch.no_grad():
        for weight in network.parameters():
            weight.mul_(2.0).add_(torch.randn_like(weight), alpha=0.2)
    tensors = {name: w.detach().numpy() for name, w in network.named_parameters()}
    return config, tensors, network


def test_same_as_torch_at_once_and_step_by_step(pair):
    config, tensors, network = pair
    ours = network_of("generate", config, {"V": V}).bound(tensors, PLAIN)
    theirs = TorchTextModel(network)
    symbols = np.random.default_rng(1).integers(V, size=(B, T))
    got, state = ours.forward(symbols, ours.initial_state(B))
    want, other = theirs.forward(symbols, theirs.initial_state(B))
    assert got.dtype == np.float32
    assert got.std(axis=(0, 1)).max() > 0.1
    np.testing.assert_allclose(got, want, atol=1e-4)
    for a, b in zip(flatten(state).values(), flatten(other).values(), strict=True):
        assert a.dtype == b.numpy().dtype
        np.testing.assert_allclose(a, b.numpy(), atol=1e-4)
    for column in symbols.T:
        a, state = ours.step(column, state)
        b, other = theirs.step(column, other)
        np.testing.assert_allclose(a, b, atol=1e-4)
    stepped = ours.initial_state(B)
    for t, column in enumerate(symbols.T):
        a, stepped = ours.step(column, stepped)
        np.testing.assert_allclose(a, got[:, t], atol=1e-4)


def test_tensors_that_do_not_fit_are_refused(pair):
    config, tensors, _ = pair
    for broken, name in (
        ({**tensors, "stray": np.zeros(3, np.float32)}, "stray"),
        ({k: v for k, v in tensors.items() if k != "embedding.weight"}, "embedding.weight"),
        ({**tensors, "embedding.weight": tensors["embedding.weight"][:-1]}, "embedding.weight"),
    ):
        with pytest.raises(FormatError, match=rf"^model file: .*{name}"):
            network_of("generate", config, {"V": V}).bound(broken, PLAIN)
