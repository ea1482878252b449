"""A source and an output, for a trace: the loss is -log p of the output, its end included.

The decoder goes along the output, whatever the search would have chosen. A state of its step t is
the one that wrote symbol t.
"""

from typing import Any

import numpy as np

from ...export.parts.transduce import TransduceParts
from ...inspection.trace import Named
from ..attention_edit import Edited, Edits, shifted
from ..steps import PLAIN, Steps
from ..study import Answer, Study, rung_of, shorter
from .outputs import along, output_arrays


class PairStudy(Study):
    """A source and an output."""

    def __init__(
        self,
        config: Any,
        network: Any,
        parts: TransduceParts,
        *,
        text: str,
        source: list[int],
        output: list[int],
        edits: Edits | None = None,
        beam: list[dict[str, Any]] | None = None,
    ) -> None:
        """
        Args:
            config: The network's settings.
            network: A `NumpyEncoderDecoder`, that in an `Edited`, or a `NumpyTransformer`.
            parts: Its vocabularies.
            text: What is read.
            source: The same as numbers.
            output: The output to explain, with EOS if it ended.
            edits: What an `Edited` was given.
            beam: What the search for the output looked at, if it was searched for.
        """
        self.network, self.source, self.edits = network, source, edits or {}
        self.beam = beam or []
        self.target = np.array(output, np.int64)
        self.rung = rung_of(config)
        self.input, self.written = text, parts.target.decode(output)
        self.num_inputs = len(source)
        symbols = tuple(parts.target.symbols)
        self.labels = {
            "source": tuple(parts.source.split(text)),
            "target": tuple(symbols[i] for i in output),
            "vocabulary": symbols,
        }

    @property
    def load(self) -> int:
        size = len(self.labels["vocabulary"])
        return self.num_inputs + len(self.target) * (1 + size // 256)

    def ask(self, ops: Steps, rows: int = 1) -> Answer:
        source = np.array([self.source] * rows)
        return self._answer(self.network, source, np.full(rows, len(self.source)), ops)

    def without(self, spans: list[slice]) -> np.ndarray:
        if not self.edits:
            return self._answer(self.network, *shorter(self.source, spans), PLAIN).value
        found = []
        for span in spans:
            network = Edited(self.network.network, shifted(self.edits, span))
            found.append(self._answer(network, *shorter(self.source, [span]), PLAIN).value)
        return np.concatenate(found)

    def output(self, answer: Answer) -> str:
        return self.written

    def arrays(self, answer: Answer) -> dict[str, Named]:
        return output_arrays(answer, self.target)

    def facts(self, answer: Answer) -> dict[str, Any]:
        return {"beam": self.beam} if self.beam else {}

    def _answer(self, network: Any, source: np.ndarray, lengths: np.ndarray, ops: Steps) -> Answer:
        return along(network, source, lengths, self.target, ops)
