"""Decode any number of sources: sort by length, batch, search, restore the order.

The one entrance for validation, evaluation and prediction, so that all of them give the same
outputs whatever the batch.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

from ..data.vocabulary import PAD
from ..errors import ConfigError
from ..parallel import mapped
from ..progress import progress
from ..shapes import Int
from .beam import beam_search
from .contract import Hypothesis, Padded, Stepper
from .greedy import greedy
from .record import Considered, Record, replay
from .sampling import check_sampling, sampler


@dataclass(frozen=True, kw_only=True)
class Search:
    """How outputs are searched for.

    Attributes:
        beam: Hypotheses kept; 1 is greedy.
        nbest: Hypotheses returned, at most `beam`.
        length_penalty: See `Hypothesis.score`.
        temperature: Draw at random instead, with this temperature; `nbest` draws.
        top_k: When drawing, from the k likeliest symbols only.
        top_p: When drawing, from the likeliest symbols that have this share only.
        seed: When drawing.
    """

    beam: int = 1
    nbest: int = 1
    length_penalty: float = 1.0
    temperature: float | None = None
    top_k: int | None = None
    top_p: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        if self.beam < 1 or self.nbest < 1:
            raise ConfigError(
                f"decode: `beam` and `nbest` must be at least 1, got {self.beam} and {self.nbest}."
            )
        if self.temperature is None and self.nbest > self.beam:
            raise ConfigError(
                f"decode: `nbest` must be at most the beam of {self.beam}, got {self.nbest}."
                f" Set a beam of {self.nbest}."
            )
        if self.temperature is None and self.top_k is not None:
            raise ConfigError("decode: `top_k` needs a temperature. Set temperature=1.")
        if self.temperature is None and self.top_p != 1.0:
            raise ConfigError("decode: `top_p` needs a temperature. Set temperature=1.")
        check_sampling(
            "decode",
            temperature=1.0 if self.temperature is None else self.temperature,
            top_k=self.top_k,
            top_p=self.top_p,
        )


@dataclass(frozen=True)
class LengthLimit:
    """Most symbols of an output: `ratio` times the source's, plus `extra`. Set by training data.

    Attributes:
        ratio: Symbols per symbol of the source.
        extra: Symbols more.
        most: No output is longer than this, plus `extra`.
    """

    ratio: float
    extra: int = 10
    most: int = 5_000

    def __call__(self, source_lengths: np.ndarray) -> np.ndarray:
        scaled = np.minimum(np.ceil(source_lengths * self.ratio), self.most)
        limits: np.ndarray = scaled.astype(np.int64) + self.extra
        return limits


@runtime_checkable
class Searching(Protocol):
    """A model that searches by itself, and finds what the searches here would find."""

    def search(
        self,
        source: Padded,
        lengths: Int[np.ndarray, " B"],
        limits: Int[np.ndarray, " B"],
        rows: Int[np.ndarray, " B"],
        search: Search,
    ) -> list[list[Hypothesis]]:
        """The best hypotheses of each source, the best first."""


def decode(
    model: Stepper,
    sources: Sequence[Sequence[int]] | Sequence[np.ndarray],
    limit: LengthLimit,
    search: Search,
    *,
    batch_rows: int = 320,
    what: str = "decoding",
) -> list[list[Hypothesis]]:
    """Decode sources of any lengths.

    Args:
        model: The model.
        sources: Symbol numbers of each source, or its features `(S, F)`.
        limit: Most symbols of an output.
        search: How to search.
        batch_rows: Hypotheses that are worked on at once.
        what: What the work is called while its progress is shown.
    Returns:
        Per source, in the order given, its `search.nbest` hypotheses, the best first.
    """
    lengths = np.array([len(s) for s in sources], dtype=np.int64)
    order = np.argsort(lengths, kind="stable")
    drawn = search.temperature is not None
    threads = getattr(model, "threads", 1)
    width = max(1, batch_rows // (search.nbest if drawn else search.beam))
    width = min(width, max(1, -(-len(order) // threads)))
    batches = [order[start : start + width] for start in range(0, len(order), width)]

    def found_in(rows: np.ndarray) -> list[list[Hypothesis]]:
        source = _padded([sources[row] for row in rows])
        return _decode_batch(model, source, lengths[rows], rows, limit, search)

    results: list[list[Hypothesis]] = [[] for _ in sources]
    with progress(what, len(sources)) as step:
        for rows, found in zip(batches, mapped(found_in, batches, threads), strict=True):
            for row, hypotheses in zip(rows, found, strict=True):
                results[row] = hypotheses
            step(len(rows))
    return results


def decode_recorded(
    model: Stepper, source: Sequence[int] | np.ndarray, limit: LengthLimit, search: Search
) -> tuple[list[Hypothesis], list[Considered]]:
    """Decode one source as `decode` does, and tell what was looked at on the way.

    Args:
        model: The model.
        source: Symbol numbers, or features `(S, F)`.
        limit: Most symbols of the output.
        search: How to search.
    Returns:
        Its `search.nbest` hypotheses, the best first, and the rows of the search.
    Raises:
        ConfigError: The search draws at random.
    """
    if search.temperature is not None:
        raise ConfigError(
            f"decode_recorded: `temperature` must be none, got {search.temperature:g}. What is "
            "drawn has no tree: search with a beam."
        )
    batch, lengths = _padded([source]), np.array([len(source)])
    penalty = search.length_penalty
    if search.beam == 1:
        found = greedy(model, batch, lengths, limit(lengths), length_penalty=penalty)
        return found, replay(model, batch, lengths, found[0], length_penalty=penalty)
    record = Record()
    beams = beam_search(
        model,
        batch,
        lengths,
        limit(lengths),
        beam=search.beam,
        length_penalty=penalty,
        records=[record],
    )
    return beams[0][: search.nbest], record.rows


def _padded(sources: Sequence[Sequence[int] | np.ndarray]) -> np.ndarray:
    """Sources of any lengths as one array: `PAD` behind symbols, zeros behind features."""
    width = max(1, *map(len, sources))
    first = sources[0]
    if isinstance(first, np.ndarray) and first.ndim == 2:
        padded = np.zeros((len(sources), width, first.shape[1]), first.dtype)
    else:
        padded = np.full((len(sources), width), PAD, dtype=np.int64)
    for i, source in enumerate(sources):
        padded[i, : len(source)] = source
    return padded


def _decode_batch(
    model: Stepper,
    source: np.ndarray,
    lengths: np.ndarray,
    rows: np.ndarray,
    limit: LengthLimit,
    search: Search,
) -> list[list[Hypothesis]]:
    limits = limit(lengths)
    if isinstance(model, Searching):
        return model.search(source, lengths, limits, rows, search)
    if search.temperature is not None:
        copies = np.repeat(np.arange(len(rows)), search.nbest)
        choose = sampler(
            temperature=search.temperature,
            top_k=search.top_k,
            top_p=search.top_p,
            seed=search.seed,
            streams=[(int(row), draw) for row in rows for draw in range(search.nbest)],
        )
        drawn = greedy(
            model,
            source[copies],
            lengths[copies],
            limits[copies],
            length_penalty=search.length_penalty,
            choose=choose,
        )
        grouped = [drawn[i : i + search.nbest] for i in range(0, len(drawn), search.nbest)]
        return [sorted(group, key=lambda h: -h.score) for group in grouped]
    if search.beam == 1:
        found = greedy(model, source, lengths, limits, length_penalty=search.length_penalty)
        return [[hypothesis] for hypothesis in found]
    beams = beam_search(
        model, source, lengths, limits, beam=search.beam, length_penalty=search.length_penalty
    )
    return [hypotheses[: search.nbest] for hypotheses in beams]
