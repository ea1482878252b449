"""The negation probe: review sentences whose meaning hangs on nested negations far apart.

    It is highly unlikely that I would not recommend this movie.                         positive
    It is highly unlikely [distance words] that I would not recommend this movie.        positive

A clause has three or four operators, each with a sign: how likely it is, whether anyone would agree
or deny (sometimes absent), not or gladly, and the verb. The label is the product of the signs of
the clause about *this* movie; of `distance` words between its first operator and the rest, none
means anything. Beside it stands somebody's clause about another thing, built of the same words.

Sentences come in twins: an operator of each clause, of opposite signs, change places. So twins have
the same words, equally often, and opposite labels, and whatever looks only at which words there are
and how many (naive Bayes, the mean of embeddings) is right about exactly one of the two: 50 %, not
on average but always. For training there are also sentences without a second clause; the article's
own is never among them. Checked by `tests/data/texts/test_negation.py`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ...errors import ConfigError
from ...files import empty_folder, replacing

ARTICLE = "It is highly unlikely that I would not recommend this movie"
HEADER = "text\tlabel\tdistance\tnegations"
NEGATIVE = (0.1, 0.3, 0.5)  # chances of a negation in training: see above
PLAIN = 0.1  # share of the training sentences that have no second clause
MOST_DISTANCE = 400
LABELS = ("negative", "positive")

_ADVERBS = ("highly", "very", "quite", "rather")
_NOUNS = ("movie", "film")
_OTHERS = (("sister", "she"), ("brother", "he"), ("mother", "she"), ("neighbour", "he"))
_THINGS = ("book", "series", "music", "trailer")
_OPERATORS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {  # sign +1, sign -1
    "outer": (
        ("likely", "probable", "plausible", "certain"),
        ("unlikely", "improbable", "implausible", "doubtful"),
    ),
    "middle": (("agree", "claim", "say"), ("deny", "dispute", "doubt")),
    "inner": (("gladly", "really"), ("not", "never")),
    "verb": (("recommend", "praise", "enjoy"), ("avoid", "regret", "criticise")),
}
_FILLERS = tuple(
    tuple(phrase.split())
    for phrase in (
        *("honestly", "tonight", "frankly", "by now", "to me", "so far", "this year"),
        *("as things stand", "in this town", "after three weeks", "for what it costs"),
        *("given the long queue", "at this late hour", "between two other screenings"),
        *("on a cold november evening", "in a half empty theatre", "before the first snow fell"),
        *("with an old friend beside me", "after the long drive into town"),
        *("under the light of a broken lamp", "while the rain drummed on the roof"),
        *("for somebody who came in from the rain", "with the heating off and my coat still on"),
        *("two rows behind a family of seven", "during the week of the village fair"),
        *("when one has read every page of the manual", "because buses stop running around ten"),
        *("from a seat that creaked at every breath", "once all of us had found our tickets"),
    )
)
_FRAME = (
    *("It", "it", "is", "that", "anyone", "would", "I", "this"),
    *(",", "but", "while", "My", "my", "finds", "the"),
)
WORDS = tuple(  # all that a sentence may hold, cut at spaces
    sorted(
        {*_FRAME, *_ADVERBS, *_NOUNS, *_THINGS}
        | {word for pair in _OTHERS for word in pair}
        | {word for signs in _OPERATORS.values() for words in signs for word in words}
        | {word for phrase in _FILLERS for word in phrase}
    )
)


@dataclass(frozen=True)
class Negation:
    """One sentence: its label, words between its first operator and the rest, its negations."""

    text: str
    label: str
    distance: int
    negations: int

    @property
    def line(self) -> str:
        """The sentence as a line of the file, without its end."""
        return f"{self.text}\t{self.label}\t{self.distance}\t{self.negations}"


@dataclass(frozen=True)
class _Clause:
    """Operators by name, each a word and its sign; and what does not matter."""

    operators: dict[str, tuple[str, int]]
    adverb: str

    @property
    def sign(self) -> int:
        return int(np.prod([sign for _, sign in self.operators.values()]))

    @property
    def negations(self) -> int:
        return sum(sign < 0 for _, sign in self.operators.values())

    def words(self, opening: str, filler: str, subject: str, thing: str) -> str:
        word = {name: word for name, (word, _) in self.operators.items()}
        middle = f"anyone would {word['middle']} that " if "middle" in word else ""
        return (
            f"{opening} {self.adverb} {word['outer']} {filler}that {middle}{subject} would "
            f"{word['inner']} {word['verb']} {thing}"
        )


def negation_twins(
    pairs: int, distances: Sequence[int], *, seed: int, negative: Sequence[float] = (0.5,)
) -> list[Negation]:
    """Twins, one after the other: the same words, opposite labels.

    Args:
        pairs: Number of pairs; there are twice as many sentences.
        distances: Words between the first operator and the rest; taken in turn.
        seed: Decides everything.
        negative: Chances that an operator negates, one for each sentence, drawn anew.

    Raises:
        ConfigError: A distance is below 0 or above 400.
    """
    rng = np.random.default_rng(np.random.SeedSequence([seed, 0]))
    found: list[Negation] = []
    for i in range(pairs):
        found += _twins(_checked(distances[i % len(distances)]), float(rng.choice(negative)), rng)
    return found


def plain_negations(
    sentences: int, distances: Sequence[int], *, seed: int, negative: Sequence[float] = (0.5,)
) -> list[Negation]:
    """Sentences of one clause; the article's own is never one of them. Arguments as above."""
    rng = np.random.default_rng(np.random.SeedSequence([seed, 1]))
    found: list[Negation] = []
    while len(found) < sentences:
        distance = _checked(distances[len(found) % len(distances)])
        clause = _clause(rng, float(rng.choice(negative)), middle=bool(rng.random() < 0.5))
        text = _main(clause, _filler(distance, rng), str(rng.choice(_NOUNS)))
        if text != ARTICLE:
            found.append(_negation(text, clause, distance))
    return found


def make_negation(folder: Path, *, distance: int, sentences: int, seed: int) -> dict[str, int]:
    """Write `train.tsv`, `valid.tsv` and `test.tsv` with the columns of `HEADER`.

    Training and validation have every distance up to the longest, the test nine from 0 to it, as
    many sentences each; no test sentence is a training sentence.

    Args:
        folder: Where to; made if absent, and it must be empty.
        distance: The longest distance, in words.
        sentences: Of training; a tenth as many validate, a fifth as many test.
        seed: Of all.
    Returns:
        Sentences of each file.
    Raises:
        ConfigError: A number is out of range.
        RunError: A file cannot be written, or the folder is not empty.
    """
    if seed < 0:
        raise ConfigError(f"make: `--seed` must be at least 0, got {seed}.")
    if sentences < 40:
        raise ConfigError(f"make: `--sentences` must be at least 40, got {sentences}.")
    every = training_distances(_checked(distance))
    plain = round(PLAIN * sentences)
    train = negation_twins((sentences - plain) // 2, every, seed=3 * seed, negative=NEGATIVE)
    train += plain_negations(plain, every, seed=3 * seed, negative=NEGATIVE)
    seen = {sentence.text for sentence in train}
    parts = {
        "train": train,
        "valid": negation_twins(max(10, sentences // 20), every, seed=3 * seed + 1),
        "test": negation_twins(
            max(18, sentences // 10), probe_distances(distance), seed=3 * seed + 2
        ),
    }
    for name in ("valid", "test"):
        parts[name] = list(_new_twins(parts[name], seen))
    empty_folder(folder, "make")
    for name, found in parts.items():
        with replacing(folder / f"{name}.tsv", "make") as beside:
            lines = [HEADER, *(sentence.line for sentence in found)]
            beside.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return {name: len(found) for name, found in parts.items()}


def training_distances(longest: int) -> list[int]:
    """Every distance up to the longest, the short ones several times: they are learned first."""
    return [d for d in range(longest + 1) for _ in range(max(1, (longest + 1) // (2 * d + 2)))]


def probe_distances(longest: int) -> list[int]:
    """Up to nine distances from 0 to the longest, evenly spread."""
    return sorted({round(i * longest / 8) for i in range(9)})


def _twins(distance: int, negative: float, rng: np.random.Generator) -> list[Negation]:
    """A sentence, and the same with one operator of each clause in the other's place."""
    middle = bool(rng.random() < 0.5)
    main, other = _clause(rng, negative, middle=middle), _clause(rng, negative, middle=middle)
    while not (names := _differing(main, other)):
        other = _clause(rng, negative, middle=middle)
    name = names[rng.integers(len(names))]
    twin = replace(main, operators={**main.operators, name: other.operators[name]})
    other_twin = replace(other, operators={**other.operators, name: main.operators[name]})
    filler, noun = _filler(distance, rng), str(rng.choice(_NOUNS))
    who, pronoun = _OTHERS[rng.integers(len(_OTHERS))]
    thing, comes_first = str(rng.choice(_THINGS)), bool(rng.random() < 0.5)

    def sentence(about_this: _Clause, about_that: _Clause) -> Negation:
        first = _main(about_this, filler, noun)
        second = about_that.words(f"my {who} finds it", "", pronoun, f"the {thing}")
        text = f"{first} , while {second}"
        if comes_first:
            text = f"M{second[1:]} , but i{first[1:]}"
        return _negation(text, about_this, distance)

    return [sentence(main, other), sentence(twin, other_twin)]


def _differing(a: _Clause, b: _Clause) -> list[str]:
    return [name for name in a.operators if a.operators[name][1] != b.operators[name][1]]


def _clause(rng: np.random.Generator, negative: float, *, middle: bool) -> _Clause:
    """Operators that negate by chance, each independent of the others."""
    operators = {}
    for name, words in _OPERATORS.items():
        if name != "middle" or middle:
            minus = int(rng.random() < negative)
            operators[name] = (str(rng.choice(words[minus])), -1 if minus else 1)
    return _Clause(operators, str(rng.choice(_ADVERBS)))


def _main(clause: _Clause, filler: str, noun: str) -> str:
    return clause.words("It is", filler, "I", f"this {noun}")


def _filler(distance: int, rng: np.random.Generator) -> str:
    """Exactly so many words that mean nothing, and a space; no words, no space."""
    words: list[str] = []
    while len(words) < distance:
        fitting = [f for f in _FILLERS if len(f) <= distance - len(words)]
        words += fitting[rng.integers(len(fitting))]
    return " ".join(words) + " " if words else ""


def _negation(text: str, clause: _Clause, distance: int) -> Negation:
    label = LABELS[clause.sign > 0]
    return Negation(text, label, distance, clause.negations)


def _new_twins(found: list[Negation], seen: set[str]) -> Iterator[Negation]:
    """Twins of which neither is in `seen`."""
    for one, other in zip(found[::2], found[1::2], strict=True):
        if one.text not in seen and other.text not in seen:
            yield from (one, other)


def _checked(distance: int) -> int:
    if not 0 <= distance <= MOST_DISTANCE:
        raise ConfigError(
            f"make: `--distance` must be from 0 to {MOST_DISTANCE} words, got {distance}."
        )
    return distance
