"""The training sources that a finished model gets wrong, for the dictionary in its model file.

The network that is asked is the one of the model file, in NumPy, with its own settings of the
search, so what it is asked here is what it will be asked by `predict`. Checked by
`tests/training/test_exceptions.py`.
"""

from collections.abc import Sequence

import numpy as np

from ..data.pairs.batches import PairSet
from ..data.pairs.exceptions import Exceptions
from ..data.vocabulary import UNK
from ..decoding import Hypothesis, Search, decode
from ..runtime.transduce import Transducer

AT_ONCE = 512  # pairs that are padded together
# A lead in score, nats a symbol, that another batch or another machine could turn: sums of float32
# in another order differ by 4e-7.
TIE = 1e-5

Symbols = tuple[int, ...]


def find_exceptions(model: Transducer, pairs: PairSet) -> tuple[Exceptions | None, int]:
    """The sources of `pairs` whose best output is none of their references, with all of those.

    A source counts as wrong, too, if an output that is none of its references is so close behind
    the best one that rounding decides. Sources with a symbol unknown to the model are left out:
    others are read like them.

    Args:
        model: The finished model.
        pairs: What it was trained on.
    Returns:
        The dictionary, `None` if nothing is wrong; the number of sources that were asked.
    """
    references = _by_source(pairs)
    sources = [source for source in references if UNK not in source]
    usual = model.file.decoding
    search = Search(beam=usual.beam, nbest=min(2, usual.beam), length_penalty=usual.length_penalty)
    found = decode(model.network, sources, model.limit, search, what="looking for exceptions")
    spelled, written = model.parts.source.decode, model.parts.target.decode
    wrong = {
        spelled(source): tuple(dict.fromkeys(map(written, references[source])))
        for source, hypotheses in zip(sources, found, strict=True)
        if not _right(hypotheses, references[source])
    }
    return (Exceptions(wrong) if wrong else None), len(sources)


def _by_source(pairs: PairSet) -> dict[Symbols, list[Symbols]]:
    """References of each source, in order of appearance, as symbol numbers."""
    found: dict[Symbols, list[Symbols]] = {}
    for first in range(0, len(pairs), AT_ONCE):
        batch = pairs.collate(np.arange(first, min(first + AT_ONCE, len(pairs))))
        for row in range(len(batch.rows)):
            source = batch.source[row, : batch.source_lengths[row]]
            target = batch.target[row, : batch.target_lengths[row] - 1]  # without EOS
            found.setdefault(tuple(source.tolist()), []).append(tuple(target.tolist()))
    return found


def _right(found: Sequence[Hypothesis], references: Sequence[Symbols]) -> bool:
    """Whether the best output is a reference, and no other one is as good to within rounding."""
    best = found[0]
    if best.symbols not in references:
        return False
    return all(h.symbols in references or best.score - h.score > TIE for h in found[1:])
