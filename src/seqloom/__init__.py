"""seqloom: sequence models with memory.

    import seqloom
    result = seqloom.train("words.tsv", minutes=5)
    result.model.predict(["remember"])
    seqloom.load("runs/words").evaluate("test.tsv")

`load` and predicting need NumPy; `train`, `resume` and `seqloom.layers` need the extra `train`.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from .extras import missing_extra
from .version import __version__

if TYPE_CHECKING:
    from .comparison import compare
    from .config import Config
    from .decoding import Alignment
    from .errors import SeqloomError
    from .evaluation.tasks import ModelEvaluation, evaluate
    from .inspection import Trace
    from .quantisation import QuantizeResult, quantize
    from .runtime import Model, Prediction, TextStates, load
    from .runtime.classify import Classifier
    from .runtime.forecast import Forecaster
    from .runtime.generate import Generator
    from .runtime.transcribe import Transcriber
    from .runtime.transduce import Transducer
    from .training import Callback, Result, resume, train, watch
    from .tuning import TuneResult, tune

__all__ = [
    "Alignment",
    "Callback",
    "Classifier",
    "Config",
    "Forecaster",
    "Generator",
    "Model",
    "ModelEvaluation",
    "Prediction",
    "QuantizeResult",
    "Result",
    "SeqloomError",
    "TextStates",
    "Trace",
    "Transcriber",
    "Transducer",
    "TuneResult",
    "__version__",
    "compare",
    "evaluate",
    "load",
    "quantize",
    "resume",
    "train",
    "tune",
    "watch",
]

_HOMES = {
    "Alignment": "decoding",
    "Callback": "training",
    "Classifier": "runtime.classify",
    "Config": "config",
    "Forecaster": "runtime.forecast",
    "Generator": "runtime.generate",
    "Model": "runtime",
    "ModelEvaluation": "evaluation.tasks",
    "Prediction": "runtime",
    "QuantizeResult": "quantisation",
    "TextStates": "runtime",
    "Result": "training",
    "SeqloomError": "errors",
    "Trace": "inspection",
    "Transcriber": "runtime.transcribe",
    "Transducer": "runtime.transduce",
    "TuneResult": "tuning",
    "compare": "comparison",
    "evaluate": "evaluation.tasks",
    "load": "runtime",
    "quantize": "quantisation",
    "resume": "training",
    "train": "training",
    "tune": "tuning",
    "watch": "training",
}


def __getattr__(name: str) -> object:
    """Import a public name when it is first asked for: `import seqloom` alone loads nothing big."""
    if name not in _HOMES:
        raise AttributeError(f"module 'seqloom' has no attribute {name!r}")
    try:
        return getattr(import_module(f".{_HOMES[name]}", __name__), name)
    except ModuleNotFoundError as error:
        raise missing_extra(f"seqloom.{name}", error) from error


def __dir__() -> list[str]:
    return __all__
