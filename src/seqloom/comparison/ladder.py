"""The ladder: the networks that make sense for a task, each a step from the one before.

    fully-connected   no memory, or a window of fixed width
    rnn lstm gru      one vector carries all that is remembered (for pairs: the fixed context)
    attention         the decoder looks back at every state
    transformer       nothing but attention

Neighbours differ in one thing, so a difference between their scores has one name. Sizes are the
task's defaults, the same for `rnn`, `lstm`, `gru` and `attention`.

Source: the order of the papers: Elman 1990, Hochreiter & Schmidhuber 1997, Cho et al. 2014,
Bahdanau, Cho & Bengio 2015, Vaswani et al. 2017. Checked by `tests/comparison/test_ladder.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..config.rules import one_of
from ..errors import ConfigError
from ..tasks import TASKS

CELLS = ("rnn", "lstm", "gru")


@dataclass(frozen=True)
class Rung:
    """One network of the ladder.

    Attributes:
        name: In files and folders, e.g. `gru-attention`.
        title: For people.
        rung: Its place on the ladder, what `--rungs` takes, e.g. `attention`.
        model: Settings of `[model]` that make it what it is.
    """

    name: str
    title: str
    rung: str
    model: Mapping[str, Any]


def _cells(how: str, **model: Any) -> list[Rung]:
    return [
        Rung(
            cell, f"{cell.upper()}{how}", cell, {"architecture": "recurrent", "cell": cell, **model}
        )
        for cell in CELLS
    ]


def _pair_cells() -> list[Rung]:
    return [
        Rung(
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


_TRANSFORMER = Rung("transformer", "Transformer", "transformer", {"architecture": "transformer"})
_ATTENTION = ("gru-attention", "GRU with attention", "attention")

TRANSDUCE = (
    *_pair_cells(),
    Rung(
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
    Rung(
        "fully-connected",
        "mean of embeddings",
        "fully-connected",
        {"architecture": "fully-connected"},
    ),
    *_cells(", last state", pool="last"),
    Rung(*_ATTENTION, {"architecture": "recurrent", "cell": "gru", "pool": "attention"}),
    _TRANSFORMER,
)
FORECAST = (
    Rung(
        "fully-connected",
        "fully-connected, the whole window",
        "fully-connected",
        {"architecture": "fully-connected"},
    ),
    *_cells(", fixed context", attention=False),
    Rung(*_ATTENTION, {"architecture": "recurrent", "cell": "gru", "attention": True}),
    _TRANSFORMER,
)
GENERATE = (
    Rung(
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
        Rung(cell, f"{cell.upper()}, CTC", cell, {"architecture": "ctc", "cell": cell})
        for cell in CELLS
    ),
    Rung(
        "las",
        "GRU, listen, attend and spell",
        "attention",
        {"architecture": "las", "cell": "gru"},
    ),
)


def rungs_of(task: str, wanted: Sequence[str] | None = None) -> tuple[Rung, ...]:
    """The rungs of a task in their order.

    Args:
        task: A key of `TASKS`.
        wanted: Some of them, by the place on the ladder or the name; all if `None`.
    Raises:
        ConfigError: The task has no such rung, or none is left.
    """
    ladder: tuple[Rung, ...] = TASKS[task].part("ladder")
    if wanted is None:
        return ladder
    known = list(dict.fromkeys(name for rung in ladder for name in (rung.rung, rung.name)))
    for name in wanted:
        one_of("--rungs", name, known, "compare")
    if not wanted:
        raise ConfigError(f"compare: `--rungs` must name at least 1 of {', '.join(known)}.")
    return tuple(rung for rung in ladder if rung.rung in wanted or rung.name in wanted)


def fixed_settings(task: str) -> set[str]:
    """Keys of `[model]` that make the rungs of a task, and so are not the user's to set."""
    return {key for rung in rungs_of(task) for key in rung.model}
