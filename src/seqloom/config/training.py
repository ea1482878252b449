"""The length of a run, the optimiser, and when to stop: what every task has under `[training]`."""

from dataclasses import dataclass
from typing import Literal

from ..errors import ConfigError
from .rules import ConfigSection, choice, number, text

DeviceName = Literal["auto", "cpu", "cuda", "mps"]


@dataclass(frozen=True, kw_only=True)
class TrainingConfig(ConfigSection):
    """The length of a run, the optimiser, and when to stop. Tasks add what only they need."""

    epochs: float | None = number(None, 0.01, 100_000, "passes over the training data")
    minutes: float | None = number(
        None, 0.05, 100_000, "length of the whole command in minutes, see above"
    )
    steps: int | None = number(None, 1, 1_000_000_000, "number of optimizer steps")
    device: DeviceName = choice(
        "auto", "where to compute; auto: a CUDA device if there is one, else the CPU"
    )
    threads: int | None = number(
        None, 1, 1024, "threads of the CPU; by default as many as PyTorch takes"
    )
    precision: Literal["float32", "bfloat16", "auto"] = choice(
        "float32",
        "precision of the layers on a CUDA device; auto: bfloat16 if the device has it",
    )
    seed: int = number(1, 0, 2**31 - 1, "random seed of weights, batches and dropout")
    learning_rate: float | None = number(None, 1e-7, 10.0, "peak learning rate of the schedule")
    warmup: float = number(0.1, 0.0, 0.9, "fraction of the steps in which the learning rate rises")
    weight_decay: float = number(0.01, 0.0, 1.0, "weight decay of AdamW, on weight matrices")
    clip_norm: float = number(1.0, 1e-3, 1e6, "maximum norm of the gradient (clipping)")
    averaging: float = number(
        0.998, 0.0, 0.99999, "decay of the exponential moving average of the weights, per step"
    )
    patience: int = number(
        15,
        1,
        100_000,
        "validations without improvement until the learning rate is annealed and training ends",
    )
    valid_share: float = number(
        1.0,
        0.01,
        1.0,
        "fraction of the validation data that is used; short runs of minutes use less",
    )
    samples: int = number(2, 0, 20, "sample outputs that each validation shows")
    pace: str | None = text(
        None, "recorded schedule of a run of minutes or a lengthened run; repeats that run exactly"
    )
    memory_every: int = number(
        250, 0, 1_000_000_000, "steps between two measurements of the memory in the log; 0 for none"
    )

    def __post_init__(self) -> None:
        given = [n for n in ("epochs", "minutes", "steps") if getattr(self, n) is not None]
        if len(given) > 1:
            raise ConfigError(
                f"config: {' and '.join(given)} exclude each other. Drop one; the config.toml of "
                "a run has steps."
            )
