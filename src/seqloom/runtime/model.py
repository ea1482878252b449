"""A model file at work, with NumPy alone.

Each task has a `Model` of its own, made of the steps of `reference/`; whatever replaces one keeps
its face.
"""

import abc
import dataclasses
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from .. import engine as native
from ..errors import ConfigError
from ..export.digest import digest
from ..export.model_file import ModelFile
from ..networks import network_of
from ..parallel import check_threads
from ..plain import printable, shown
from ..tasks import TASKS
from .numpy_ops import PLAIN
from .stream import ModelStream

if TYPE_CHECKING:
    from ..evaluation.model_evaluation import ModelEvaluation
    from ..inspection import Trace


Engine = Literal["auto", "native", "numpy"]
SIZES = ("layers", "encoder_layers", "decoder_layers", "hidden_size")  # that a repr names
COUNTS = ("pairs", "texts", "series", "recordings", "characters")  # what it was trained on


class Model(abc.ABC):
    """A trained model, ready to predict.

    Attributes:
        file: What its file holds.
        path: Where that is; `None` if it was read from none.
        parts: The task's own part of that.
        network: Its network, in NumPy.
        runner: The same on the engine that predicts.
        threads: On which the native engine works at once.
    """

    network: Any
    runner: Any

    def __init__(self, file: ModelFile, engine: Engine = "auto", threads: int | None = 1) -> None:
        """
        Args:
            file: A model file's contents.
            engine: See `seqloom.load`.
            threads: See `seqloom.load`.
        Raises:
            FormatError: Settings and tensors do not fit together.
            ConfigError: The engine is not built, or there is no such engine.
        """
        self.threads = check_threads(threads)
        self.file = file
        self.path: Path | None = None
        self.parts = file.parts
        unbound = network_of(file.task, file.model, file.parts.sizes)
        self.network: Any = unbound.bound(file.tensors, PLAIN)
        self.runner: Any = self.network
        check_engine(engine)
        if engine == "native" or (engine == "auto" and native.available()):
            self.runner = native.on_engine(
                unbound, self.network, file.weights, threads=self.threads
            )

    @abc.abstractmethod
    def predict(self, *inputs: Any, **options: Any) -> Any:
        """The answers to inputs; what they are depends on the task."""

    @abc.abstractmethod
    def stream(self, *given: Any, **options: Any) -> ModelStream:
        """The model at work on input that comes in pieces; `docs/streaming.md`.

        Raises:
            ConfigError: Its network needs the whole input.
        """

    @abc.abstractmethod
    def describe_parts(self) -> Iterator[tuple[str, object]]:
        """Name and value of what the task holds besides its network."""

    def trace(
        self,
        x: object,
        *,
        target: object = None,
        gradients: bool = True,
        jacobians: bool = True,
        importance: bool = True,
        attention: Mapping[tuple[int, int], float] | None = None,
    ) -> "Trace":
        """Everything that the network did with one input.

        Args:
            x: One of what `predict` takes a list of: a text, a recording (an audio file, or samples
                at the model's rate); of a forecasting model, what `predict` takes, with one series.
            target: The answer to explain: a label, an output text, of `generate` the symbol that
                follows; the model's own answer if `None`. A forecast has none.
            gradients: Also the gradient of the loss by every state and by the input.
            jacobians: Also what each state still is to the last one.
            importance: Also which inputs brought the answer about: integrated gradients and
                leave-one-out. It takes by far the longest.
            attention: Of a recurrent model of pairs with attention, weights of its decoder set by
                hand, by target step and source step, counted from 0. The others of a target step
                are scaled so that its weights sum to 1, and the decoder goes on from there.
                `{(2, 0): 1.0}`: while it writes the third symbol it sees the first only.
        Returns:
            A `Trace`; `docs/trace.md` lists its arrays.
        Raises:
            DataError: `x` is refused as `predict` refuses it.
            ConfigError: `target` is no answer that the model can give, or `attention` cannot be
                set so.
        """
        from ..inspection.tracing import trace_of

        return trace_of(
            self,
            x,
            target=target,
            attention=attention,
            gradients=gradients,
            jacobians=jacobians,
            importance=importance,
        )

    def evaluate(self, data: object, **options: Any) -> "ModelEvaluation":
        """Measure the model on test data; as `seqloom.evaluate`, which has the options.

        Args:
            data: Test data in the form of the training data.
            **options: Of the task.
        Raises:
            DataError: The data breaks a rule.
            ConfigError: An option is not one of the task's, or out of range.
            MissingExtraError: The metrics or baselines need a package that is not installed.
        """
        from ..evaluation.tasks import evaluate

        return evaluate(self, data, **options)

    @property
    def name(self) -> str | None:
        """The path of its file as a text."""
        return None if self.path is None else str(self.path)

    def __repr__(self) -> str:
        file, record = self.file, self.file.training
        place = "in memory" if self.path is None else f"of {self.path}"
        lines = [f"{type(self).__name__} {place}"]
        sizes = [f"{n} {v}" for n, v in vars(file.model).items() if n in SIZES]
        cells = dict.fromkeys(v for n, v in vars(file.model).items() if n.endswith("cell"))
        network = " ".join([file.model.architecture, *cells])
        lines.append(f"network: {', '.join([network, *sizes])}; {self.parameters:,} parameters")
        lines += [f"{name}: {value}" for name, value in self.describe_parts()]
        lines.append(f"engine: {self.engine}")
        counts = [f"{record[n]:,} {n}" for n in COUNTS if isinstance(record.get(n), int)]
        steps = f"{record['step']:,} steps" if isinstance(record.get("step"), int) else ""
        trained = ", ".join(filter(None, [*counts, steps]))
        lines += [f"trained on: {trained}"] if trained else []
        scores = {n.removeprefix("valid_"): v for n, v in record.items() if n.startswith("valid_")}
        known = [f"{n.replace('_', ' ')} {v:.4g}" for n, v in scores.items() if _is_number(v)]
        lines += [f"validation: {', '.join(known)}"] if known else []
        return "\n  ".join(map(printable, lines))

    @cached_property
    def digest(self) -> str:
        """SHA-256 of all that its answers depend on: settings of the network, parts, weights."""
        parts, model = self.parts, dataclasses.asdict(self.file.model)
        header = {"task": self.file.task, "model": model, **parts.to_json()}
        return digest(header, self.file.tensors | parts.to_tensors())

    @property
    def engine(self) -> str:
        """What runs the network: `native` and its instruction set, or `numpy`."""
        program = native.program_of(self.runner)
        return "numpy" if program is None else f"native ({program.library.isa})"

    @property
    def parameters(self) -> int:
        """Numbers that the network learned."""
        return sum(tensor.size for tensor in self.file.tensors.values())

    def describe(self) -> Iterator[tuple[str, object]]:
        """Name and value of everything worth knowing about the model."""
        file = self.file
        yield "task", file.task
        yield from self.describe_parts()
        yield "parameters", self.parameters
        for section in (file.model, file.decoding):
            yield from vars(section).items()
        for name, value in file.training.items():
            if name == "settings":
                for section in value.values():
                    yield from section.items()
            elif name == "from":
                yield name, ", ".join(f"{one['file']} ({one['sha256'][:12]})" for one in value)
            elif name != "rows_seen":  # numbers that tell nobody anything
                yield name, value


def check_engine(engine: str) -> None:
    """Raise a ConfigError unless there is such an engine."""
    if engine not in get_args(Engine):
        raise ConfigError(
            f"load: `engine` must be one of {', '.join(get_args(Engine))}, got {shown(engine)}."
        )


def model_of(file: ModelFile, engine: Engine = "auto", threads: int | None = 1) -> Model:
    """The contents of a model file at work.

    Args:
        file: The contents.
        engine: See `seqloom.load`.
        threads: See `seqloom.load`.
    Raises:
        FormatError: Settings and tensors do not fit together.
        ConfigError: The engine is not built, or there is no such engine.
    """
    model: type[Model] = TASKS[file.task].part("model")
    return model(file, engine, threads)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float)
