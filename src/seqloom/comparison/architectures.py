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

CELLS = ("rnn", "lstm", "gru")


@dataclass(frozen=True)
class Architecture:
    """An architecture of a task.

    Attributes:
        name: In files and folders, e.g. `gru-attention`.
        title: For people.
        kind: What `--rungs` takes, e.g. `attention`.
        model: Settings of `[model]` that make it what it is.
    """

    name: str
    title: str
    kind: str
    model: Mapping[str, object]


def _cells(how: str, **model: object) -> list[Architecture]:
    return [
        Architecture(
            cell, f"{cell.upper()}{how}", cell, {"architecture": "recurrent", "cell": cell, **model}
        )
        for cell in CELLS
    ]


def _pair_cells() -> list[Architecture]:
    return [
        Architecture(
            cell,
            f"{cell.upper()}, fixed context",
            cell,
            {
                "architecture": "recurrent",
                "encoder_cell": cell,
                "decoder_cell": cell,
                "link": "context",
            },
        )
        for cell in CELLS
    ]


_TRANSFORMER = Architecture(
    "transformer", "Transformer", "transformer", {"architecture": "transformer"}
)
_ATTENTION = ("gru-attention", "GRU with attention", "attention")

TRANSDUCE = (
    *_pair_cells(),
    Architecture(
        *_ATTENTION,
        {
            "architecture": "recurrent",
            "encoder_cell": "gru",
            "decoder_cell": "gru",
            "link": "attention",
        },
    ),
    _TRANSFORMER,
)
CLASSIFY = (
    Architecture(
        "fully-connected",
        "mean of embeddings",
        "fully-connected",
        {"architecture": "fully-connected"},
    ),
    *_cells(", last state", pool="last"),
    Architecture(*_ATTENTION, {"architecture": "recurrent", "cell": "gru", "pool": "attention"}),
    _TRANSFORMER,
)
FORECAST = (
    Architecture(
        "fully-connected",
        "fully-connected, the whole window",
        "fully-connected",
        {"architecture": "fully-connected"},
    ),
    *_cells(", fixed context", attention=False),
    Architecture(*_ATTENTION, {"architecture": "recurrent", "cell": "gru", "attention": True}),
    _TRANSFORMER,
)
GENERATE = (
    Architecture(
        "fully-connected",
        "fully-connected, a window",
        "fully-connected",
        {"architecture": "fully-connected"},
    ),
    *_cells(""),
    _TRANSFORMER,
)
TRANSCRIBE = (
    *(
        Architecture(cell, f"{cell.upper()}, CTC", cell, {"architecture": "ctc", "cell": cell})
        for cell in CELLS
    ),
    Architecture(
        "las",
        "GRU, listen, attend and spell",
        "attention",
        {"architecture": "las", "cell": "gru"},
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
    known = list(
        dict.fromkeys(
            name for architecture in every for name in (architecture.kind, architecture.name)
        )
    )
    for name in wanted:
        one_of("--rungs", name, known, "compare")
    if not wanted:
        raise ConfigError(f"compare: `--rungs` must name at least 1 of {', '.join(known)}.")
    return tuple(
        architecture
        for architecture in every
        if architecture.kind in wanted or architecture.name in wanted
    )


def fixed_settings(task: str) -> set[str]:
    """Keys of `[model]` that make the architectures of a task, and so are not the user's to set."""
    return {key for architecture in architectures_of(task) for key in architecture.model}
