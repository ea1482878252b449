"""Connectionist temporal classification: from a label a frame to a sequence.

A network says at every frame t how likely each symbol is, a blank among them. A path has one symbol
a frame; without repeats and blanks it is a sequence, and a sequence's probability is the sum over
its paths.

    greedy        the likeliest path's sequence                        `CTCGreedy`, frame by frame
    beam          the likeliest sequence, searched over prefixes       `CTCBeam`, frame by frame
    probability   of one sequence, exactly                             `ctc_log_probability`
    alignment     where one sequence's symbols begin                   `ctc_align`,
                                                                       `ctc_greedy_starts`

Source: Graves et al., "Connectionist Temporal Classification", ICML 2006 (paths, probability);
Graves, "Supervised Sequence Labelling with Recurrent Neural Networks", 2012, section 7.5, and
Hannun et al., "First-Pass Large Vocabulary Continuous Speech Recognition using Bi-Directional
Recurrent DNNs", 2014 (prefix search). Differs: no language model.

The blank is `PAD`; `BOS`, `EOS` and `UNK` are no output. Log-probabilities are in nats. Checked by
`tests/decoding/test_ctc.py`: against all paths of small tables, and torch's `ctc_loss`.
"""

import math
from typing import NamedTuple

import numpy as np

from ..data.vocabulary import BOS, EOS, PAD, UNK
from ..shapes import Float
from .contract import Hypothesis, check_numbers

BLANK = PAD
_NEVER = (BOS, EOS, UNK)


def ctc_greedy(log_probs: Float[np.ndarray, "T V"]) -> tuple[int, ...]:
    """The sequence of the likeliest path."""
    return tuple(CTCGreedy().push(log_probs))


def ctc_greedy_starts(log_probs: Float[np.ndarray, "T V"]) -> tuple[int, ...]:
    """The frame in which each symbol of `ctc_greedy` begins.

    The likeliest of all paths is the likeliest of its own sequence, so this is its alignment.
    """
    begins_T = _begins(log_probs, BLANK)[1]
    return tuple(int(t) for t in np.flatnonzero(begins_T))


class CTCGreedy:
    """Greedy decoding of frames that come in pieces; all it keeps is the last frame's symbol."""

    def __init__(self) -> None:
        self.last = BLANK

    def push(self, log_probs: Float[np.ndarray, "T V"]) -> list[int]:
        """The symbols that begin in these frames."""
        best_T, begins_T = _begins(log_probs, self.last)
        if best_T.size:
            self.last = int(best_T[-1])
        return [int(symbol) for symbol in best_T[begins_T]]


def _begins(log_probs: np.ndarray, last: int) -> tuple[np.ndarray, np.ndarray]:
    """The likeliest symbol of each frame, and whether it begins there; `last` stood before."""
    best_T = allowed(log_probs).argmax(axis=1)
    before_T = np.concatenate([[last], best_T[:-1]])
    return best_T, (best_T != before_T) & (best_T != BLANK)


class _Prefixes(NamedTuple):
    """Live prefixes, K of them, with their probabilities up to this frame, in nats."""

    symbols: list[tuple[int, ...]]
    blank_K: np.ndarray  # of the paths that end in a blank
    label_K: np.ndarray  # of the paths that end in the prefix's last symbol


def ctc_beam(log_probs: Float[np.ndarray, "T V"], *, beam: int, nbest: int = 1) -> list[Hypothesis]:
    """The likeliest sequences, the best first; exact if the beam holds all prefixes.

    Args:
        log_probs: Of each symbol at each frame.
        beam: K, prefixes kept.
        nbest: Sequences returned, at most the beam.
    """
    search = CTCBeam(beam)
    search.push(log_probs)
    return search.best(nbest)


class CTCBeam:
    """Prefix search over frames that come in pieces.

    What all K prefixes begin with is settled and put aside, so that the search stays small however
    long the sound is, as long as it is sure of what came long ago.
    """

    def __init__(self, beam: int) -> None:
        """
        Args:
            beam: K, prefixes kept.
        """
        self.beam = beam
        self.settled: list[int] = []
        self.live = _Prefixes([()], np.zeros(1), np.full(1, -np.inf))

    def push(self, log_probs: Float[np.ndarray, "T V"]) -> None:
        """Take more frames."""
        for frame_V in allowed(log_probs.astype(np.float64)):
            self.live = _extend(self.live, frame_V, self.beam)
        self._settle()

    def best(self, nbest: int = 1) -> list[Hypothesis]:
        """The likeliest sequences of the frames so far, the best first."""
        totals = np.logaddexp(self.live.blank_K, self.live.label_K)
        return [
            Hypothesis(
                symbols=(*self.settled, *self.live.symbols[k]),
                log_probability=float(totals[k]),
                score=float(totals[k]),
                finished=True,
            )
            for k in np.argsort(-totals, kind="stable")[:nbest]
        ]

    def held(self) -> tuple[list[tuple[int, ...]], np.ndarray]:
        """What the search carries on: what is settled, then the live prefixes; their numbers.

        Returns:
            K + 1 sequences; log-probabilities `(2, K)`, of the paths that end in a blank or not.
        """
        live = self.live
        return [tuple(self.settled), *live.symbols], np.stack([live.blank_K, live.label_K])

    def take(self, sequences: list[tuple[int, ...]], totals: np.ndarray) -> None:
        """Carry on what another search of this width held.

        Raises:
            ValueError: They do not fit together.
        """
        settled, *prefixes = sequences
        if totals.shape != (2, len(prefixes)) or not 1 <= len(prefixes) <= self.beam:
            raise ValueError("the prefixes and their numbers are not equally many")
        self.settled = list(settled)
        self.live = _Prefixes(prefixes, totals[0], totals[1])

    def _settle(self) -> None:
        """Put aside what all prefixes share, but for its last symbol: the next may repeat it."""
        first, last = min(self.live.symbols), max(self.live.symbols)
        shared = 0
        while shared < len(first) and first[shared] == last[shared]:
            shared += 1
        if shared > 1:
            self.settled += first[: shared - 1]
            self.live = self.live._replace(symbols=[p[shared - 1 :] for p in self.live.symbols])


def _extend(live: _Prefixes, frame_V: np.ndarray, beam: int) -> _Prefixes:
    """The best prefixes after one more frame."""
    totals_K = np.logaddexp(live.blank_K, live.label_K)
    last_K = np.array([symbols[-1] if symbols else BLANK for symbols in live.symbols])
    blank_K = totals_K + frame_V[BLANK]
    label_K = np.where(last_K == BLANK, -np.inf, live.label_K + frame_V[last_K])
    # a symbol like the last begins anew only behind a blank
    longer_KV = totals_K[:, None] + frame_V
    rows = np.arange(len(last_K))
    longer_KV[rows, last_K] = live.blank_K + frame_V[last_K]
    longer_KV[:, BLANK] = -np.inf
    places = {symbols: k for k, symbols in enumerate(live.symbols)}
    for k, symbols in enumerate(live.symbols):  # one prefix may be another and a symbol
        parent = places.get(symbols[:-1]) if symbols else None
        if parent is not None:
            label_K[k] = np.logaddexp(label_K[k], longer_KV[parent, symbols[-1]])
            longer_KV[parent, symbols[-1]] = -np.inf
    return _best(live.symbols, blank_K, label_K, longer_KV, beam)


def _best(
    symbols: list[tuple[int, ...]],
    blank_K: np.ndarray,
    label_K: np.ndarray,
    longer_KV: np.ndarray,
    beam: int,
) -> _Prefixes:
    """The likeliest of prefixes that stayed and prefixes that grew."""
    K, V = longer_KV.shape
    scores = np.concatenate([np.logaddexp(blank_K, label_K), longer_KV.ravel()])
    count = min(beam, int((scores > -np.inf).sum()) or 1)
    chosen = np.argpartition(-scores, count - 1)[:count]
    chosen = chosen[np.lexsort((chosen, -scores[chosen]))]
    blanks, labels = np.full(count, -np.inf), np.full(count, -np.inf)
    prefixes = []
    for i, place in enumerate(chosen):
        if place < K:
            prefixes.append(symbols[place])
            blanks[i], labels[i] = blank_K[place], label_K[place]
        else:
            k, symbol = divmod(int(place) - K, V)
            prefixes.append((*symbols[k], symbol))
            labels[i] = longer_KV[k, symbol]
    return _Prefixes(prefixes, blanks, labels)


def ctc_log_probability(log_probs: Float[np.ndarray, "T V"], symbols: tuple[int, ...]) -> float:
    """The log-probability of a sequence: the sum over its paths, in nats."""
    states, skips = _states(symbols)
    alpha = np.full(len(states), -np.inf)
    alpha[0] = 0.0  # before the first frame: at the first blank, or about to enter the first symbol
    for t, frame_V in enumerate(log_probs.astype(np.float64)):
        stay, step, skip = _moves(alpha, skips, first=t == 0)
        alpha = np.logaddexp(np.logaddexp(stay, step), skip) + frame_V[states]
    return float(np.logaddexp.reduce(alpha[-2:]))


def ctc_align(log_probs: Float[np.ndarray, "T V"], symbols: tuple[int, ...]) -> tuple[int, ...]:
    """The frame in which each symbol begins on the sequence's likeliest path.

    Time grows with frames times symbols, memory with the root of the frames times symbols: scores
    are kept at every root-T-th frame, and the moves between two of them are found again on the way
    back.

    Returns:
        A frame a symbol, rising; none if no path of T frames has that sequence.
    """
    states, skips = _states(symbols)
    best = np.full(len(states), -np.inf)
    best[0] = 0.0
    size = math.isqrt(len(log_probs)) + 1
    blocks = []
    for first in range(0, len(log_probs), size):
        blocks.append((first, best))
        best, _ = _viterbi(best, log_probs, first, size, states, skips)
    state = len(states) - 1
    if state and best[state - 1] > best[state]:
        state -= 1
    if not symbols or best[state] == -np.inf:
        return ()
    starts = [0] * len(symbols)
    for first, before in reversed(blocks):
        moves = _viterbi(before, log_probs, first, size, states, skips)[1]
        for t in reversed(range(len(moves))):
            if state % 2:
                starts[state // 2] = first + t
            state -= int(moves[t][state])
    return tuple(starts)


def _viterbi(
    best: np.ndarray,
    log_probs: np.ndarray,
    first: int,
    size: int,
    states: np.ndarray,
    skips: np.ndarray,
) -> tuple[np.ndarray, list[np.ndarray]]:
    """Scores of the best paths after `size` more frames, and how many states each move passed."""
    moves = []
    for t, frame_V in enumerate(log_probs[first : first + size].astype(np.float64), start=first):
        options = np.stack(_moves(best, skips, first=t == 0))
        moves.append(options.argmax(axis=0).astype(np.int8))
        best = options.max(axis=0) + frame_V[states]
    return best, moves


def ctc_best(log_probs: Float[np.ndarray, "T V"], beam: int) -> Hypothesis:
    """The best transcript and its probability: greedy with a beam of 1, as a stream has it."""
    if beam > 1:
        return ctc_beam(log_probs, beam=beam)[0]
    symbols = ctc_greedy(log_probs)
    total = ctc_log_probability(log_probs, symbols)
    return Hypothesis(symbols, total, total, finished=True)


def allowed(log_probs: Float[np.ndarray, "T V"]) -> Float[np.ndarray, "T V"]:
    """Log-probabilities with those of BOS, EOS and UNK at minus infinity; a copy."""
    log_probs = np.array(check_numbers(log_probs))
    log_probs[:, _NEVER] = -np.inf
    return log_probs


def _states(symbols: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Blank, symbol, blank, symbol ... blank; and where the blank before may be skipped."""
    states = np.full(2 * len(symbols) + 1, BLANK)
    states[1::2] = symbols
    skips = np.zeros(len(states), dtype=bool)
    skips[3::2] = states[3::2] != states[1:-2:2]
    return states, skips


def _moves(before: np.ndarray, skips: np.ndarray, *, first: bool) -> tuple[np.ndarray, ...]:
    """What reaches each state by staying, from the state before, and over a blank."""
    step = np.concatenate([[-np.inf], before[:-1]])
    skip = np.concatenate([[-np.inf, -np.inf], before[:-2]])[: len(before)]
    if first:  # a path begins in the first blank or the first symbol
        return before, step, np.full(len(before), -np.inf)
    return before, step, np.where(skips, skip, -np.inf)
