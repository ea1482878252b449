"""The architectures: the networks that make sense for a task, each a step from the one before.

    fully-connected   no memory, or a window of fixed width
    rnn lstm gru      one vector carries all that is remembered (for pairs: the fixed context)
    attention         the decoder looks back at every state
    transformer       nothing but attention

Neighbours differ in one thing, so a difference between their scores has one name. Sizes are the
task's defaults, the same for `rnn`, `lstm`, `gru` and `attention`.

Source: the order of the papers: Elman 1990, Hochreiter & Schmidhuber 1997, Cho et al. 2014,
Bahdanau, Cho & Bengio 2015, Vaswani et al. 2017. Checked by
`tests/comparison/test_architectures.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..config.rules import one_of
from ..errors import ConfigError
from ..tasks import TASKS


@dataclass(frozen=True)
class Architecture:
    """An architecture of a task.

    Attributes:
        name: In files and folders, e.g. `gru-attention`.
        title: For people.
        kind: What `--architectures` takes, e.g. `attention`.
        model: Settings of `[model]` that make it what it is.
    """

    name: str
    title: str
    kind: str
    model: Mapping[str, object]


def _recurrent(title: str, kind: str = "recurrent", **model: object) -> list[Architecture]:
    """The same network with each cell; `CELL` in a title or a setting stands for its name."""
    found = []
    for cell in ("rnn", "lstm", "gru"):
        settings = {name: cell if value == "CELL" else value for name, value in model.items()}
        named = title.replace("CELL", cell.upper())
        found.append(Architecture(cell, named, cell, {"architecture": kind, **settings}))
    return found


def _attention(**model: object) -> Architecture:
    settings = {"architecture": "recurrent", **model}
    return Architecture("gru-attention", "GRU with attention", "attention", settings)


def _fully_connected(title: str) -> Architecture:
    return Architecture(
        "fully-connected", title, "fully-connected", {"architecture": "fully-connected"}
    )


_TRANSFORMER = Architecture(
    "transformer", "Transformer", "transformer", {"architecture": "transformer"}
)

TRANSDUCE = (
    *_recurrent("CELL, fixed context", encoder_cell="CELL", decoder_cell="CELL", link="context"),
    _attention(encoder_cell="gru", decoder_cell="gru", link="attention"),
    _TRANSFORMER,
)
CLASSIFY = (
    _fully_connected("mean of embeddings"),
    *_recurrent("CELL, last state", cell="CELL", pool="last"),
    _attention(cell="gru", pool="attention"),
    _TRANSFORMER,
)
FORECAST = (
    _fully_connected("fully-connected, the whole window"),
    *_recurrent("CELL, fixed context", cell="CELL", attention=False),
    _attention(cell="gru", attention=True),
    _TRANSFORMER,
)
GENERATE = (
    _fully_connected("fully-connected, a window"),
    *_recurrent("CELL", cell="CELL"),
    _TRANSFORMER,
)
TRANSCRIBE = (
    *_recurrent("CELL, CTC", "ctc", cell="CELL"),
    Architecture(
        "las", "GRU, listen, attend and spell", "attention", {"architecture": "las", "cell": "gru"}
    ),
)


def architectures_of(task: str, wanted: Sequence[str] | None = None) -> tuple[Architecture, ...]:
    """The architectures of a task in their order.

    Args:
        task: A key of `TASKS`.
        wanted: Some of them, by kind or by name; all if `None`.
    Raises:
        ConfigError: The task has no such architecture, or none is left.
    """
    every: tuple[Architecture, ...] = TASKS[task].part("architectures")
    if wanted is None:
        return every
    known = list(dict.fromkeys(name for one in every for name in (one.kind, one.name)))
    for name in wanted:
        one_of("--architectures", name, known, "compare")
    if not wanted:
        raise ConfigError(f"compare: `--architectures` must name at least 1 of {', '.join(known)}.")
    return tuple(one for one in every if one.kind in wanted or one.name in wanted)


def fixed_settings(task: str) -> set[str]:
    """Keys of `[model]` that make the architectures of a task, and so are not the user's to set."""
    return {key for architecture in architectures_of(task) for key in architecture.model}
