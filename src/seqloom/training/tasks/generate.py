"""The task `generate` in training: streams of one text, truncated back-propagation through time.

What the network remembers after a chunk is what the next chunk of the same stream begins with. Each
row of a batch says where its chunk begins and which stream it belongs to, so a work knows by its
rows alone whether they go on where it stopped; if not, say at an epoch's beginning, the streams
begin anew. Checked by `tests/training/tasks/test_generate.py`.
"""

import dataclasses
import itertools
from collections.abc import Sequence
from typing import final

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ...config import Config
from ...config.generate import LEAST_STEPS, MOST_STEPS, RATES, USUAL_EPOCHS
from ...data.batching import LazyBatches
from ...data.text.prepare import PreparedText, prepare_text
from ...data.text.streams import plan_streams, window
from ...decoding.continuation import Sampling, continuation
from ...decoding.perplexity import score_text
from ...evaluation.measure import Measure
from ...export.parts import Parts
from ...export.parts.generate import GenerateParts
from ...models.language import build_language
from ...models.language_model import LanguageModel, TorchTextModel
from ...reference import trees
from ...shapes import Int
from ..device import widened
from ..sample import SampleOutput
from ..work import Work, places_of, resolved

VALID_STREAMS, VALID_SYMBOLS = 64, 1000  # most streams, and least symbols of each
PROMPT, WRITTEN = 24, 32  # characters that a sample begins with, symbols that it writes
WARM_UP = 128  # symbols a validation stream reads before it is scored


@dataclasses.dataclass(frozen=True)
class Carried:
    """What some streams remember.

    Attributes:
        streams: Their numbers, `(R,)`.
        places: The place of the symbol that each foretells next, `(R,)`.
        state: The network's state, R rows.
    """

    streams: Int[np.ndarray, " R"]
    places: Int[np.ndarray, " R"]
    state: object


@final
class Generate(Work):
    """A text at work."""

    unit = "symbol"
    volume_unit = "symbols"
    measures = (
        Measure("bits_per_character", "bits per character", digits=4),
        Measure("nats_per_symbol", "nats per symbol", digits=4),
        Measure("perplexity", "perplexity", digits=2),
    )

    def __init__(self, data: PreparedText, config: Config) -> None:
        super().__init__(data, config)
        self.data, self.valid = data, data.valid
        self._carried: Carried | None = None
        self._empty: object = None

    @classmethod
    def open(
        cls, data: object, valid: object | None, config: Config, known: Parts | None = None
    ) -> "Generate":
        vocabulary = known.vocabulary if isinstance(known, GenerateParts) else None
        prepared, settings = prepare_text(data, valid, config.data, vocabulary)
        return cls(prepared, resolved(config, settings, RATES[config.model.architecture]))

    def build(self) -> nn.Module:
        network = build_language(self.config.model, len(self.data.vocabulary))
        self._empty = network.initial_state(0)
        return network

    def plan(self, epoch: int) -> Sequence[np.ndarray]:
        data = self.config.data
        numbers = np.arange(data.streams)
        batches = plan_streams(
            len(self.data.ids),
            streams=data.streams,
            chunk=data.chunk,
            seed=self.config.training.seed,
            epoch=epoch,
        )
        return LazyBatches(len(batches), lambda i: batches[i] * data.streams + numbers)

    def size(self, rows: np.ndarray) -> int:
        return len(rows) * int(self.config.data.chunk)

    def volume(self, rows: np.ndarray) -> int:
        return self.size(rows)

    def loss(self, network: nn.Module, rows: np.ndarray, device: torch.device) -> Tensor:
        data = self.config.data
        places, streams = np.divmod(rows, data.streams)
        state = self._state(streams, places, device)
        read, write = window(self.data.ids, places, data.chunk, fresh=state is None)
        logits_BTV, state = network(torch.from_numpy(read).to(device), state)
        cut = trees.map_arrays(lambda array: widened(array.detach()), state)
        self._carried = Carried(streams, places + data.chunk, cut)
        target = torch.from_numpy(write).to(device)
        return F.cross_entropy(widened(logits_BTV).flatten(0, 1), target.flatten(), reduction="sum")

    def validate(self, network: nn.Module, device: torch.device) -> dict[str, float]:
        assert isinstance(network, LanguageModel)
        score = score_text(
            TorchTextModel(network, device),
            self.data.vocabulary,
            self.valid,
            streams=self._valid_streams(),
            warm_up=WARM_UP,
        )
        found = {measure.key: getattr(score, measure.key) for measure in self.measures}
        return {**found, "valid_loss": score.nats_per_symbol}

    def samples(
        self, network: nn.Module, device: torch.device, number: int
    ) -> tuple[SampleOutput, ...]:
        """Continuations of lines of the validation text, drawn with one seed."""
        assert isinstance(network, LanguageModel)
        vocabulary, found = self.data.vocabulary, []
        for place in places_of(number, max(1, len(self.valid) - PROMPT)).tolist():
            prompt = self.valid[place : place + PROMPT]
            model, drawn = TorchTextModel(network, device), Sampling(temperature=0.8)
            symbols = continuation(model, vocabulary.encode(prompt), drawn)
            text = vocabulary.decode(itertools.islice(symbols, WRITTEN))
            found.append(SampleOutput(prompt, text))
        return tuple(found)

    def keep_valid(self, share: float) -> str:
        number = len(self.valid)
        self.valid = self.valid[: max(min(number, VALID_SYMBOLS), round(share * number))]
        return f"the first {len(self.valid):,} of {number:,} validation characters"

    def contents(self, network: nn.Module) -> tuple[Parts, dict[str, object]]:
        parts = GenerateParts(vocabulary=self.data.vocabulary)
        return parts, {"characters": self.data.characters}

    def default_steps(self) -> int:
        return min(max(LEAST_STEPS, self.steps_of(USUAL_EPOCHS)), MOST_STEPS)

    def validation_steps(self) -> float:
        # without a backward pass, but in shorter streams: seen to cost about 0.4 of training
        symbols = len(self.valid) + self._valid_streams() * WARM_UP
        return 0.4 * symbols / self.size(np.arange(self.config.data.streams))

    def carried(self) -> dict[str, Tensor]:
        """All streams' places and states; zeros for streams that this process does not read."""
        if self._carried is None:
            return {}
        num_streams = self.config.data.streams
        own = torch.from_numpy(self._carried.streams)
        found = {"places": torch.zeros(num_streams, dtype=torch.int64)}
        found["places"][own] = torch.from_numpy(self._carried.places)
        for name, part in _named(self._carried.state).items():
            whole = part.new_zeros(num_streams, *part.shape[1:])
            whole[own.to(part.device)] = part
            found[name] = whole
        return found

    def restore(self, carried: dict[str, Tensor]) -> None:
        if not carried:
            self._carried = None
            return
        parts = iter([carried[name] for name in _named(self._empty)])
        self._carried = Carried(
            streams=np.arange(self.config.data.streams),
            places=carried["places"].cpu().numpy(),
            state=trees.map_arrays(lambda _: next(parts), self._empty),
        )

    def _state(self, streams: np.ndarray, places: np.ndarray, device: torch.device) -> object:
        """The state that these chunks go on from; `None` if their streams begin."""
        before = self._carried
        if before is None or not np.isin(streams, before.streams).all():
            return None
        rows = np.searchsorted(before.streams, streams)
        if not (before.places[rows] == places).all():
            return None
        if len(rows) == len(before.streams):
            return trees.map_arrays(lambda array: array.to(device), before.state)
        chosen = torch.from_numpy(rows)
        return trees.map_arrays(lambda array: array[chosen].to(device), before.state)

    def _valid_streams(self) -> int:
        return max(1, min(VALID_STREAMS, len(self.valid) // VALID_SYMBOLS))


def _named(tree: object, prefix: str = "state") -> dict[str, Tensor]:
    """The arrays of a state by name."""
    if isinstance(tree, Tensor):
        return {prefix: tree}
    assert isinstance(tree, tuple), "states are NamedTuples of tensors"
    return {
        name: array
        for place, part in enumerate(tree)
        for name, array in _named(part, f"{prefix}.{place}").items()
    }
