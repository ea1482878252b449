"""The instructions of the native engine, and how a program of them is written as bytes.

`lower.py` makes them of a `networks.program.Program`; `native/src/engine/program.h` has the same
list and says what the words of each instruction mean. All is 32-bit little-endian words:

    magic, version, counts of weights, matrices, tables and entries, bytes of names
    names        texts that end with a zero byte, padded to whole words
    weights      name, rank, 4 sizes
    matrices     weight, first row, rows, first column, columns    packed when a model is loaded
    tables       weight of vectors, matrix                         multiplied when it is loaded
    entries      name, counts of inputs, values, results and words; then
        inputs       name, kind, shared, rank, 4 sizes; a size below 0 is a letter, -1 for A
        instructions operation, count of words, words
        results      name, value

Values are numbered: the inputs, then the results of the instructions, in order. -1 is none.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum, auto

from ..networks.program import ProgramInput

MAGIC = 0x4D4F4C53  # "SLOM"
VERSION = 1
END = (1 << 31) - 1  # of a slice that ends where its axis does


class Op(IntEnum):
    """Operations of the engine."""

    EMBED = 0
    PRODUCT = auto()
    NORM = auto()
    SCALE = auto()
    AFFINE = auto()
    ADD = auto()
    TANH = auto()
    RELU = auto()
    LOG_SOFTMAX = auto()
    JOIN = auto()
    SPLIT = auto()
    SLICE = auto()
    RESHAPE = auto()
    REPEAT = auto()
    LAST = auto()
    RIGHT_ALIGN = auto()
    HALVE = auto()
    LONGER = auto()
    ZEROS = auto()
    SPREAD = auto()
    PLACE = auto()
    AGE = auto()
    UNROLL = auto()
    STEP = auto()
    ATTEND = auto()
    LOOK = auto()
    POOL = auto()
    POOL_ATTEND = auto()
    MASK = auto()
    HEADS = auto()
    EXTEND = auto()
    ATTEND_HEADS = auto()


class PartKind(IntEnum):
    """Kinds of the parts of a sum of products."""

    PRODUCT = 0  # value, matrix
    TABLE = auto()  # symbols, table
    MIXED = auto()  # attention weights, projected memory, lengths of the memory
    VALUE = auto()  # added as it is


KINDS = {"numbers": 0, "symbols": 1, "lengths": 2}
CELLS = {"rnn": 0, "lstm": 1, "gru": 2}
ATTENTIONS = {"additive": 0, "general": 1, "dot": 1, "location": 2}
POOLS = {"mean": 0, "max": 1}
RESHAPES = {"flat": 0, "fold": 1, "new_axis": 2}
ACTIVATIONS = {"none": 0, "tanh": 1, "relu": 2}
MASKS = {"lengths": 0, "causal": 1, "recency": 2}


@dataclass(eq=False)
class EngineValue:
    """A value of an entry; its number is given when all are known."""

    number: int = -1


Word = int | EngineValue | None


@dataclass(eq=False)
class Instruction:
    """One instruction."""

    op: Op
    words: list[Word]
    results: list[EngineValue]


@dataclass
class EngineEntry:
    """An entry: inputs, instructions in order, results by name."""

    inputs: list[tuple[ProgramInput, bool, EngineValue]] = field(default_factory=list)
    instructions: list[Instruction] = field(default_factory=list)
    results: dict[str, EngineValue] = field(default_factory=dict)

    def prune(self) -> None:
        """Drop what nothing reads."""
        read = {*self.results.values()}
        kept = []
        for one in reversed(self.instructions):
            if read.isdisjoint(one.results):
                continue
            if one.op is Op.ATTEND:  # its last word: whether the context is read
                one.words[-1] = int(one.results[0] in read)
            read.update(word for word in one.words if isinstance(word, EngineValue))
            kept.append(one)
        self.instructions = kept[::-1]

    def number(self) -> int:
        """Number the values; return how many there are."""
        every = [value for _, _, value in self.inputs]
        every += [value for one in self.instructions for value in one.results]
        for number, value in enumerate(every):
            value.number = number
        return len(every)


class Names:
    """Texts, each once."""

    def __init__(self) -> None:
        self.data = bytearray()
        self._places: dict[str, int] = {}

    def __call__(self, name: str) -> int:
        if name not in self._places:
            self._places[name] = len(self.data)
            self.data += name.encode() + b"\0"
        return self._places[name]


def to_bytes(
    weights: dict[str, tuple[int, ...]],
    matrices: Sequence[tuple[int, ...]],
    tables: Sequence[tuple[int, int]],
    entries: dict[str, EngineEntry],
) -> bytes:
    """A program as bytes.

    Args:
        weights: Shapes by name.
        matrices: Weight, first row, rows, first column, columns.
        tables: Weight, matrix.
        entries: By name, pruned.
    """
    names, body = Names(), list[int]()
    for name, shape in weights.items():
        body += [names(name), len(shape), *shape, *[0] * (4 - len(shape))]
    for row in (*matrices, *tables):
        body += row
    for name, entry in entries.items():
        values, words = entry.number(), list[int]()
        for one in entry.instructions:
            words += [one.op, len(one.words), *map(_word, one.words)]
        counts = (len(entry.inputs), values, len(entry.results), len(words))
        body += [names(name), *counts]
        for slot, shared, _ in entry.inputs:
            sizes = [_size(n) for n in slot.shape]
            body += [names(slot.name), KINDS[slot.kind], int(shared), len(sizes)]
            body += [*sizes, *[0] * (4 - len(sizes))]
        body += words
        for key, value in entry.results.items():
            body += [names(key), value.number]
    names.data += bytes(-len(names.data) % 4)
    parts = (len(weights), len(matrices), len(tables), len(entries), len(names.data))
    head = struct.pack("<7I", MAGIC, VERSION, *parts)
    return head + bytes(names.data) + struct.pack(f"<{len(body)}i", *body)


def _word(word: Word) -> int:
    if isinstance(word, EngineValue):
        return word.number
    return -1 if word is None else int(word)


def _size(size: int | str) -> int:
    return size if isinstance(size, int) else -1 - (ord(size) - ord("A"))


def float_word(number: float) -> int:
    """A float32 as the word that has its bits."""
    (word,) = struct.unpack("<i", struct.pack("<f", number))
    return int(word)
