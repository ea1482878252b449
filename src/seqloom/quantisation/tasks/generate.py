"""Running text: the probabilities of every symbol in pieces of the text."""

import numpy as np

from ...data.text.text import read_text
from ...data.vocabulary import BOS
from ...decoding.perplexity import symbols_of
from ...evaluation.tasks.generate import GenerateEvaluation
from ...runtime.generate import Generator
from ..asking import MOST, Asked, evenly
from ..costs import Questions

PIECE = 256  # symbols
PIECES = 32


def questions(model: Generator, data: object) -> Questions:
    """Every symbol of some pieces of a text.

    Raises:
        DataError: The text is empty or cannot be read.
    """
    vocabulary = model.parts.vocabulary
    ids, _ = symbols_of(vocabulary, read_text(data))
    width = min(PIECE, len(ids))
    most = max(1, min(PIECES, MOST // (width * len(vocabulary))))
    pieces = np.stack([ids[k : k + width] for k in evenly(len(ids) - width + 1, most)])
    read_BT = np.insert(pieces.astype(np.int64), 0, BOS, axis=1)

    def ask(model: Generator) -> np.ndarray:
        network = model.runner
        said, _ = network.forward(read_BT, network.initial_state(len(read_BT)))
        found: np.ndarray = said.reshape(-1, said.shape[-1])
        return found

    return Questions(ask, "divergence", "nats a symbol")


def scores(found: GenerateEvaluation) -> dict[str, float]:
    """Bits per character, nats per symbol, perplexity."""
    score = found.scores
    return {
        "bits per character": score.bits_per_character,
        "nats per symbol": score.nats_per_symbol,
        "perplexity": score.perplexity,
    }


ASKED = Asked(questions, scores)
