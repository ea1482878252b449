"""A text and the symbol after it, for a trace: the loss is -log p of that symbol.

Step t reads symbol t of `source`, the first of which is the beginning, and foretells symbol t of
`target`: the text itself, one further on, and at the last step the symbol that is explained.
"""

import numpy as np

from ....config.generate import ModelConfig
from ....data.vocabulary import BOS, UNK
from ....decoding.continuation import NO_TEXT
from ....errors import ConfigError
from ....export.parts.generate import GenerateParts
from ....networks.language import RunningText
from ....networks.ops import Ops
from ....runtime.generate import Generator
from ....runtime.numpy_ops import PLAIN
from ...trace import Named
from ..study import Answer, Study, kind_of, seeds_of, shorter
from .outputs import output_arrays


class TextStudy(Study):
    """A text and one symbol that may follow."""

    def __init__(
        self,
        config: ModelConfig,
        network: RunningText,
        parts: GenerateParts,
        *,
        text: str,
        target: str | None,
    ) -> None:
        """
        Args:
            config: The network's settings.
            network: The network.
            parts: Its vocabulary.
            text: What is read; it may be empty.
            target: The symbol that follows; the likeliest one, when first asked, if `None`.
        Raises:
            ConfigError: `target` is not one known symbol.
        """
        vocabulary = parts.vocabulary
        self.network, self.symbols = network, [BOS, *vocabulary.encode(text)]
        self.kind = kind_of(config)
        names = tuple(vocabulary.symbols)
        self.place = None if target is None else _known(parts, target)
        self.input = text
        self.num_inputs = len(self.symbols)
        self.labels = {
            "source": (names[BOS], *vocabulary.split(text)),
            "vocabulary": names,
        }

    @property
    def load(self) -> int:
        return self.num_inputs * (1 + len(self.labels["vocabulary"]) // 256)

    def ask(self, ops: Ops, rows: int = 1) -> Answer:
        return self._answer(np.array([self.symbols] * rows), np.full(rows, len(self.symbols)), ops)

    def without(self, spans: list[slice]) -> np.ndarray:
        return self._answer(*shorter(self.symbols, spans), PLAIN).value

    def arrays(self, answer: Answer) -> dict[str, Named]:
        assert self.place is not None
        foretold = np.array([*self.symbols[1:], self.place], np.int64)
        self.labels["target"] = (*self.labels["source"][1:], self.output(answer))
        return output_arrays(answer, foretold)

    def output(self, answer: Answer) -> str:
        assert self.place is not None
        return self.labels["vocabulary"][self.place]

    def _answer(self, symbols: np.ndarray, lengths: np.ndarray, ops: Ops) -> Answer:
        """No step sees a later one, so padding stays behind what is read off."""
        B = len(symbols)
        network = self.network.on(ops)
        value_BTV, _ = network.forward(symbols, network.initial_state(B))
        said_BTV = ops.numbers(value_BTV)
        rows, last = np.arange(B), np.maximum(lengths - 1, 0)
        if self.place is None:
            self.place = _likeliest(said_BTV[0, -1])
        value, gradient = seeds_of(said_BTV[rows, last], np.full(B, self.place))
        seeds_BTV = np.zeros_like(said_BTV)
        seeds_BTV[rows, last] = gradient
        return Answer(value, [(value_BTV, seeds_BTV)], said_BTV)


def study(model: Generator, x: str, target: str | None = None) -> TextStudy:
    """A text and the symbol after it.

    Raises:
        ConfigError: `target` is not one known symbol.
    """
    return TextStudy(model.file.model, model.network, model.parts, text=x, target=target)


def _likeliest(log_probs_V: np.ndarray) -> int:
    """Of the symbols that are text."""
    log_probs_V = log_probs_V.copy()
    log_probs_V[list(NO_TEXT)] = -np.inf
    return int(log_probs_V.argmax())


def _known(parts: GenerateParts, target: str) -> int:
    symbols = parts.vocabulary.encode(target)
    if len(symbols) != 1 or symbols[0] == UNK:
        raise ConfigError(
            f"trace: `target` must be one symbol that the model knows, got {target!r}. "
            "Name the symbol that follows the text."
        )
    return symbols[0]
