"""How well a model foretells a text: bits per character, perplexity, and an interval.

    nats of a symbol   -ln p(symbol | all symbols before it)
    bits per character the nats of all symbols, over ln 2 and over the number of characters
    perplexity         e to the nats per symbol: as if so many symbols were equally likely

The model's state is carried from the first symbol to the last, so no symbol is scored with less
memory than the model has, and the length of the pieces in which the text is read changes nothing.
Characters are counted as code points, whatever a symbol is, so characters and subwords compare.
Checked by `tests/decoding/test_perplexity.py`.
"""

import math
from dataclasses import dataclass

import numpy as np

from ..bootstrap import percentiles, resampled_sums
from ..data.text.text import encode_text
from ..data.vocabulary import BOS, UNK, Vocabulary
from ..errors import DataError
from ..progress import each
from ..shapes import Float, Int
from .contract import TextModel

BLOCK = 1000  # symbols that an interval draws together: neighbours are not independent
BLOCKS = 5  # of a short text at least: one block alone has no spread


@dataclass(frozen=True)
class TextScore:
    """How well a text was foretold.

    Attributes:
        nats: Of all symbols together.
        symbols: Their number.
        characters: Code points of the text.
        unknown: Symbols that the vocabulary does not have; each is charged what `<unk>` costs,
            which says nothing of which one it is.
        low: Lower end of the 95 % interval of the bits per character.
        high: Upper end.
    """

    nats: float
    symbols: int
    characters: int
    unknown: int
    low: float
    high: float

    @property
    def nats_per_symbol(self) -> float:
        """Mean cost of a symbol."""
        return self.nats / self.symbols

    @property
    def bits_per_character(self) -> float:
        """Mean cost of a character."""
        return self.nats / math.log(2) / self.characters

    @property
    def perplexity(self) -> float:
        """Per symbol."""
        return math.exp(min(self.nats_per_symbol, 700.0))

    def to_json(self) -> dict[str, float | int]:
        """The numbers under their names."""
        return {
            "bits_per_character": self.bits_per_character,
            "low": self.low,
            "high": self.high,
            "nats_per_symbol": self.nats_per_symbol,
            "perplexity": self.perplexity,
            "symbols": self.symbols,
            "characters": self.characters,
            "unknown": self.unknown,
        }


def score_text(
    model: TextModel, vocabulary: Vocabulary, text: str, *, streams: int = 1, warm_up: int = 0
) -> TextScore:
    """Score a text.

    Args:
        model: The model.
        vocabulary: Its vocabulary.
        text: What to foretell.
        streams: See `costs`.
        warm_up: See `costs`.
    Raises:
        DataError: The text is empty.
    """
    ids, characters = symbols_of(vocabulary, text)
    nats = costs(model, ids, streams=streams, warm_up=warm_up)
    return summed(nats, characters, ids == UNK)


def symbols_of(
    vocabulary: Vocabulary, text: str
) -> tuple[Int[np.ndarray, " N"], Int[np.ndarray, " N"]]:
    """The number of each symbol of a text, and of how many characters it is.

    Raises:
        DataError: The text is empty.
    """
    if not text:
        raise DataError("evaluate: the text is empty.")
    ids = encode_text(vocabulary, text)
    sizes = np.array([len(symbol) for symbol in vocabulary.symbols])
    sizes[UNK] = 1  # of subwords too: those of several characters are all known
    return ids, sizes[ids]


def costs(
    model: TextModel,
    ids: Int[np.ndarray, " N"],
    *,
    streams: int = 1,
    warm_up: int = 0,
    chunk: int = 256,
) -> Float[np.ndarray, " N"]:
    """What each symbol costs, in nats.

    Args:
        model: The model.
        ids: The text's symbols.
        streams: Parts of the text that are read side by side: faster, but each part's first
            symbols are foretold from less. 1 is exact.
        warm_up: Symbols before its part that a stream reads first, without their being scored.
        chunk: Steps that are computed at once.
    """
    N = len(ids)
    part = -(-N // streams)
    first_B = np.arange(streams) * part
    begin_B = np.maximum(first_B - warm_up, 0)
    found = np.zeros(N)
    state = model.initial_state(streams)
    last_B = np.full(streams, BOS, np.int64)
    steps = range(0, part + warm_up if streams > 1 else part, chunk)
    for step in each(steps, "reading the text"):
        place_BT = begin_B[:, None] + np.arange(step, step + chunk)
        target_BT = ids[np.minimum(place_BT, N - 1)].astype(np.int64)
        read_BT = np.concatenate([last_B[:, None], target_BT[:, :-1]], axis=1)
        log_probs_BTV, state = model.forward(read_BT, state)
        cost_BT = -np.take_along_axis(log_probs_BTV, target_BT[:, :, None], axis=2)[:, :, 0]
        own_BT = (place_BT >= first_B[:, None]) & (place_BT < (first_B + part)[:, None])
        own_BT &= place_BT < N
        found[place_BT[own_BT]] = cost_BT[own_BT]
        last_B = target_BT[:, -1]
    return found


def summed(
    nats: Float[np.ndarray, " N"], characters: Int[np.ndarray, " N"], unknown: np.ndarray
) -> TextScore:
    """Add up the costs of symbols.

    Args:
        nats: Of each symbol.
        characters: Of each symbol.
        unknown: True where the vocabulary has no such symbol.
    """
    low, high = interval_of(nats, characters)
    return TextScore(
        nats=float(nats.sum()),
        symbols=len(nats),
        characters=int(characters.sum()),
        unknown=int(unknown.sum()),
        low=low,
        high=high,
    )


def interval_of(
    nats: Float[np.ndarray, " N"], characters: Int[np.ndarray, " N"]
) -> tuple[float, float]:
    """The ends of the 95 % interval of bits per character.

    Args:
        nats: Of each symbol; or a difference of two models.
        characters: Of each symbol.
    """
    blocks = np.arange(0, len(nats), max(1, min(BLOCK, len(nats) // BLOCKS)))
    columns = np.stack(
        [np.add.reduceat(part, blocks) for part in (nats, characters.astype(float))], axis=1
    )
    above, below = resampled_sums(columns).T
    return percentiles(above / math.log(2) / np.maximum(below, 1.0))
