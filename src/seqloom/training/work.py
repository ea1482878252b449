"""The contract between a task and the training loop.

A `Work` is what a task brings: its data, encoded; its network; the loss of some rows; what a
validation measures; the model file. The loop does the rest. All that a work does is a function of
the settings, the data and the numbers it is given, so that a resumed run is exact.
"""

import abc
import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, final

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..config import Config
from ..data.prepared import Prepared
from ..data.vocabulary import BOS, PAD
from ..evaluation.measure import Measure
from ..export.model_file import ModelFile
from ..export.parts import Parts
from ..export.start_model import StartModel, with_rows
from .device import widened
from .sample import SampleOutput

MANY_BATCHES = 200_000  # of all plans that are looked at for the number of steps


class Work(abc.ABC):
    """A task at work on one data set.

    Attributes:
        unit: What the loss is per, e.g. `symbol`.
        volume_unit: What the speed counts, e.g. `symbols`.
        measures: What a validation measures; the first decides which model is best.
        config: Settings; those that depend on the data are filled in by `open`.
        report, fingerprint, rows_seen: Of the data, see `Prepared`.
        start: The model that the run begins with, if any.
    """

    unit: ClassVar[str]
    volume_unit: ClassVar[str]
    measures: tuple[Measure, ...]

    def __init__(self, data: Prepared, config: Config) -> None:
        """
        Args:
            data: What the task trains and validates on.
            config: Settings; a task fills in those that depend on the data.
        """
        self.config = config
        self.report, self.fingerprint = data.report, data.fingerprint
        self.rows_seen = data.rows_seen
        self.start: StartModel | None = None

    @classmethod
    @abc.abstractmethod
    def open(
        cls, data: object, valid: object | None, config: Config, known: Parts | None = None
    ) -> "Work":
        """Read, split and encode the data; fill in the settings that depend on it.

        Args:
            data: What the user gave to train on.
            valid: What the user gave to validate on; if `None`, a part of `data` is held out.
            config: Settings of this task.
            known: Of the model that the run begins with: its vocabularies and classes are extended
                at their ends, and all else that its network was made with is kept.
        Raises:
            DataError: The data break a rule.
        """

    @abc.abstractmethod
    def build(self) -> nn.Module:
        """The network with new weights, drawn from torch's generator."""

    @abc.abstractmethod
    def plan(self, epoch: int) -> Sequence[np.ndarray]:
        """Rows of each batch of an epoch: a function of `(training.seed, epoch)`."""

    @abc.abstractmethod
    def size(self, rows: np.ndarray) -> int:
        """Units of the loss in these rows."""

    @abc.abstractmethod
    def volume(self, rows: np.ndarray) -> int:
        """What the speed counts in these rows."""

    @abc.abstractmethod
    def loss(self, network: nn.Module, rows: np.ndarray, device: torch.device) -> Tensor:
        """The loss summed over the units of these rows.

        Args:
            network: The network, to be called once. It may be wrapped, so it is only called.
            rows: Some rows of a batch, at least one; with several processes, this one's share.
            device: Where the network is.
        Whatever is drawn comes from torch's generator, which the loop seeds for every step.
        """

    @abc.abstractmethod
    def validate(self, network: nn.Module, device: torch.device) -> dict[str, float]:
        """Measure the network, in evaluation mode, on the validation data.

        Returns:
            A value a measure, and `valid_loss`, a loss per unit, which decides between equal ones.
        """

    @abc.abstractmethod
    def samples(
        self, network: nn.Module, device: torch.device, number: int
    ) -> tuple[SampleOutput, ...]:
        """Outputs for some of the validation data, the same inputs each time.

        Args:
            network: The network, in evaluation mode.
            device: Where it is.
            number: How many; fewer if there are fewer data.
        """

    @abc.abstractmethod
    def keep_valid(self, share: float) -> str:
        """Validate on this share of the validation data from now on; say what that is.

        Args:
            share: From 0 to 1; a few examples stay however small it is.
        """

    @abc.abstractmethod
    def contents(self, network: nn.Module) -> tuple[Parts, dict[str, object]]:
        """What its model file holds besides settings and weights, and how much data there were."""

    @final
    def begin(self, network: nn.Module) -> None:
        """Give a new network the weights of the model that the run begins with."""
        if self.start is None:
            return
        with torch.no_grad():
            for name, weight in network.named_parameters():
                grown = with_rows(weight.numpy(), self.start.file.tensors[name])
                weight.copy_(torch.from_numpy(grown))

    @final
    def model_file(self, network: nn.Module, training: dict[str, object]) -> ModelFile:
        """The network as a model file.

        Args:
            network: The network, with the weights to ship.
            training: The record of the training, for the file.
        """
        parts, amounts = self.contents(network)
        return ModelFile(
            task=self.config.task,
            model=self.config.model,
            decoding=self.config.decoding,
            parts=parts,
            training={**amounts, **training},
            tensors={
                name: weight.detach().float().cpu().numpy()
                for name, weight in network.named_parameters()
            },
        )

    @abc.abstractmethod
    def default_steps(self) -> int:
        """Length of a run if the user gives none."""

    def validation_steps(self) -> float:
        """A guess of what a validation costs, in training steps; for runs of so many minutes."""
        return 1.0

    def carried(self) -> dict[str, Tensor]:
        """State that goes on from batch to batch, beside the weights; saved in checkpoints.

        With several processes each gives its own rows, and zeros for those of the others: the
        loop adds them up.
        """
        return {}

    def restore(self, carried: dict[str, Tensor]) -> None:
        """Take back what `carried` gave."""
        assert not carried, "a work that carries something takes it back"

    def finish(self, path: Path) -> str | None:
        """Add to the best model's file what can be found once training is over; say what it was.

        Nothing by default. It may be interrupted, and is called again when the run is resumed.

        Args:
            path: The model file, whole before and after.
        """
        return None

    @final
    def steps_of(self, epochs: float) -> int:
        """Batches of some epochs; their number may vary a little, so beyond 32 it is the mean's.

        Of very many rows fewer epochs are looked at: a plan takes seconds then, and varies less.
        """
        whole = int(epochs)
        lengths = [len(self.plan(0))]
        looked = min(whole + 1, 32, 1 + MANY_BATCHES // lengths[0])
        lengths += [len(self.plan(epoch)) for epoch in range(1, looked)]
        if whole < len(lengths):
            return max(1, sum(lengths[:whole]) + round((epochs - whole) * lengths[whole]))
        return round(epochs * sum(lengths) / len(lengths))


def spread(number: int, share: float) -> np.ndarray:
    """Places of a share of so many examples, evenly spread: at least 20 of them, or all."""
    kept = min(number, max(20, round(share * number)))
    places: np.ndarray = np.arange(kept) * number // kept
    return places


def places_of(number: int, among: int) -> np.ndarray:
    """The places of some samples among the validation data, evenly spread."""
    kept = min(number, among)
    places: np.ndarray = np.arange(kept) * among // max(kept, 1)
    return places


def resolved(config: Config, data: object, rate: float) -> Config:
    """Settings with their data section filled in, and a learning rate where none is set."""
    training = config.training
    if training.learning_rate is None:
        training = dataclasses.replace(training, learning_rate=rate)
    return dataclasses.replace(config, data=data, training=training)


def target_loss(
    network: nn.Module, source: Tensor, lengths: Tensor, target: Tensor, smoothing: float
) -> Tensor:
    """Cross-entropy of targets `(B, T)` summed over their symbols, by teacher forcing."""
    read = torch.cat([torch.full_like(target[:, :1], BOS), target[:, :-1]], dim=1)
    logits_BTV = widened(network(source, lengths, read))
    return F.cross_entropy(
        logits_BTV.flatten(0, 1),
        target.flatten(),
        ignore_index=PAD,
        reduction="sum",
        label_smoothing=smoothing,
    )
