"""The task `classify` in training: texts and labels, cross-entropy, accuracy."""

import dataclasses
from typing import final

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ...config import Config
from ...config.classify import LEAST_EPOCHS, LEAST_STEPS, FullyConnectedClassifierConfig
from ...data.texts.batches import by_length, plan_texts
from ...data.texts.prepare import PreparedTexts, class_weights, label_ratios, prepare_texts
from ...evaluation.calibration import log_loss
from ...evaluation.classes import f1
from ...evaluation.measure import Measure
from ...export.parts import Parts
from ...export.parts.classify import ClassifyParts
from ...models.classifier import build_classifier
from ..device import widened
from ..sample import SampleOutput
from ..work import Work, places_of, resolved, spread

RATIO_COLUMNS = 16  # numbers of a vector that start from the labels, more if there are more labels
VALID_TEXTS = 256  # validation texts of one batch


@final
class Classify(Work):
    """Labelled texts at work."""

    unit = "text"
    volume_unit = "symbols"
    measures = (
        Measure("accuracy", "accuracy", "%", rises=True),
        Measure("macro_f1", "macro-F1", "%", rises=True),
        Measure("log_loss", "log loss", "nats", digits=4),
    )

    def __init__(self, data: PreparedTexts, config: Config) -> None:
        super().__init__(data, resolve(config, data))
        self.data = data
        self.weights: Tensor | None = None
        if self.config.training.class_weights == "balanced":  # type: ignore[attr-defined]
            self.weights = torch.from_numpy(class_weights(data.train.labels, len(data.labels)))

    @classmethod
    def open(
        cls, data: object, valid: object | None, config: Config, known: Parts | None = None
    ) -> "Classify":
        if known is None:
            return cls(prepare_texts(data, valid, config.data), config)
        assert isinstance(known, ClassifyParts)
        return cls(prepare_texts(data, valid, config.data, (known.reader, known.labels)), config)

    def build(self) -> nn.Module:
        num_symbols, num_classes = len(self.data.reader.vocabulary), len(self.data.labels)
        network = build_classifier(self.config.model, num_symbols, num_classes)
        strength = self.config.training.label_ratios  # type: ignore[attr-defined]
        if strength:
            ratios_VC = torch.from_numpy(label_ratios(self.data.train, num_symbols, num_classes))
            weight_VE = network.embedding.weight
            columns = min(max(RATIO_COLUMNS, num_classes), weight_VE.shape[1])
            with torch.no_grad():
                for column in range(columns):
                    weight_VE[:, column] = strength * ratios_VC[:, column % num_classes]
        return network

    def plan(self, epoch: int) -> list[np.ndarray]:
        return plan_texts(
            self.data.train.lengths,
            batch_size=self.config.data.batch_size,
            seed=self.config.training.seed,
            epoch=epoch,
        )

    def size(self, rows: np.ndarray) -> int:
        return len(rows)

    def volume(self, rows: np.ndarray) -> int:
        return int(self.data.train.lengths[rows].sum())

    def loss(self, network: nn.Module, rows: np.ndarray, device: torch.device) -> Tensor:
        batch = self.data.train.collate(rows)
        logits_BC = network(
            torch.from_numpy(batch.symbols).to(device), torch.from_numpy(batch.lengths)
        )
        labels = torch.from_numpy(batch.labels).to(device)
        losses_B: Tensor = F.cross_entropy(
            widened(logits_BC),
            labels,
            reduction="none",
            label_smoothing=self.config.training.label_smoothing,  # type: ignore[attr-defined]
        )
        if self.weights is not None:
            losses_B = losses_B * self.weights.to(device)[labels]
        return losses_B.sum()

    def validate(self, network: nn.Module, device: torch.device) -> dict[str, float]:
        valid, num_classes = self.data.valid, len(self.data.labels)
        probabilities = np.zeros((len(valid), num_classes), np.float32)
        for rows in by_length(valid.lengths, VALID_TEXTS):
            probabilities[rows] = self._probabilities(network, rows, device)
        answers = probabilities.argmax(axis=1)
        confusion = np.zeros((num_classes, num_classes), np.int64)
        np.add.at(confusion, (valid.labels, answers), 1)
        there = confusion.sum(axis=0) + confusion.sum(axis=1) > 0
        loss = log_loss(valid.labels, probabilities)
        return {
            "accuracy": 100.0 * float((answers == valid.labels).mean()),
            "macro_f1": 100.0 * float(f1(confusion)[there].mean()),
            "log_loss": loss,
            "valid_loss": loss,
        }

    def _probabilities(
        self, network: nn.Module, rows: np.ndarray, device: torch.device
    ) -> np.ndarray:
        """Of the classes, for some validation texts."""
        batch = self.data.valid.collate(rows)
        with torch.inference_mode():
            logits = network(
                torch.from_numpy(batch.symbols).to(device), torch.from_numpy(batch.lengths)
            )
        found: np.ndarray = logits.softmax(dim=-1).float().cpu().numpy()
        return found

    def samples(
        self, network: nn.Module, device: torch.device, number: int
    ) -> tuple[SampleOutput, ...]:
        valid, vocabulary = self.data.valid, self.data.reader.vocabulary
        found = []
        for row in places_of(number, len(valid)):
            alone = np.array([row])
            batch, said = valid.collate(alone), self._probabilities(network, alone, device)[0]
            text = vocabulary.decode(batch.symbols[0, : batch.lengths[0]].tolist())
            label = self.data.labels[int(said.argmax())]
            found.append(SampleOutput(text, label, self.data.labels[int(valid.labels[row])]))
        return tuple(found)

    def keep_valid(self, share: float) -> str:
        number = len(self.data.valid)
        rows = spread(number, share)
        self.data = dataclasses.replace(self.data, valid=self.data.valid.only(rows))
        return f"{len(rows):,} of {number:,} validation texts"

    def contents(self, network: nn.Module) -> tuple[Parts, dict[str, object]]:
        parts = ClassifyParts(reader=self.data.reader, labels=self.data.labels)
        return parts, {"texts": len(self.data.train)}

    def default_steps(self) -> int:
        return max(LEAST_STEPS, self.steps_of(LEAST_EPOCHS))

    def validation_steps(self) -> float:
        # no backward pass: about a third of a step for as many texts
        return len(self.data.valid) / (3.0 * int(self.config.data.batch_size))


def resolve(config: Config, data: PreparedTexts) -> Config:
    """Fill in the settings that depend on the data, and the learning rate of the architecture."""
    rate = 2e-3 if isinstance(config.model, FullyConnectedClassifierConfig) else 1e-3
    text, label = data.columns
    chosen = dataclasses.replace(
        config.data,
        text_column=text,
        label_column=label,
        min_count=data.min_count,
        max_symbols=data.reader.max_symbols,
    )
    return resolved(config, chosen, rate)
