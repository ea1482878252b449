"""Every entry of every network: the engine says what NumPy says, whatever stands beside a row."""

import os
import subprocess
import sys
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqloom.engine import program_of
from seqloom.engine.network import Projected
from seqloom.engine.quantised import quantise
from seqloom.errors import FormatError, SeqloomError
from seqloom.networks.interpreter import named
from seqloom.reference import trees

from ..networks.entries import LETTERS, arguments
from ..networks.files import ANY, CONFIGS, GOLDEN, golden_network, random_network
from .networks import both, built

pytestmark = built


def flat(tree):
    return {n: a for n, a in named("", getattr(tree, "memory", tree)).items()}


def assert_equal(got, want, tolerance=1e-5):
    """Numbers as near as float32 is when sums come in another order."""
    got, want = flat(got), flat(want)
    for name, array in want.items():
        assert got[name].shape == array.shape
        assert got[name].dtype == array.dtype
        size = max(1.0, np.abs(array).max(initial=0.0))
        np.testing.assert_allclose(got[name], array, rtol=0, atol=tolerance * size, err_msg=name)


def sources(network, seed):
    """Arguments of the entry that reads sources, `start` or `read`, and their number."""
    name = next(n for n in ("start", "read") if n in network.entries())
    return arguments(network, network.entries()[name], seed)


def assert_is_the_network(network, tensors, seed=0):
    plain, fast = both(network, tensors)
    for name, entry in plain.entries().items():
        given_ = arguments(plain, entry, seed)
        if any(n.startswith("memory") for n in entry.arguments):
            # a memory carries what the engine projected of it, so it has to come from there
            state, memory = plain.start(**sources(plain, seed))
            fast_state, fast_memory = fast.start(**sources(plain, seed))
            assert_equal(fast_memory, memory)
            given_ |= {"state": state, "memory": memory}
            found = fast.step(given_["symbols"], fast_state, fast_memory)
        else:
            found = getattr(fast, name)(**given_)
        want = entry.run(**given_)
        several = len(entry.results) > 1
        for one, other in zip(
            found if several else [found], want if several else [want], strict=True
        ):
            assert_equal(one, other)


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_of_golden_files(path):
    assert_is_the_network(*golden_network(path))


@pytest.mark.parametrize("name", CONFIGS)
def test_of_every_network(name):
    assert_is_the_network(*random_network(*CONFIGS[name]))


@settings(max_examples=60, deadline=None)
@given(ANY, st.integers(0, 1000))
def test_of_random_settings(chosen, seed):
    assert_is_the_network(*random_network(*chosen, seed), seed)


@pytest.mark.parametrize("name", CONFIGS)
@pytest.mark.parametrize("int8", [False, True])
def test_a_row_does_not_depend_on_its_batch(name, int8):
    """Bits of each row alone, with others, and padded further."""
    network, tensors = random_network(*CONFIGS[name])
    packed = {
        w.name: quantise(tensors[w.name]) if int8 and w.int8 else tensors[w.name]
        for w in network.table
    }
    plain, fast = both(network, tensors, packed)
    for key, entry in plain.entries().items():
        if any(n.startswith("memory") for n in entry.arguments):
            continue  # `test_search.py` runs these
        given_ = arguments(plain, entry, 3)
        whole = getattr(fast, key)(**given_)
        for row in range(LETTERS["B"]):
            alone = trees.map_arrays(
                lambda a, row=row: a[row : row + 1], given_ and tuple(given_.values())
            )
            found = getattr(fast, key)(**dict(zip(given_, alone, strict=True)))
            for name_, array in flat(found).items():
                np.testing.assert_array_equal(array, flat(whole)[name_][row : row + 1], name_)


@pytest.mark.parametrize("name", [n for n in CONFIGS if n.startswith("text: ")])
def test_a_text_in_pieces_has_the_bits_of_the_whole(name):
    network, tensors = random_network(*CONFIGS[name])
    _, fast = both(network, tensors)
    symbols = np.random.default_rng(1).integers(0, 8, (2, 9))
    whole, last = fast.forward(symbols, fast.initial_state(2))
    state, pieces = fast.initial_state(2), []
    for first, after in ((0, 1), (1, 5), (5, 9)):
        piece, state = fast.forward(symbols[:, first:after], state)
        pieces.append(piece)
    np.testing.assert_array_equal(np.concatenate(pieces, axis=1), whole)
    for one, other in zip(flat(state).values(), flat(last).values(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_many_threads_share_a_model():
    network, tensors = random_network(*CONFIGS["texts: lstm, attention"])
    plain, fast = both(network, tensors)
    entry = plain.entries()["read"]
    wanted = [fast.read(**arguments(plain, entry, seed)) for seed in range(8)]
    wrong = []

    def work(seed):
        for _ in range(50):
            found = fast.read(**arguments(plain, entry, seed))
            if not np.array_equal(found.log_probabilities, wanted[seed].log_probabilities):
                wrong.append(seed)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_int8_sums_are_the_same_on_every_instruction_set(tmp_path):
    """The script prints a digest of a product's bits; every set must print the same."""
    script = (
        "import hashlib, numpy as np\n"
        "from seqloom.config.forecast import FullyConnectedForecasterConfig\n"
        "from seqloom.engine import on_engine, program_of\n"
        "from seqloom.engine.quantised import quantise\n"
        "from seqloom.networks import network_of\n"
        "from seqloom.runtime.numpy_ops import PLAIN\n"
        "rng = np.random.default_rng(0)\n"
        "sizes = {'W': 29, 'T': 3, 'P': 7, 'F': 4, 'S': 2}\n"
        "config = FullyConnectedForecasterConfig(hidden_size=75, blocks=2)\n"
        "network = network_of('forecast', config, sizes)\n"
        "tensors = {w.name: rng.normal(size=w.shape).astype('f4') for w in network.table}\n"
        "packed = {w.name: quantise(tensors[w.name]) if w.int8 else tensors[w.name]\n"
        "          for w in network.table}\n"
        "fast = on_engine(network, network.bound(tensors, PLAIN), packed)\n"
        "past, future = rng.normal(size=(5, 29, 7)), rng.normal(size=(5, 3, 4))\n"
        "said = fast.forward(past.astype('f4'), np.array([29, 1, 7, 28, 16]),\n"
        "                    future.astype('f4'), rng.normal(size=(5, 2)).astype('f4'))\n"
        "print(program_of(fast).library.isa, hashlib.sha256(said.tobytes()).hexdigest())\n"
    )
    found = {}
    for isa in ("scalar", "avx2", "avxvnni", "avx512", "avx512vnni", "neon"):
        ran = subprocess.run(
            [sys.executable, "-c", script],
            capture_output=True,
            text=True,
            env={**os.environ, "SEQLOOM_ISA": isa},
        )
        if ran.returncode == 0:
            name, digest = ran.stdout.split()
            assert name == isa
            found[isa] = digest
        else:
            assert "SEQLOOM_ISA must be" in ran.stderr, ran.stderr
    assert "scalar" in found
    assert len(set(found.values())) == 1, found


def test_what_does_not_fit_is_refused():
    network, tensors = random_network(*CONFIGS["texts: lstm, attention"])
    _, fast = both(network, tensors)
    symbols, lengths = np.array([[1, 2, 3]]), np.array([3])
    assert fast.read(symbols, lengths).log_probabilities.shape == (1, 3)
    for wrong_symbols, wrong_lengths in (
        (np.array([[1, 2, 9]]), lengths),  # there are 9 symbols, 0 to 8
        (np.array([[1, -1, 3]]), lengths),
        (symbols, np.array([4])),
        (symbols, np.array([-1])),
    ):
        with pytest.raises(SeqloomError, match="out of range"):
            fast.read(wrong_symbols, wrong_lengths)
    with pytest.raises(SeqloomError, match="cannot take these sizes"):
        fast.read(symbols, np.array([3, 3]))
    del tensors[next(iter(tensors))]
    with pytest.raises((FormatError, KeyError)):
        both(network, tensors)


def test_a_memory_brings_what_was_projected_of_it():
    network, tensors = random_network(*CONFIGS["pairs: lstm, additive"])
    _, fast = both(network, tensors)
    _, memory = fast.start(np.array([[1, 2], [3, 0]]), np.array([2, 1]))
    assert isinstance(memory, Projected)
    assert [a.shape[:2] for a in memory.products] == [(2, 2), (2, 2)]
    assert program_of(fast).size > 0
