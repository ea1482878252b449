"""The class of a text so far, while the text comes in pieces.

What the pool of the network sums up is carried on beside the cells' states:

    last        nothing more: the top layer's state
    max         the largest of each number
    mean        the sum of the states and their count, in float64
    attention   the sum of the states by their weights, in float64, as the running softmax of
                Milakov & Gimelshein, "Online normalizer calculation for softmax", 2018:
                m' = max(m, e), s' = s exp(m - m') + exp(e - m'), and y like s with each x

Symbols are pooled one by one, so no cut of the text changes a bit. Long texts are not cut to
`max_symbols` as `predict` does it; shorter ones have the probabilities of `predict`, but for the
last bits. Checked by `tests/runtime/test_stream_answers.py`.
"""

import numpy as np

from ..config.classify import PoolName
from ..data.text_pieces import TextPieces
from ..data.texts.reader import pretokenize
from ..decoding.contract import check_numbers
from ..export.parts.classify import ClassifyParts
from ..networks.classifiers import RecurrentClassifier
from ..reference.pooling import PoolWeights
from ..shapes import Float
from .stream import Held, ModelStream, Streamed, array_of, arrays_of, number_of, tree_of

PIECE = 256  # symbols that are read at once


class RunningPool:
    """A pool over states that come one after another.

    Attributes:
        arrays: What is carried on, by name; replaced, never changed.
    """

    def __init__(self, kind: PoolName, size: int, weights: PoolWeights | None) -> None:
        """
        Args:
            kind: Which pool.
            size: M, size of a state.
            weights: Of attention.
        """
        self.kind, self.weights = kind, weights
        self.arrays: dict[str, np.ndarray] = {}
        if kind == "last":
            self.arrays = {"last": np.zeros(size, np.float32)}
        elif kind == "max":
            self.arrays = {"largest": np.full(size, -np.inf, np.float32)}
        elif kind == "mean":
            self.arrays = {"sum": np.zeros(size), "count": np.zeros(1)}
        else:
            self.arrays = {"sum": np.zeros(size), "share": np.zeros(1), "top": np.full(1, -np.inf)}

    def push(self, x_M: Float[np.ndarray, " M"]) -> None:
        """Take one more state."""
        held = self.arrays
        if self.kind == "last":
            self.arrays = {"last": x_M}
        elif self.kind == "max":
            self.arrays = {"largest": np.maximum(held["largest"], x_M)}
        elif self.kind == "mean":
            self.arrays = {"sum": held["sum"] + x_M, "count": held["count"] + 1.0}
        else:
            w = self.weights
            assert w is not None
            e_A = np.tanh(w.weight_memory @ x_M + w.bias)
            score = (w.weight_score @ e_A).astype(np.float64)
            top = np.maximum(held["top"], score)
            before, now = np.exp(held["top"] - top), np.exp(score - top)
            self.arrays = {
                "sum": held["sum"] * before + x_M * now,
                "share": held["share"] * before + now,
                "top": top,
            }

    def pooled(self) -> Float[np.ndarray, " M"]:
        """The vector of the states so far, at least one."""
        held = self.arrays
        if self.kind in ("last", "max"):
            return held["last" if self.kind == "last" else "largest"]
        found: np.ndarray = held["sum"] / held["count" if self.kind == "mean" else "share"]
        return found.astype(np.float32)


class ClassStream(ModelStream):
    """A classifier that reads on; `Classifier.stream` makes one.

    Attributes:
        symbols: How many were read.
    """

    parts: ClassifyParts
    network: RecurrentClassifier

    def __init__(self, model: Streamed) -> None:
        """
        Args:
            model: A recurrent one of one direction.
        """
        super().__init__(model)
        self.reset()

    def reset(self) -> None:
        reader = self.parts.reader
        network: RecurrentClassifier = self.model.network
        self.text = TextPieces(by_word=reader.level != "characters", lowercase=reader.lowercase)
        self.state = network.initial_state(1)
        config = network.config
        self.pool = RunningPool(config.pool, config.hidden_size, network.pool_weights)
        self.symbols = 0

    def push(self, text: str) -> Float[np.ndarray, " C"] | None:
        """Take more of the text; return the probabilities of `labels` after its complete symbols.

        A word is complete when white space follows it; `None` while none is.

        Raises:
            DivergedError: The network's weights are so large that its output is not a number.
        """
        self._read(self.text.push(text))
        return self.probabilities

    def finish(self) -> Float[np.ndarray, " C"] | None:
        """Complete the last word; what is pushed after that is the next one."""
        self._read(self.text.finish())
        return self.probabilities

    @property
    def labels(self) -> tuple[str, ...]:
        """The classes, in the order of the probabilities."""
        return self.parts.labels

    @property
    def probabilities(self) -> Float[np.ndarray, " C"] | None:
        """Of each label, after what was read; `None` before the first symbol."""
        if not self.symbols:
            return None
        found: np.ndarray = np.exp(check_numbers(self.network.say(self.pool.pooled()[None])[0]))
        return found

    @property
    def label(self) -> str | None:
        """The most probable one; `None` before the first symbol."""
        found = self.probabilities
        return None if found is None else self.labels[int(found.argmax())]

    def held(self) -> Held:
        plain = {"text": self.text.to_json(), "symbols": self.symbols}
        return Held(plain, arrays_of("state", self.state) | self.pool.arrays)

    def take(self, held: Held) -> None:
        self.reset()
        self.text.take(held.plain["text"])
        self.symbols = number_of(held.plain, "symbols")
        self.state = tree_of("state", self.state, held.arrays)
        pool = self.pool.arrays
        self.pool.arrays = {name: array_of(name, pool[name], held.arrays) for name in pool}

    def _read(self, text: str) -> None:
        reader = self.parts.reader
        words = pretokenize(text, reader.level, lowercase=False, marks=reader.marks)
        numbers = np.array(reader.vocabulary.encode(words), np.int64)
        size = 1 if self.stepwise else PIECE
        for first in range(0, len(numbers), size):
            piece = numbers[None, first : first + size]
            states, self.state = self.network.follow(piece, self.state)
            for x_M in states[0]:
                self.pool.push(x_M)
            self.symbols += piece.shape[1]
