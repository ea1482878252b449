"""The task `transduce` in training: pairs, teacher forcing, errors of greedy outputs."""

import dataclasses
from pathlib import Path
from typing import final

import numpy as np
import torch
from torch import Tensor, nn

from ...config import Config
from ...config.transduce import LARGE, LEAST_EPOCHS, LEAST_STEPS, RecurrentPairsConfig
from ...data.pairs.batches import PairSet, plan_batches
from ...data.pairs.prepare import PreparedPairs, prepare_pairs
from ...decoding import LengthLimit, Search, Stepper, decode
from ...evaluation.error_rates import Match, count_matches, match_references
from ...evaluation.measure import Measure
from ...evaluation.weighted import weighted_percent
from ...export.model_file import read_model, write_model
from ...export.parts import Parts
from ...export.parts.transduce import TransduceParts
from ...models import PairModel, TorchStepper, build
from ...runtime.transduce import Transducer
from ..exceptions import find_exceptions
from ..sample import SampleOutput
from ..work import Work, places_of, resolved, spread, target_loss

WEIGHTED = (
    Measure("weighted_symbol_error", "weighted", "%"),
    Measure("weighted_output_error", "weighted output error", "%"),
)
RESOLVED = ("source", "target", "features", "weight")  # columns that are found by name or form
VALID_PAIRS = 64  # pairs whose validation loss is found at once


@final
class Transduce(Work):
    """Pairs at work."""

    unit = "symbol"
    volume_unit = "symbols"
    measures: tuple[Measure, ...] = (
        Measure("symbol_error", "symbol error", "%"),
        Measure("output_error", "output error", "%"),
    )

    def __init__(self, data: PreparedPairs, config: Config) -> None:
        super().__init__(data, resolve(config, data))
        self.data = data
        if data.weighted:
            symbols, outputs = self.measures
            self.measures = (symbols, WEIGHTED[0], outputs, WEIGHTED[1])

    @classmethod
    def open(
        cls, data: object, valid: object | None, config: Config, known: Parts | None = None
    ) -> "Transduce":
        if known is None:
            return cls(prepare_pairs(data, valid, config.data), config)
        assert isinstance(known, TransduceParts)
        found = prepare_pairs(data, valid, config.data, (known.source, known.target))
        ratio = max(known.length_ratio, found.length_ratio)
        return cls(dataclasses.replace(found, length_ratio=ratio), config)

    def build(self) -> nn.Module:
        return build(self.config.model, len(self.data.source), len(self.data.target))

    def plan(self, epoch: int) -> list[np.ndarray]:
        return plan_batches(
            self.data.train.source_lengths,
            self.data.train.target_lengths,
            batch_symbols=self.config.data.batch_symbols,
            seed=self.config.training.seed,
            epoch=epoch,
        )

    def size(self, rows: np.ndarray) -> int:
        return int(self.data.train.target_lengths[rows].sum())

    def volume(self, rows: np.ndarray) -> int:
        return self.size(rows) + int(self.data.train.source_lengths[rows].sum())

    def loss(self, network: nn.Module, rows: np.ndarray, device: torch.device) -> Tensor:
        smoothing = self.config.training.label_smoothing  # type: ignore[attr-defined]
        return self._loss(network, self.data.train, rows, device, smoothing)

    def _loss(
        self,
        network: nn.Module,
        pairs: PairSet,
        rows: np.ndarray,
        device: torch.device,
        smoothing: float,
    ) -> Tensor:
        batch = pairs.collate(rows)
        source, target = (torch.from_numpy(x).to(device) for x in (batch.source, batch.target))
        lengths = torch.from_numpy(batch.source_lengths)
        return target_loss(network, source, lengths, target, smoothing)

    def validate(self, network: nn.Module, device: torch.device) -> dict[str, float]:
        assert isinstance(network, PairModel)
        stepper = TorchStepper(network, device)
        matches = match_outputs(stepper, self.data, self.config.data.max_symbols)
        counts = count_matches(matches)
        values = {
            "symbol_error": counts.symbol_error_rate,
            "output_error": counts.output_error_rate,
            "valid_loss": self._valid_loss(network, device),
        }
        if self.data.weighted:
            rates = weighted_percent(matches, [example.weight for example in self.data.valid])
            values |= {measure.key: rate for measure, rate in zip(WEIGHTED, rates, strict=True)}
        return values

    def _valid_loss(self, network: nn.Module, device: torch.device) -> float:
        """Per target symbol, of each source's first reference."""
        source, target = self.data.source, self.data.target
        pairs = PairSet(
            [source.encode(example.source) for example in self.data.valid],
            [target.encode(example.targets[0]) for example in self.data.valid],
        )
        order, loss = np.argsort(pairs.source_lengths, kind="stable"), 0.0
        with torch.inference_mode():
            for first in range(0, len(order), VALID_PAIRS):
                rows = order[first : first + VALID_PAIRS]
                loss += float(self._loss(network, pairs, rows, device, 0.0))
        return loss / int(pairs.target_lengths.sum())

    def samples(
        self, network: nn.Module, device: torch.device, number: int
    ) -> tuple[SampleOutput, ...]:
        assert isinstance(network, PairModel)
        data = self.data
        some = [data.valid[place] for place in places_of(number, len(data.valid))]
        sources = [data.source.encode(example.source) for example in some]
        limit = LengthLimit(data.length_ratio, most=self.config.data.max_symbols)
        found = decode(TorchStepper(network, device), sources, limit, Search())
        outputs = [data.target.decode(best[0].symbols) for best in found]
        return tuple(
            SampleOutput(one.source, output, output if output in one.targets else one.targets[0])
            for one, output in zip(some, outputs, strict=True)
        )

    def keep_valid(self, share: float) -> str:
        number = len(self.data.valid)
        kept = [self.data.valid[row] for row in spread(number, share)]
        self.data = dataclasses.replace(self.data, valid=kept)
        return f"{len(kept):,} of {number:,} validation sources"

    def contents(self, network: nn.Module) -> tuple[Parts, dict[str, object]]:
        data = self.data
        most = self.config.data.max_symbols
        parts = TransduceParts(
            source=data.source, target=data.target, length_ratio=data.length_ratio, max_symbols=most
        )
        return parts, {"pairs": len(data.train)}

    def finish(self, path: Path) -> str | None:
        if not self.config.training.exceptions:  # type: ignore[attr-defined]
            return None
        file = read_model(path)
        found, asked = find_exceptions(Transducer(file), self.data.train)
        parts = dataclasses.replace(file.parts, exceptions=found)
        write_model(path, dataclasses.replace(file, parts=parts))
        count, size = (0, 0) if found is None else (len(found), len(found.to_bytes()))
        return (
            f"exceptions: {count:,} of {asked:,} training sources, which the model gets wrong, "
            f"are in the model file ({size / 1000:,.0f} kB)"
        )

    def default_steps(self) -> int:
        return max(LEAST_STEPS, self.steps_of(LEAST_EPOCHS))

    def validation_steps(self) -> float:
        # a new network never ends its outputs, so decoding cannot be timed; greedy decoding of a
        # source was seen to cost about half a training pair
        return 0.5 * len(self.data.valid) * len(self.plan(0)) / len(self.data.train)


def resolve(config: Config, data: PreparedPairs) -> Config:
    """Fill in the settings that depend on the data."""
    batch_symbols = config.data.batch_symbols
    if batch_symbols is None:
        batch_symbols = 2048 if data.num_symbols >= LARGE else 1024
    found = data.columns
    columns = {f"{role}_column": getattr(found, role) for role in RESOLVED}
    chosen = dataclasses.replace(config.data, batch_symbols=batch_symbols, **columns)
    return resolved(
        config, chosen, 2e-3 if isinstance(config.model, RecurrentPairsConfig) else 1e-3
    )


def match_outputs(model: Stepper, data: PreparedPairs, most: int) -> list[Match]:
    """Greedy outputs for the validation sources, each with the best of its references.

    Args:
        model: The model.
        data: The data.
        most: Most symbols of an output, as `data.max_symbols` has it.
    """
    sources = [data.source.encode(example.source) for example in data.valid]
    limit = LengthLimit(data.length_ratio, most=most)
    found = decode(model, sources, limit, Search())
    target = data.target
    return match_references(
        [target.split(target.decode(best[0].symbols)) for best in found],
        [[target.split(text) for text in example.targets] for example in data.valid],
    )
