"""From a network to its program, and the check of a program.

Checked by `tests/networks/test_program.py`: running what was recorded is the network, bit for bit.
"""

from ..errors import FormatError
from ..reference import trees
from .interpreter import named, run
from .network import EntryPoint, Network, Slot, Slots
from .ops import Values
from .program import Line, Program, ProgramInput
from .recorder import Recorder
from .weights import Weight


def record(network: Network) -> Program:
    """Every entry of a network as a program; its weights are still placeholders."""
    return Program(
        weights={weight.name: weight.shape for weight in network.table},
        entries={name: _recorded(network, name) for name in network.entries()},
    )


def validate(program: Program) -> None:
    """Raise a FormatError unless every call of a program can be run, by its shapes and numbers.

    What only the data say stays with the engines: that symbols are rows of their table and lengths
    at most T.
    """
    for name in program.entries:
        rerun(program, name, Recorder())


def rerun(program: Program, name: str, recorder: Recorder) -> None:
    """Run an entry on placeholders, which records it again."""
    weights = {
        name: Weight(name, (), shape, "", int8=False) for name, shape in program.weights.items()
    }
    line = program.entries[name]
    inputs = {one.name: recorder.input(one.shape, one.kind) for one in line.inputs}
    if len(inputs) != len(line.inputs):
        raise FormatError(f"program: two inputs of `{name}` have one name. Write the file again.")
    run(program, name, weights, inputs, recorder)


def outlined(network: Network, name: str) -> Values:
    """What an entry returns, with the name of each result at its place."""
    entry, _, _, found = _traced(network, name)
    names = {
        id(value): path
        for key, tree in zip(entry.results, found, strict=True)
        for path, value in named(key, tree).items()
    }
    whole = found[0] if len(entry.results) == 1 else found
    return trees.map_arrays(lambda value: names[id(value)], whole)


def _recorded(network: Network, name: str) -> Line:
    entry, inputs, recorder, found = _traced(network, name)
    results = {
        path: value.number
        for key, tree in zip(entry.results, found, strict=True)
        for path, value in named(key, tree).items()
    }
    return Line(tuple(inputs), tuple(recorder.calls), results)


def _traced(
    network: Network, name: str
) -> tuple[EntryPoint, list[ProgramInput], Recorder, tuple[Values, ...]]:
    """An entry run on placeholders: its inputs, who recorded it, and its results."""
    recorder = Recorder()
    entry = network.on(recorder).entries()[name]
    inputs: list[ProgramInput] = []

    def placeholder(path: str, tree: Slots) -> Values:
        """A tree of slots as one of values."""
        if tree is None:
            return None
        if isinstance(tree, Slot):
            inputs.append(ProgramInput(path, tree.shape, tree.kind))
            return recorder.input(tree.shape, tree.kind)
        fields = getattr(tree, "_fields", range(len(tree)))
        parts = [placeholder(f"{path}.{field}", p) for field, p in zip(fields, tree, strict=True)]
        return tree._make(parts) if hasattr(tree, "_make") else tuple(parts)

    found = entry.run(**{key: placeholder(key, tree) for key, tree in entry.arguments.items()})
    return entry, inputs, recorder, (found,) if len(entry.results) == 1 else found
