"""A text and its class, for a trace: the loss is -log p of the class."""

import numpy as np

from ....config.classify import ClassifierConfig
from ....errors import ConfigError
from ....export.parts.classify import ClassifyParts
from ....networks.classifiers import Classifying
from ....networks.ops import Ops
from ....runtime.classify import Classifier
from ....runtime.numpy_ops import PLAIN
from ...facts import Facts
from ...trace import Named
from ..study import Answer, Study, kind_of, seeds_of, shorter


class ClassifyStudy(Study):
    """A text and one of the classes."""

    def __init__(
        self,
        config: ClassifierConfig,
        network: Classifying,
        parts: ClassifyParts,
        *,
        text: str,
        symbols: list[int],
        target: str | None,
    ) -> None:
        """
        Args:
            config: The network's settings.
            network: The network.
            parts: Its vocabulary and labels.
            text: What is read.
            symbols: The same as numbers.
            target: The class to explain; the most probable one, when first asked, if `None`.
        """
        self.network, self.classes, self.symbols = network, parts.labels, symbols
        self.kind = kind_of(config)
        self.place = None if target is None else parts.labels.index(target)
        self.input = text
        self.num_inputs = len(symbols)
        self.labels = {"source": tuple(parts.reader.symbols(text)), "class": parts.labels}

    def ask(self, ops: Ops, rows: int = 1) -> Answer:
        return self._answer(*self._rows(rows), ops)

    def without(self, spans: list[slice]) -> np.ndarray:
        return self._answer(*shorter(self.symbols, spans), PLAIN).value

    def arrays(self, answer: Answer) -> dict[str, Named]:
        return {"output/log_probabilities": Named(answer.said[0], ("class",))}

    def output(self, answer: Answer) -> str:
        assert self.place is not None
        return self.classes[self.place]

    def facts(self, answer: Answer) -> Facts:
        found = np.exp(answer.said[0].astype(np.float64))
        return {"probabilities": dict(zip(self.classes, found.tolist(), strict=True))}

    def steps_of(self, layer: str) -> str:
        return "" if layer == "hidden" else "source"

    def _rows(self, rows: int) -> tuple[np.ndarray, np.ndarray]:
        return np.array([self.symbols] * rows), np.full(rows, len(self.symbols))

    def _answer(self, symbols: np.ndarray, lengths: np.ndarray, ops: Ops) -> Answer:
        found = self.network.on(ops).read(symbols, lengths).log_probabilities
        said = ops.numbers(found)
        if self.place is None:
            self.place = int(said[0].argmax())
        value, seeds = seeds_of(said, np.full(len(said), self.place))
        return Answer(value, [(found, seeds)], said)


def study(model: Classifier, x: str, target: str | None = None) -> ClassifyStudy:
    """A text and the class to explain.

    Raises:
        DataError: The text has no symbols.
        ConfigError: There is no such class.
    """
    symbols = model.encode(x)
    if target is not None and target not in model.labels:
        raise ConfigError(
            f"trace: `target` must be one of {', '.join(model.labels)}, got {target}."
        )
    return ClassifyStudy(
        model.file.model, model.network, model.parts, text=x, symbols=symbols, target=target
    )
