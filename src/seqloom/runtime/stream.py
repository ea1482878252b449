"""The contract of every stream: input comes in pieces, and what is known so far goes out.

    stream = model.stream()
    stream.push(piece)              any number of times; what is known after it
    stream.finish()                 no more comes: a word or a frame that was begun is complete
    stream.copy(); stream.reset()
    data = stream.save(); stream.load(data)

Law: wherever the input is cut, and wherever a stream was copied, or saved and loaded, what it says
is the same to the last bit, on either engine. What is kept does not grow with what was read.

A saved state holds plain values and arrays, none of which belongs to an engine: a stream of the
same model goes on from it on the other one. It begins with 8 bytes of `MAGIC`, then its version
(4 bytes), SHA-256 of the rest (32), the length of a header (8), the header in JSON, and the arrays
one after another; numbers are little-endian. Checked by `tests/runtime/test_stream.py`.
"""

import abc
import copy
import hashlib
import json
import struct
from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol, TypeVar, runtime_checkable

import numpy as np

from ..engine import program_of
from ..errors import FormatError, SeqloomError
from ..networks.interpreter import named
from ..networks.ops import Values
from ..reference import trees

MAGIC = b"seqloomS"
VERSION = 1
_HEAD = struct.Struct("<8sI32s")
_LENGTH = struct.Struct("<Q")
_AGAIN = "Save the stream again."
Same = TypeVar("Same", bound="ModelStream")


class Held(NamedTuple):
    """What a stream carries on.

    Attributes:
        plain: Values that JSON has, by name.
        arrays: By name; none is ever changed in place.
    """

    plain: dict[str, Any]
    arrays: dict[str, np.ndarray]


@runtime_checkable
class Streamed(Protocol):
    """As much as a stream needs to know of its model."""

    @property
    def file(self) -> Any: ...

    @property
    def parts(self) -> Any: ...

    @property
    def network(self) -> Any: ...

    @property
    def runner(self) -> Any: ...

    @property
    def digest(self) -> str: ...


class ModelStream(abc.ABC):
    """A model that reads its input in pieces; `model.stream` makes one.

    Attributes:
        model: The model.
        parts: Its task's own part.
        network: Its network, on the engine that predicts.
        stepwise: Whether pieces must be read step by step to give the same bits.
    """

    parts: Any
    network: Any

    def __init__(self, model: Streamed) -> None:
        """
        Args:
            model: The `Model` whose stream it is.
        """
        self.model, self.parts = model, model.parts
        self.network = model.runner
        # NumPy's products of matrices round by their number of rows: there a piece is read step by
        # step. The native engine computes each row alike.
        self.stepwise = program_of(self.network) is None

    @abc.abstractmethod
    def push(self, piece: Any) -> Any:
        """Take more of the input; return what is known after it."""

    @abc.abstractmethod
    def finish(self) -> Any:
        """Complete what was begun, a word or a frame; return what is known then."""

    @abc.abstractmethod
    def reset(self) -> None:
        """Go back to where the stream began."""

    @abc.abstractmethod
    def held(self) -> Held:
        """What the stream carries on."""

    @abc.abstractmethod
    def take(self, held: Held) -> None:
        """Carry on what another stream of the model held."""

    def copy(self: Same) -> Same:
        """A stream that goes on from here by itself."""
        other = copy.copy(self)
        other.take(self.held())
        return other

    def save(self) -> bytes:
        """The state of the stream, for `load` of a stream of the same model."""
        held = self.held()
        arrays = {name: np.asarray(array, order="C") for name, array in held.arrays.items()}
        header = {
            "model": self.model.digest,
            "plain": held.plain,
            "arrays": [[name, one.dtype.str, one.shape] for name, one in arrays.items()],
        }
        text = json.dumps(header).encode()
        body = b"".join(
            [_LENGTH.pack(len(text)), text, *(one.tobytes() for one in arrays.values())]
        )
        return _HEAD.pack(MAGIC, VERSION, hashlib.sha256(body).digest()) + body

    def load(self, data: bytes) -> None:
        """Go on from a saved state, with the settings of the stream that saved it.

        Args:
            data: What `save` returned.
        Raises:
            FormatError: It is no saved state, damaged, of another version or of another model; the
                stream stays as it was.
        """
        other = copy.copy(self)
        held = _unpacked(bytes(data), self.model.digest)
        try:
            other.take(held)
        except (
            *(SeqloomError, KeyError, TypeError, ValueError, AttributeError, IndexError),
            OverflowError,
        ) as error:
            raise FormatError(
                f"stream: the saved state does not fit its model: {error}. {_AGAIN}"
            ) from error
        vars(self).update(vars(other))


def _unpacked(data: bytes, model: str) -> Held:
    """What `save` packed."""
    if len(data) < _HEAD.size or not data.startswith(MAGIC):
        raise FormatError("stream: the data are no saved state. Give what `save` returned.")
    _, version, checksum = _HEAD.unpack_from(data)
    if version != VERSION:
        raise FormatError(
            f"stream: the saved state must be of version {VERSION}, got {version}. Load it with "
            "the release that saved it."
        )
    body = data[_HEAD.size :]
    if hashlib.sha256(body).digest() != checksum:
        raise FormatError(
            f"stream: the saved state is damaged: it does not match its checksum. {_AGAIN}"
        )
    try:
        (length,) = _LENGTH.unpack_from(body)
        place = _LENGTH.size + length
        header = json.loads(body[_LENGTH.size : place])
        if header["model"] != model:
            raise FormatError(
                f"stream: the saved state must be of this model ({model[:12]}), got one of "
                f"{str(header['model'])[:12]}. Load it into a stream of the model that saved it."
            )
        arrays = {}
        for name, dtype, shape in header["arrays"]:
            if dtype not in ("<f4", "<f8", "<i8"):
                raise ValueError(f"an array of the type {dtype}")
            count = int(np.prod([int(n) for n in shape], dtype=np.int64))
            arrays[name] = np.frombuffer(body, dtype, count, place).reshape(shape)
            place += arrays[name].nbytes
        if place != len(body):
            raise ValueError("more bytes than its arrays have")
        return Held(dict(header["plain"]), arrays)
    except FormatError:
        raise
    except (KeyError, TypeError, ValueError, struct.error, RecursionError) as error:
        raise FormatError(f"stream: the saved state is damaged: {error}. {_AGAIN}") from error


def arrays_of(name: str, tree: Values) -> dict[str, np.ndarray]:
    """A network's state as arrays by name."""
    return named(name, tree)


def tree_of(name: str, like: Values, arrays: Mapping[str, np.ndarray]) -> Values:
    """A network's state from what `arrays_of` made of it.

    Args:
        name: As `arrays_of` was given it.
        like: A first state: of the same types and shapes, but for axes of size 0.
        arrays: By name.
    Raises:
        KeyError, ValueError: An array is absent, or of another type or shape.
    """
    names = iter(named(name, like))
    return trees.map_arrays(lambda leaf: array_of(next(names), leaf, arrays), like)


def array_of(name: str, like: np.ndarray, arrays: Mapping[str, np.ndarray]) -> np.ndarray:
    """One array, if it has the type and shape of another; an axis of size 0 may have any size."""
    found = arrays[name]
    same = len(found.shape) == len(like.shape) and all(
        size in (0, own) for size, own in zip(like.shape, found.shape, strict=True)
    )
    if found.dtype != like.dtype or not same:
        raise ValueError(f"`{name}` is {found.dtype} {found.shape}")
    return found


def number_of(plain: Mapping[str, Any], name: str, *, most: int | None = None) -> int:
    """A whole number from 0 on.

    Args:
        plain: Values by name.
        name: Which.
        most: The largest that it may be.
    Raises:
        KeyError, ValueError: It is absent, or none.
    """
    found = plain[name]
    if type(found) is not int or found < 0 or (most is not None and found > most):
        raise ValueError(f"`{name}` is {found!r}")
    return found


def numbers_below(values: Any, most: int) -> list[int]:
    """A list of whole numbers from 0 to below `most`.

    Raises:
        ValueError: It is none.
    """
    if not isinstance(values, list) or not all(type(n) is int and 0 <= n < most for n in values):
        raise ValueError("a list of symbols is not one of its vocabulary")
    return values


def text_of(plain: Mapping[str, Any], name: str) -> str:
    """A text.

    Raises:
        KeyError, ValueError: It is absent, or none.
    """
    found = plain[name]
    if not isinstance(found, str):
        raise ValueError(f"`{name}` is {found!r}")
    return found
