"""A stream of every task, on either engine, with an input to cut: what tests of streams share."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from seqloom.decoding.forecast_table import ForecastTable
from seqloom.engine import available
from seqloom.runtime import model_of

from ..export import classifiers, forecasts, language_models, models, speech

ENGINES = ("numpy", "native") if available() else ("numpy",)
FILES: dict[str, Callable[[str], Any]] = {
    "classify": lambda name: classifiers.random_classifier(name)[0],
    "forecast": lambda name: forecasts.random_forecaster(forecasts.CONFIGS[name])[0],
    "generate": lambda name: language_models.random_language_model(name)[0],
    "transcribe": lambda name: speech.random_speech_model(speech.CONFIGS[name])[0],
    "transduce": lambda name: models.random_model(models.CONFIGS[name])[0],
}
TEXT = "Not a\n good FILM,  not at\u00a0all: it's b\u00e4d film film good"
SERIES = np.random.default_rng(2).normal(size=26) * 3 + 10


@dataclass(frozen=True)
class Case:
    """A stream and an input to cut.

    Attributes:
        task: Whose.
        name: Of the random network.
        options: Of the stream.
        whole: The input, which slices cut.
    """

    task: str
    name: str
    options: dict[str, Any]
    whole: Any

    def stream(self, engine: str) -> Any:
        """A new stream."""
        return model(self.task, self.name, engine).stream(**self.options)


@cache
def file(task: str, name: str) -> Any:
    """The contents of a random model file."""
    return FILES[task](name)


@cache
def model(task: str, name: str, engine: str) -> Any:
    """A random model at work."""
    return model_of(file(task, name), engine)


def answer(stream: Any) -> bytes:
    """All that a stream says at its end, to the last bit."""
    found = stream.finish()
    parts: list[Any] = [found]
    if isinstance(found, ForecastTable):
        parts = [found.point, found.lower, found.upper, found.time]
    if hasattr(stream, "cost"):
        parts += [stream.cost, "".join(stream.write(7)), stream.log_probabilities]
    if hasattr(stream, "log_probability"):
        parts += [stream.log_probability, stream.text]
    return b"|".join(p.tobytes() if isinstance(p, np.ndarray) else repr(p).encode() for p in parts)


CASES = {
    f"{task}: {name} {options or ''}".strip(): Case(task, name, options, whole)
    for task, name, options, whole in (
        *(("classify", n, {}, TEXT) for n in classifiers.CONFIGS if n.startswith("one way")),
        *(
            ("forecast", n, {"history": SERIES[:8]}, SERIES[8:])
            for n in ("gru, direct, attention", "autoregressive, gaussian", "transformer")
        ),
        *(
            ("generate", n, {"prompt": "ab", "seed": 3}, "fade cab\nbead dcba fed" * 2)
            for n in ("lstm, two layers, tied", "transformer, short context", "window of 4")
        ),
        *(
            ("transcribe", "ctc gru, one way", {"beam": beam}, speech.noise(5000, seed=4))
            for beam in (1, 3)
        ),
        ("transcribe", "ctc lstm, one way", {}, speech.noise(3000, seed=5)),
        ("transduce", "lstm, additive", {}, "abcdefgab"),
        ("transduce", "gru, context", {"temperature": 0.9, "seed": 4}, "gfedcb"),
        ("transduce", "transformer", {"temperature": 1.1, "top_k": 4}, "bcdefga"),
    )
}
