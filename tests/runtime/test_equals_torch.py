"""The NumPy runtime against the torch network, for every network there is: same outputs, scores."""

import numpy as np
import pytest
import torch

from seqloom.decoding import LengthLimit, Search, decode
from seqloom.models import TorchStepper
from seqloom.runtime import Transducer

from ..export.models import CONFIGS, random_model

TEXTS = ["abcdefg", "a", "gfedcba", "bb", "cafe", "dzd", "fgfgfgfgfgfg", "eg"]
SEARCHES = {
    "greedy": Search(),
    "beam of 4": Search(beam=4),
    "3 best": Search(beam=5, nbest=3, length_penalty=0.5),
}


@pytest.fixture(params=CONFIGS)
def both(request):
    file, network = random_model(CONFIGS[request.param])
    return Transducer(file), TorchStepper(network)


def assert_same(got, want):
    """Hypotheses in the same order with the same symbols, scores to 1e-4."""
    for ours, theirs in zip(got, want, strict=True):
        assert [h.symbols for h in ours] == [h.symbols for h in theirs]
        assert [h.finished for h in ours] == [h.finished for h in theirs]
        for field in ("score", "log_probability"):
            a, b = ([getattr(h, field) for h in hs] for hs in (ours, theirs))
            np.testing.assert_allclose(a, b, atol=1e-4)


def test_same_outputs_as_torch_and_alone_as_in_a_batch(both):
    model, stepper = both
    sources = [model.encode(text) for text in TEXTS]
    limit = LengthLimit(model.parts.length_ratio, extra=3)
    outputs = set()
    for search in SEARCHES.values():
        found = decode(model.network, sources, limit, search)
        assert_same(found, decode(stepper, sources, limit, search))
        alone = [decode(model.network, [s], limit, search)[0] for s in sources]
        assert_same(found, alone)
        outputs |= {h.symbols for hypotheses in found for h in hypotheses}
    assert len(outputs) >= 4  # a network that answers the same to all would prove little


def test_same_log_probabilities_step_by_step(both):
    """Whole distributions, on symbols that no search chose."""
    model, stepper = both
    sources = [[4, 5, 6, 7, 8], [9], [5, 3, 5]]
    source = np.zeros((3, 5), np.int64)
    for row, symbols in zip(source, sources, strict=True):
        row[: len(symbols)] = symbols
    lengths = np.array([5, 1, 3])
    state, memory = model.network.start(source, lengths)
    torch_state, torch_memory = stepper.start(source, lengths)
    for symbols in ([1, 1, 1], [4, 8, 5], [8, 3, 7], [2, 4, 6]):
        ours, state = model.network.step(np.array(symbols), state, memory)
        theirs, torch_state = stepper.step(np.array(symbols), torch_state, torch_memory)
        assert ours.dtype == np.float32
        np.testing.assert_allclose(ours, theirs, atol=1e-4)
        np.testing.assert_allclose(np.exp(ours).sum(1), 1, atol=1e-5)


@pytest.mark.parametrize("name", [n for n in CONFIGS if n != "transformer" and "context" not in n])
def test_alignment_is_the_torch_attention(name):
    file, network = random_model(CONFIGS[name])
    found = Transducer(file).align("cafe", "B A E")
    assert found.source == ("c", "a", "f", "e")
    assert found.output == ("B", "A", "E", "<eos>")
    np.testing.assert_allclose(found.weights.sum(axis=1), 1, atol=1e-6)
    with torch.no_grad():
        memory = network.encode(torch.tensor([file.parts.source.encode("cafe")]), torch.tensor([4]))
        state, want = network.initial_state(memory), []
        for symbol in [1, *file.parts.target.encode("B A E")]:
            _, state = network.step(torch.tensor([symbol]), state, memory)
            want.append(state.weights[0].numpy())
    np.testing.assert_allclose(found.weights, want, atol=1e-5)
    assert found.weights.std(axis=0).max() > 1e-3  # it does move with the output
