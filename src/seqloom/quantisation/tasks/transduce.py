"""Pairs: the probabilities of every symbol along the targets of the data."""

import numpy as np

from ...data.pairs.load import load_pairs
from ...data.ragged import Ragged
from ...evaluation.tasks.transduce import TransduceEvaluation, reading
from ...runtime.model import Model
from ...runtime.transduce import Transducer
from ..asking import EXAMPLES, MOST, Asked, along, evenly, values
from ..costs import Questions


def questions(model: Transducer, data: object) -> Questions:
    """Every symbol of some targets, the ones before it given.

    Raises:
        DataError: The data breaks a rule, or the model cannot read a source.
    """
    stress, columns = reading(model)
    pairs = load_pairs(data, "test", stress=stress, columns=columns)
    chosen = [pairs[place] for place in evenly(len(pairs))]
    sources = [model.encode(pair.text, f"source {n}") for n, pair in enumerate(chosen, 1)]
    targets = [model.parts.target.encode(pair.target) for pair in chosen]
    most = MOST // len(model.parts.target) // max(len(target) + 1 for target in targets)
    rows = evenly(len(chosen), max(1, min(EXAMPLES, most)))
    targets = [targets[row] for row in rows]
    padded = Ragged.of([sources[row] for row in rows])
    source = padded.pad(np.arange(len(rows)))

    def ask(model: Model) -> np.ndarray:
        return along(model.runner, source, padded.lengths.astype(np.int64), targets)

    return Questions(ask, "divergence", "nats a symbol")


def scores(found: TransduceEvaluation) -> dict[str, float]:
    """Error rates, BLEU and chrF."""
    every = found.scores
    return values(
        {
            "symbol error rate": every.symbol_error_rate,
            "output error rate": every.output_error_rate,
            "BLEU": every.bleu,
            "chrF": every.chrf,
        }
    )


ASKED = Asked(questions, scores)
