"""seqloom: sequence models with memory.

    import seqloom
    seqloom.train("words.tsv", config={"training": {"minutes": 5}})
    model = seqloom.load("runs/words")
    model.predict(["remember"])

`load` needs NumPy only; `train`, `resume` and `seqloom.layers` need the extra `train`.
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
    from .inspection import Trace
    from .runtime import Model, Prediction, load
    from .training import Callback, Result, resume, train, watch

__all__ = [
    "Alignment",
    "Callback",
    "Config",
    "Model",
    "Prediction",
    "Result",
    "SeqloomError",
    "Trace",
    "__version__",
    "compare",
    "load",
    "resume",
    "train",
    "watch",
]

_HOMES = {
    "Alignment": "decoding",
    "Callback": "training",
    "Config": "config",
    "Model": "runtime",
    "Prediction": "runtime",
    "Result": "training",
    "SeqloomError": "errors",
    "Trace": "inspection",
    "compare": "comparison",
    "load": "runtime",
    "resume": "training",
    "train": "training",
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
