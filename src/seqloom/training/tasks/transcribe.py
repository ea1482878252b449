"""The task `transcribe` in training: sound, CTC or teacher forcing, errors of greedy output."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import final

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ...config import Config
from ...config.transcribe import BEAMS, LEAST_EPOCHS, LEAST_STEPS, RATES, CTCConfig
from ...data.ragged import Arrays, Ragged
from ...data.speech.log_mel import stack_frames
from ...data.speech.prepare import PreparedSpeech, prepare_speech
from ...data.speech.recordings import pad_features, plan_speech
from ...data.vocabulary import EOS
from ...decoding import LengthLimit, Search, decode
from ...decoding.ctc import BLANK, ctc_greedy
from ...evaluation import error_counts
from ...evaluation.measure import Measure
from ...export.parts import Parts
from ...export.parts.transcribe import TranscribeParts
from ...extras import require
from ...models import PairModel, TorchStepper
from ...models.ctc import CTCRecogniser
from ...models.listener import Listener
from ..device import widened
from ..sample import SampleOutput
from ..work import Work, places_of, resolved, spread, target_loss

VALID_ROWS = 64  # recordings that a validation hears at once


@final
class Transcribe(Work):
    """Speech at work."""

    unit = "symbol"
    volume_unit = "steps"
    measures = (
        Measure("character_error", "character error", "%"),
        Measure("word_error", "word error", "%"),
    )

    def __init__(self, data: PreparedSpeech, config: Config) -> None:
        super().__init__(data, resolve(config, data))
        self.data = data
        self.steps = data.train.steps
        self.lengths = data.targets.lengths.astype(np.int64)
        self.extra = 0 if isinstance(config.model, CTCConfig) else 1  # the end of a transcript
        valid, normal = data.valid, data.normal
        features = (normal(valid.frames_of(row)) for row in range(len(valid)))
        stacked = (stack_frames(frames, valid.setup.stack) for frames in features)
        self.valid_features = Arrays.of(stacked, valid.setup.size)

    @classmethod
    def open(
        cls, data: object, valid: object | None, config: Config, known: Parts | None = None
    ) -> "Transcribe":
        require("train", "soundfile", "soxr")
        if known is None:
            return cls(prepare_speech(data, valid, config.data, config.model), config)
        assert isinstance(known, TranscribeParts)
        extended = (known.text, known.normal)
        found = prepare_speech(data, valid, config.data, config.model, extended)
        ratio = max(known.length_ratio, found.length_ratio)
        return cls(dataclasses.replace(found, length_ratio=ratio), config)

    def build(self) -> nn.Module:
        config, sizes = self.config.model, (self.data.train.setup.size, len(self.data.text))
        if isinstance(config, CTCConfig):
            return CTCRecogniser(config, *sizes)
        return Listener(config, *sizes)

    def plan(self, epoch: int) -> list[np.ndarray]:
        step = self.data.train.setup.step_seconds
        return plan_speech(
            self.steps,
            batch_steps=round(self.config.data.batch_seconds / step),
            seed=self.config.training.seed,
            epoch=epoch,
        )

    def size(self, rows: np.ndarray) -> int:
        return max(1, int(self.lengths[rows].sum()) + self.extra * len(rows))

    def volume(self, rows: np.ndarray) -> int:
        return int(self.steps[rows].sum())

    def loss(self, network: nn.Module, rows: np.ndarray, device: torch.device) -> Tensor:
        rng = np.random.default_rng(torch.initial_seed() % 2**63)
        batch = self.data.train.collate(rows.tolist(), self.data.normal, self.data.changes, rng)
        features = torch.from_numpy(batch.features).to(device)
        lengths = torch.from_numpy(batch.lengths)
        targets = self.data.targets.lists(rows)
        smoothing = self.config.training.label_smoothing  # type: ignore[attr-defined]
        return self._loss(network, features, lengths, targets, smoothing)

    def _loss(
        self,
        network: nn.Module,
        features: Tensor,
        lengths: Tensor,
        targets: list[list[int]],
        smoothing: float,
    ) -> Tensor:
        if isinstance(self.config.model, CTCConfig):
            return _ctc_loss(network(features, lengths), lengths, targets)
        padded = Ragged.of([[*symbols, EOS] for symbols in targets]).pad(np.arange(len(targets)))
        target = torch.from_numpy(padded).to(features.device)
        return target_loss(network, features, lengths, target, smoothing)

    def validate(self, network: nn.Module, device: torch.device) -> dict[str, float]:
        found = self._greedy(network, device, self.valid_features)
        texts = [self.data.text.decode(symbols) for symbols in found]
        said = [" ".join(text.split()) for text in self.data.valid.texts]
        characters = error_counts([list(t) for t in texts], [[list(t)] for t in said])
        words = error_counts([t.split() for t in texts], [[t.split()] for t in said])
        return {
            "character_error": characters.symbol_error_rate,
            "word_error": words.symbol_error_rate,
            "valid_loss": self._valid_loss(network, device),
        }

    def _valid_loss(self, network: nn.Module, device: torch.device) -> float:
        """Per symbol of the transcripts, their end counted where the network says it."""
        targets = [self.data.text.encode(text) for text in self.data.valid.texts]
        loss = 0.0
        with torch.inference_mode():
            for rows in self._valid_rows():
                batch = pad_features([self.valid_features[row] for row in rows])
                features = torch.from_numpy(batch.features).to(device)
                own = [targets[row] for row in rows]
                loss += float(
                    self._loss(network, features, torch.from_numpy(batch.lengths), own, 0.0)
                )
        return loss / max(1, sum(map(len, targets)) + self.extra * len(targets))

    def keep_valid(self, share: float) -> str:
        number = len(self.data.valid)
        rows = spread(number, share)
        self.data = dataclasses.replace(self.data, valid=self.data.valid.only(rows.tolist()))
        self.valid_features = self.valid_features.only(rows)
        return f"{len(rows):,} of {number:,} validation recordings"

    def samples(
        self, network: nn.Module, device: torch.device, number: int
    ) -> tuple[SampleOutput, ...]:
        valid = self.data.valid
        places = places_of(number, len(valid)).tolist()
        alone = [self.valid_features[place] for place in places]
        found = []
        for place, symbols in zip(places, self._greedy(network, device, alone), strict=True):
            utterance = valid.utterances[place]
            said = " ".join(utterance.text.split())
            found.append(
                SampleOutput(Path(utterance.path).name, self.data.text.decode(symbols), said)
            )
        return tuple(found)

    def _valid_rows(self) -> list[np.ndarray]:
        """Validation recordings that are heard together."""
        return _rows(self.valid_features)

    def _greedy(
        self, network: nn.Module, device: torch.device, features: Sequence[np.ndarray]
    ) -> list[tuple[int, ...]]:
        """Greedy transcripts of recordings."""
        if not isinstance(self.config.model, CTCConfig):
            assert isinstance(network, PairModel)
            limit = LengthLimit(self.data.length_ratio)
            found = decode(TorchStepper(network, device), features, limit, Search())
            return [hypotheses[0].symbols for hypotheses in found]
        out: list[tuple[int, ...]] = [()] * len(features)
        for rows in _rows(features):
            batch = pad_features([features[row] for row in rows])
            with torch.inference_mode():
                heard = torch.from_numpy(batch.features).to(device)
                log_probs = network(heard, torch.from_numpy(batch.lengths)).cpu().numpy()
            for row, own, steps in zip(rows, log_probs, batch.lengths, strict=True):
                out[row] = ctc_greedy(own[:steps])
        return out

    def contents(self, network: nn.Module) -> tuple[Parts, dict[str, object]]:
        data = self.data
        parts = TranscribeParts(
            features=data.train.setup,
            normal=data.normal,
            text=data.text,
            length_ratio=data.length_ratio,
            max_seconds=self.config.data.max_seconds,
        )
        minutes = round(data.train.seconds / 60, 2)
        return parts, {"recordings": len(data.train), "minutes_of_sound": minutes}

    def default_steps(self) -> int:
        return max(LEAST_STEPS, self.steps_of(LEAST_EPOCHS))

    def validation_steps(self) -> float:
        # hearing without learning costs about a third of a step; finding the symbols is small
        ratio = self.data.valid.seconds / max(self.data.train.seconds, 1e-9)
        return 0.5 * ratio * len(self.plan(0))


def resolve(config: Config, data: PreparedSpeech) -> Config:
    """Fill in the settings that depend on the data or the architecture."""
    name = config.model.architecture
    decoding = dataclasses.replace(config.decoding, beam=config.decoding.beam or BEAMS[name])
    chosen = dataclasses.replace(config.data, sample_rate=data.train.setup.sample_rate)
    return resolved(dataclasses.replace(config, decoding=decoding), chosen, RATES[name])


def _rows(features: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Recordings that are heard together, by length."""
    order = np.argsort([len(x) for x in features], kind="stable")
    return [order[first : first + VALID_ROWS] for first in range(0, len(order), VALID_ROWS)]


def _ctc_loss(log_probs_BTV: Tensor, lengths: Tensor, targets: list[list[int]]) -> Tensor:
    """Minus the log-probability of the targets; 0 for one that is sped up beyond its symbols."""
    device = log_probs_BTV.device
    return F.ctc_loss(
        widened(log_probs_BTV).transpose(0, 1),
        torch.tensor([s for symbols in targets for s in symbols], device=device),
        lengths,
        torch.tensor([len(symbols) for symbols in targets]),
        blank=BLANK,
        reduction="sum",
        zero_infinity=True,
    )
