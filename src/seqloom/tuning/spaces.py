"""The default search space of every task and architecture: the only list of them.

A space has few dimensions, because a search has few trials: the learning rate and the size of the
network, which mattered most in Greff et al. 2017 ("LSTM: A Search Space Odyssey"), what
regularises, and the parts of which neither is better on all data. Every space contains the
defaults, which are trial 0. `docs/tune.md` shows them. Checked by `tests/tuning/test_spaces.py`.
"""

from collections.abc import Mapping

from .space import Dimension


def _whole(name: str, low: int, high: int, step: int = 1) -> Dimension:
    return Dimension(name, low=low, high=high, step=step)


def _share(name: str, low: float, high: float) -> Dimension:
    return Dimension(name, low=low, high=high, step=0.05)


def _log(name: str, low: float, high: float) -> Dimension:
    return Dimension(name, low=low, high=high, log=True)


def _one_of(name: str, *choices: str | bool) -> Dimension:
    return Dimension(name, choices=choices)


_CELL = _one_of("model.cell", "lstm", "gru")
_SMOOTHING = _share("training.label_smoothing", 0.0, 0.2)
_WORD_DROPOUT = _share("model.word_dropout", 0.0, 0.5)
_DECAY = _log("training.weight_decay", 0.001, 1.0)

SPACES: Mapping[str, Mapping[str, tuple[Dimension, ...]]] = {
    "transduce": {
        "recurrent": (
            _log("training.learning_rate", 5e-4, 8e-3),
            _whole("model.hidden_size", 64, 512, 64),
            _whole("model.encoder_layers", 1, 3),
            _share("model.dropout", 0.0, 0.5),
            _CELL,
            _SMOOTHING,
            _whole("data.batch_symbols", 512, 2048, 512),
        ),
        "transformer": (
            _log("training.learning_rate", 2e-4, 3e-3),
            _whole("model.hidden_size", 64, 512, 64),
            _whole("model.encoder_layers", 2, 6),
            _whole("model.decoder_layers", 1, 4),
            _share("model.dropout", 0.0, 0.4),
            _SMOOTHING,
            _whole("data.batch_symbols", 512, 2048, 512),
        ),
    },
    "classify": {
        "recurrent": (
            _log("training.learning_rate", 3e-4, 5e-3),
            _whole("model.hidden_size", 32, 256, 32),
            _share("model.dropout", 0.2, 0.7),
            _WORD_DROPOUT,
            _one_of("model.pool", "max", "mean", "attention"),
            _CELL,
            _DECAY,
        ),
        "fully-connected": (
            _log("training.learning_rate", 3e-4, 1e-2),
            _whole("model.embedding_size", 32, 320, 32),
            _whole("model.hidden_size", 32, 256, 32),
            _share("model.dropout", 0.2, 0.7),
            _WORD_DROPOUT,
            _DECAY,
        ),
        "transformer": (
            _log("training.learning_rate", 2e-4, 3e-3),
            _whole("model.hidden_size", 64, 256, 64),
            _whole("model.layers", 1, 4),
            _share("model.dropout", 0.1, 0.5),
            _WORD_DROPOUT,
            _one_of("model.pool", "max", "mean", "attention"),
            _DECAY,
        ),
    },
    "forecast": {
        "recurrent": (
            _log("training.learning_rate", 3e-4, 8e-3),
            _whole("model.hidden_size", 32, 256, 32),
            _whole("model.layers", 1, 3),
            _share("model.dropout", 0.0, 0.4),
            _CELL,
            _one_of("model.attention", True, False),
            _log("training.weight_decay", 0.001, 0.3),
        ),
        "fully-connected": (
            _log("training.learning_rate", 2e-4, 5e-3),
            _whole("model.hidden_size", 128, 1024, 128),
            _whole("model.blocks", 1, 6),
            _share("model.dropout", 0.0, 0.4),
            _log("training.weight_decay", 0.001, 0.3),
        ),
        "transformer": (
            _log("training.learning_rate", 2e-4, 4e-3),
            _whole("model.hidden_size", 32, 192, 32),
            _whole("model.layers", 1, 4),
            _share("model.dropout", 0.0, 0.4),
            _log("training.weight_decay", 0.001, 0.3),
        ),
    },
    "generate": {
        "recurrent": (
            _log("training.learning_rate", 1e-3, 1e-2),
            _whole("model.hidden_size", 128, 1024, 128),
            _whole("model.layers", 1, 3),
            _share("model.dropout", 0.0, 0.6),
            _share("model.recurrent_dropout", 0.0, 0.5),
            _CELL,
        ),
        "transformer": (
            _log("training.learning_rate", 5e-4, 5e-3),
            _whole("model.hidden_size", 64, 384, 64),
            _whole("model.layers", 2, 8),
            _share("model.dropout", 0.0, 0.4),
        ),
        "fully-connected": (
            _log("training.learning_rate", 5e-4, 8e-3),
            _whole("model.window", 4, 32, 4),
            _whole("model.hidden_size", 128, 1024, 128),
            _share("model.dropout", 0.0, 0.4),
        ),
    },
    "transcribe": {
        "ctc": (
            _log("training.learning_rate", 1e-3, 1e-2),
            _whole("model.hidden_size", 64, 320, 64),
            _whole("model.layers", 1, 4),
            _share("model.dropout", 0.0, 0.4),
            _CELL,
            _share("data.time_masks", 0.0, 1.0),
        ),
        "las": (
            _log("training.learning_rate", 1e-3, 8e-3),
            _whole("model.hidden_size", 64, 320, 64),
            _share("model.dropout", 0.0, 0.4),
            _CELL,
            _SMOOTHING,
            _share("data.time_masks", 0.0, 1.0),
        ),
    },
}


def default_space(task: str, architecture: str) -> tuple[Dimension, ...]:
    """The dimensions that are searched if the user names none.

    Args:
        task: A key of `TASKS`.
        architecture: One that the task has.
    """
    return SPACES[task][architecture]
