"""A program is its network, bit for bit, and whatever is no program is refused."""

import copy
import json
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqloom.errors import FormatError
from seqloom.inspection.tracing.tape import Recorded, Tape
from seqloom.networks import network_of
from seqloom.networks.fitting import terms
from seqloom.networks.interpreter import SIGNATURES, named, run
from seqloom.networks.program import VERSION, Program
from seqloom.networks.record import record, rerun, validate
from seqloom.networks.recorder import Recorder
from seqloom.reference import trees
from seqloom.runtime.numpy_ops import PLAIN

from ..fuzz.mutators import damage_json
from .entries import LETTERS, arguments, flat, results_of
from .files import ANY, CONFIGS, GOLDEN, golden_network, random_network


def assert_is_the_network(network, tensors, seed=0):
    """Every entry, by the network and by its program, written and read again."""
    program = Program.from_json(json.loads(json.dumps(record(network).to_json())))
    assert program == record(network)
    validate(program)
    network = network.bound(tensors, PLAIN)
    assert program.entries.keys() == network.entries().keys()
    for name, entry in network.entries().items():
        given = arguments(network, entry, seed)
        want = results_of(entry, given)
        inputs = flat(given.keys(), given.values())
        assert [one.name for one in program.entries[name].inputs] == list(inputs)
        got = run(program, name, tensors, inputs, PLAIN)
        assert list(got) == list(want)
        for path in want:
            assert got[path].dtype == want[path].dtype
            np.testing.assert_array_equal(got[path], want[path])
        assert {p.partition(".")[0] for p in inputs} & {*entry.results} == {*entry.state}


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_of_golden_files(path):
    assert_is_the_network(*golden_network(path))


@pytest.mark.parametrize("name", CONFIGS)
def test_of_every_network(name):
    network, tensors = random_network(*CONFIGS[name])
    assert_is_the_network(network, tensors)
    network = network.bound(tensors, PLAIN)
    for entry in network.entries().values():
        found = results_of(entry, arguments(network, entry, 0))
        assert np.std(np.concatenate([a.ravel() for a in found.values()])) > 1e-3


@settings(max_examples=60, deadline=None)
@given(ANY, st.integers(0, 1000))
def test_of_random_settings(chosen, seed):
    assert_is_the_network(*random_network(*chosen, seed), seed)


class Watched:
    """Runs the operations in NumPy and keeps the shapes of what they made."""

    def __init__(self):
        self.made = []

    def __getattr__(self, op):
        def call(*given, **more):
            found = getattr(PLAIN, op)(*given, **more)
            self.made += [(op, array.shape) for array in named("", found).values()]
            return found

        return call


class Keeping(Recorder):
    """Keeps the shapes that the recorder says."""

    def __init__(self):
        super().__init__()
        self.made = []

    def _call(self, op, arguments, *shapes, kinds=()):
        self.made += [(op, shape) for shape in shapes]
        return super()._call(op, arguments, *shapes, kinds=kinds)


@pytest.mark.parametrize("name", CONFIGS)
def test_shapes_are_what_the_recorder_says(name):
    """Each letter stands for one size in all of an entry."""
    network, tensors = random_network(*CONFIGS[name])
    program = record(network)
    for key, entry in network.entries().items():
        numpy, words, sizes = Watched(), Keeping(), dict(LETTERS)
        given = arguments(network, entry, 1)
        run(program, key, tensors, flat(given.keys(), given.values()), numpy)
        rerun(program, key, words)
        assert len(words.made) == len(numpy.made)
        for (op, shape), (_, got) in zip(words.made, numpy.made, strict=True):
            assert len(shape) == len(got), op
            for dim, size in zip(shape, got, strict=True):
                letters, number = terms(dim)
                if len(letters) == 1 and not number:
                    sizes.setdefault(letters[0], size)
                assert size == number + sum(sizes[letter] for letter in letters), op


@pytest.mark.parametrize("name", CONFIGS)
def test_a_tape_knows_no_difference(name):
    """Gradients of all that is given, by the network and by its program, bit for bit."""
    network, tensors = random_network(*CONFIGS[name])
    program = record(network)
    for key, entry in network.entries().items():
        line = program.entries[key]
        if {"decoder_step", "project_heads"} & {call.op for call in line.calls}:
            continue  # they have no gradient
        given = {  # no past, through which there is no way back
            n: trees.map_arrays(lambda a: a[:, :, :0] if a.ndim == 4 else a, tree)
            for n, tree in arguments(network, entry, 2).items()
        }
        inside = {call.values["x"] for call in line.calls if call.op == "given"}
        gradients = []
        for by_program in (False, True):
            tape = Tape()
            values = [
                tape.value(a) if one.kind == "numbers" and k not in inside else a
                for k, (one, a) in enumerate(
                    zip(line.inputs, flat(given.keys(), given.values()).values(), strict=True)
                )
            ]
            if by_program:
                inputs = {one.name: v for one, v in zip(line.inputs, values, strict=True)}
                found = run(program, key, tensors, inputs, tape)
            else:
                left = iter(values)
                handed = {
                    n: trees.map_arrays(lambda _, left=left: next(left), t)
                    for n, t in given.items()
                }
                found = results_of(network.bound(tensors, tape).entries()[key], handed)
            results = [v for v in found.values() if isinstance(v, Recorded)]
            tape.backward([(v, np.cos(v.array)) for v in results])
            handed = [v for v in values if isinstance(v, Recorded)]
            gradients.append([tape.gradient(v) for v in [*handed, *tape.inputs.values()]])
        assert len(gradients[0]) == len(gradients[1]) > 0
        for want, got in zip(*gradients, strict=True):
            np.testing.assert_array_equal(got, want)


def test_streams_are_state():
    """What is argument and result; a stream is an entry like any other."""
    found = {}
    for name, chosen in CONFIGS.items():
        for key, entry in network_of(*chosen).entries().items():
            found[f"{name.partition(':')[0]}, {key}"] = entry.state
    assert found["speech, read"] == ("state",)
    assert found["series, read"] == ("layers",)
    assert found["series, step"] == ("value", "state")
    assert found["text, step"] == found["text, forward"] == found["pairs, step"] == ("state",)
    assert found["texts, read"] == found["pairs, start"] == ()


def a_program(name="pairs: lstm, additive"):
    return record(network_of(*CONFIGS[name])).to_json()


def refused(value):
    with pytest.raises(FormatError) as error:
        validate(Program.from_json(value))
    return str(error.value)


BROKEN = {
    "newer": (lambda p: p.update(version=VERSION + 1), "version 2 is newer than 1, the newest"),
    "no weights": (lambda p: p.pop("weights"), "program: `contents` must have `weights`"),
    "border": (lambda p: call(p).update(op="value"), "`value` is wrong: there is no such op"),
    "private": (lambda p: call(p).update(op="__init__"), "`__init__` is wrong: there is no such"),
    "half": (lambda p: call(p)["values"].update(symbols=0.5), "symbols` must be a list of 0 to"),
    "later": (lambda p: call(p)["values"].update(symbols=99), "`symbols` is a value that does not"),
    "more": (lambda p: call(p)["values"].update(x=0), "`embed` is wrong: it has no argument `x`"),
    "less": (lambda p: call(p)["values"].pop("symbols"), "its argument `symbols` is not there"),
    "strange": (lambda p: call(p)["weights"].update(table="x"), "there is no weight `x`"),
    "bare": (lambda p: call(p)["weights"].clear(), "`embed` is wrong: its weights are not table."),
    "nameless": (lambda p: call(p)["settings"].clear(), "wrong: its setting `name` is not a text"),
    "numbers": (lambda p: call(p)["results"].append(9), "`embed` is wrong: its results have the"),
    "shape": (lambda p: p["weights"].update({"output.bias": [6]}), "of `linear`, has arguments"),
    "result": (lambda p: step(p)["results"].update(x=99), "result `x` is a value that is not the"),
    "kind": (lambda p: step(p)["inputs"][0].update(kind="numbers"), "call 1, of `embed`, has arg"),
    "twice": (lambda p: step(p)["inputs"][1].update(name="symbols"), "two inputs of `step` have"),
    "letter": (lambda p: step(p)["inputs"][0].update(shape=["BB"]), "must be one of A, B, C"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_refused(name):
    change, message = BROKEN[name]
    value = copy.deepcopy(a_program())
    change(value)
    assert message in refused(value)


def step(value):
    return value["entries"]["step"]


def call(value):
    return step(value)["calls"][0]


KINDS = {type(config): name for name, (_, config, _) in CONFIGS.items()}  # one of each network


@pytest.mark.parametrize("name", KINDS.values())
def test_a_damaged_program_is_refused_or_runs(name):
    """What passes runs on arrays of the shapes that it states."""
    draw, whole, passed = random.Random(name), a_program(name), 0
    for _ in range(40):
        value = damage_json(draw, whole)
        try:
            program = Program.from_json(value)
            validate(program)
        except FormatError:
            continue
        passed += 1
        runs(program)
    assert passed < 35


def runs(program):
    sizes = [n for shape in program.weights.values() for n in shape]
    sizes += [n for line in program.entries.values() for i in line.inputs for n in i.shape]
    if any(isinstance(n, int) and n > 99 for n in sizes):
        return
    weights = {name: np.ones(shape, np.float32) for name, shape in program.weights.items()}
    for name, line in program.entries.items():
        letters, inputs = dict.fromkeys("ABCDEFGHIJKLMNOPQRSTUVWXYZ", 2), {}
        for one in line.inputs:
            shape = tuple(letters[n] if isinstance(n, str) else n for n in one.shape)
            kind = np.float32 if one.kind == "numbers" else np.int64
            inputs[one.name] = np.ones(shape, kind) * (one.kind != "symbols")
        run(program, name, weights, inputs, PLAIN)


def test_every_operation_is_used():
    used = {
        call["op"]
        for chosen in CONFIGS.values()
        for line in record(network_of(*chosen)).to_json()["entries"].values()
        for call in line["calls"]
    }
    assert used == set(SIGNATURES)


def test_an_array_from_outside_cannot_be_recorded():
    recorder = Recorder()
    x = recorder.input(("B", 4), "numbers")
    message = r"^record: an array was made outside the operations: no program can have it\.$"
    with pytest.raises(TypeError, match=message):
        recorder.join(x, recorder.value(np.zeros((3, 4))))
    with pytest.raises(TypeError, match=message):
        recorder.tanh(np.zeros((3, 4)))
    network, tensors = random_network(*CONFIGS["texts: gru, max"])
    with pytest.raises(TypeError, match=message):  # its weights are no words any more
        record(network.bound(tensors, PLAIN))
