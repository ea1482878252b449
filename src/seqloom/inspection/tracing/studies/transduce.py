"""A source and an output, for a trace: the loss is -log p of the output, its end included.

The decoder goes along the output, whatever the search would have chosen. A state of its step t is
the one that wrote symbol t.
"""

from typing import Any

import numpy as np

from ....config.transduce import ModelConfig
from ....data.tags import source_text
from ....data.vocabulary import EOS
from ....decoding import Considered, Search, decode_recorded
from ....errors import ConfigError
from ....export.parts.transduce import TransduceParts
from ....networks.ops import Ops
from ....runtime.numpy_ops import PLAIN
from ....runtime.transduce import Source, Transducer
from ...facts import Facts
from ...trace import Named
from ..attention_edit import Edited, Edits, check_edits, shifted
from ..study import Answer, Study, kind_of, shorter
from .outputs import along, output_arrays


class PairStudy(Study):
    """A source and an output."""

    def __init__(
        self,
        config: ModelConfig,
        network: Any,
        parts: TransduceParts,
        *,
        text: str,
        source: list[int],
        output: list[int],
        edits: Edits | None = None,
        beam: list[dict[str, object]] | None = None,
        exceptions: list[str] | None = None,
    ) -> None:
        """
        Args:
            config: The network's settings.
            network: A `RecurrentPairs`, that in an `Edited`, or a `TransformerPairs`.
            parts: Its vocabularies.
            text: What is read.
            source: The same as numbers.
            output: The output to explain, with EOS if it ended.
            edits: What an `Edited` was given.
            beam: What the search for the output looked at, if it was searched for.
            exceptions: What the dictionary of the model file has for the source.
        """
        self.network, self.source, self.edits = network, source, edits or {}
        self.beam, self.exceptions = beam or [], exceptions or []
        self.target = np.array(output, np.int64)
        self.kind = kind_of(config)
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

    def ask(self, ops: Ops, rows: int = 1) -> Answer:
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

    def facts(self, answer: Answer) -> Facts:
        facts: Facts = {"beam": self.beam} if self.beam else {}
        if self.exceptions:
            facts["exceptions"] = self.exceptions
        return facts

    def _answer(self, network: Any, source: np.ndarray, lengths: np.ndarray, ops: Ops) -> Answer:
        return along(network, source, lengths, self.target, ops)


def study(
    model: Transducer, x: Source, target: str | None = None, edits: Edits | None = None
) -> PairStudy:
    """A source and the output to explain.

    Args:
        model: The model; with `edits`, one whose network an `Edited` takes.
        x: The source, as `predict` takes it.
        target: The output; the model's own, with these weights, if `None`.
        edits: Weights of the decoder's attention, by target step and source step.
    Raises:
        DataError: The source is empty or too long.
        ConfigError: The weights cannot be those of this attention.
    """
    text = source_text(x, "the input")
    source = model.encode(text)
    network: Any = model.network
    if edits:
        check_edits(edits, len(source))
        network = Edited(network, edits)
    rows: list[Considered] = []
    if target is not None:
        output = [*model.parts.target.encode(target), EOS]
    else:
        usual = model.file.decoding
        search = Search(beam=usual.beam, length_penalty=usual.length_penalty)
        [best], rows = decode_recorded(network, source, model.limit, search)
        output = [*best.symbols, *([EOS] if best.finished else [])]
    over = [place for place in edits or {} if place[0] >= len(output)]
    if over:
        raise ConfigError(
            f"trace: `attention` must name target steps from 0 to {len(output) - 1}, got {over[0]}."
        )
    return PairStudy(
        model.file.model,
        network,
        model.parts,
        text=text,
        source=source,
        output=output,
        edits=edits,
        beam=[row.to_json(model.parts.target.symbols) for row in rows],
        exceptions=[known.text for known in model.known(text)],
    )
