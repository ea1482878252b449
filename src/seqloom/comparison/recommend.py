"""One sentence about what to use, by rules, and never surer than the test behind it.

Entries that are not significantly worse than the best one, and whose score is not much worse, are
acceptable; of those the simplest is recommended: the first baseline, else the network
with the fewest parameters (the first of those within 10 % of it).

    nothing    no entry has a score
    alone      one entry has one
    untested   the results per example are missing, so that nothing can be tested
    alike      no entry is significantly worse, and none can be much worse, on 30 examples or more
    too few    no entry is significantly worse, but some might be: the data do not show
    unfinished the simplest acceptable entry is a baseline, but a network stopped while it was
               still improving: no baseline is recommended over it
    baseline   the simplest acceptable entry is a baseline
    clear      all others are significantly worse
    simplest   the best is also the simplest acceptable one
    likely     the best is recommended, though something simpler, far worse, is not surely so
    simpler    the best is ahead by what may be chance, and something simpler is recommended

"Much" is a tenth of the best one's score (of its errors, where more is better). Checked by
`tests/comparison/test_recommend.py`, a test for each rule.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from .significance import Difference

Rule = Literal[
    "nothing",
    "alone",
    "untested",
    "alike",
    "too few",
    "unfinished",
    "baseline",
    "clear",
    "simplest",
    "likely",
    "simpler",
]
MUCH = 0.1
LEAST_EXAMPLES = 30  # with fewer, resampling shows too little of what there is
_SAME_SIZE = 1.1


@dataclass(frozen=True)
class Candidate:
    """An entry that has a score.

    Attributes:
        name: Its key.
        title: Its name for people.
        is_baseline: True if it is no network.
        parameters: Weights, if known.
        score: Over all runs.
        behind: By how much it is worse than the best one, positive if it is; `None` of the best
            one itself, and where it could not be tested.
        improving: True if its runs ended while they were still getting much better.
    """

    name: str
    title: str
    is_baseline: bool
    parameters: int | None
    score: float
    behind: Difference | None = None
    improving: bool = False


@dataclass(frozen=True)
class Words:
    """How numbers of this comparison are written.

    Attributes:
        score: A score with its unit.
        difference: A size of a difference with its unit.
    """

    score: Callable[[float], str]
    difference: Callable[[float], str]


@dataclass(frozen=True)
class Recommendation:
    """What to use.

    Attributes:
        rule: That chose it.
        entry: Its name; empty if there is none.
        sentence: What to use, and why.
        cautions: What may make it wrong, in sentences; may be none.
    """

    rule: Rule
    entry: str
    sentence: str
    cautions: tuple[str, ...] = ()


def best_place(scores: Sequence[float], *, rises: bool) -> int:
    """The place of the best score, the first of equal ones."""
    return (max if rises else min)(range(len(scores)), key=lambda i: scores[i])


def recommend(
    candidates: Sequence[Candidate],
    *,
    rises: bool,
    largest: float | None,
    words: Words,
    seeds: int,
    examples: int,
) -> Recommendation:
    """Recommend one of the entries.

    Args:
        candidates: In the order of the architectures.
        rises: True if more is better.
        largest: The largest score there can be, for measures that rise; `None` if there is none.
        words: How numbers are written.
        seeds: The most runs that a network has.
        examples: Test examples.
    """
    if not candidates:
        return Recommendation("nothing", "", "Nothing can be recommended: no run has a score.")
    best = candidates[best_place([c.score for c in candidates], rises=rises)]
    if len(candidates) == 1:
        return Recommendation(
            "alone",
            best.name,
            f"Only {best.title} was measured ({words.score(best.score)}), with nothing beside it.",
        )
    if any(c.behind is None for c in candidates if c is not best):
        return Recommendation(
            "untested",
            best.name,
            f"{best.title} has the best score ({words.score(best.score)}), but results per "
            "example are missing, so it is not known whether that is chance.",
        )
    room = largest - best.score if rises and largest is not None else abs(best.score)
    much = MUCH * room if examples >= LEAST_EXAMPLES else -1.0
    case = _Case(candidates, best, much, words)
    rule, chosen, sentence = case.rule()
    cautions = case.cautions(rule)
    if seeds == 1 and any(not c.is_baseline for c in candidates):
        cautions.append("Each network was trained once: another seed may change the order.")
    return Recommendation(rule, chosen.name if chosen else "", sentence, tuple(cautions))


class _Case:
    """The candidates, those not significantly worse than the best, and the simplest that will do.

    What is much worse will not do, significant or not: few seeds show little.
    """

    def __init__(
        self, candidates: Sequence[Candidate], best: Candidate, much: float, words: Words
    ) -> None:
        self.candidates, self.best, self.much, self.words = candidates, best, much, words
        self.ties = [c for c in candidates if not _worse(c)]
        self.simple = simplest([c for c in self.ties if _behind(c) <= max(much, 0.0)])
        self.improving = [c for c in candidates if c.improving]

    def rule(self) -> tuple[Rule, Candidate | None, str]:
        """The first rule that holds, and what it chooses: nothing, if data are too few."""
        if self.improving and self.simple.is_baseline:
            return "unfinished", None, self.unfinished()
        if len(self.ties) == len(self.candidates):
            most = max(c.behind.estimate.high for c in self.candidates if c.behind)
            if most <= self.much:
                return "alike", self.simple, self.alike(most)
            return "too few", None, self.too_few()
        if self.simple.is_baseline:
            return "baseline", self.simple, self.baseline()
        if len(self.ties) == 1:
            return "clear", self.best, self.clear()
        if self.simple is self.best and simplest(self.ties) is not self.best:
            return "likely", self.best, self.likely()
        if self.simple is self.best:
            return "simplest", self.best, self.best_is_simplest()
        return "simpler", self.simple, self.simpler()

    def scored(self, candidate: Candidate) -> str:
        return f"{candidate.title} ({self.words.score(candidate.score)})"

    def by(self, candidate: Candidate) -> str:
        """How far behind the best, and the interval, e.g. `1.20 points (0.80 to 1.60)`."""
        assert candidate.behind is not None
        e, show = candidate.behind.estimate, self.words.difference
        unit = show(e.value).partition(" ")[2]
        low, high = (show(end).removesuffix(unit).strip() for end in (e.low, e.high))
        return f"{show(e.value)} ({low} to {high})"

    def alike(self, most: float) -> str:
        start = "A baseline wins: take" if self.simple.is_baseline else "Take"
        return (
            f"{start} {self.scored(self.simple)}, the simplest: all score alike, none is more than "
            f"{self.words.difference(most)} behind the best, {self.scored(self.best)}."
        )

    def too_few(self) -> str:
        return (
            f"The data are too few: {self.scored(self.best)} has the best score, but no "
            "other is significantly worse."
        )

    def baseline(self) -> str:
        simple = self.simple
        networks = [c for c in self.candidates if not c.is_baseline]
        if not networks:
            return (
                f"Take {self.scored(simple)}: the simplest, and no other is significantly better."
            )
        nearest = min(networks, key=_behind)
        if simple is self.best and all(_worse(network) for network in networks):
            return (
                f"A baseline wins: {self.scored(simple)} is better than every network; the best of "
                f"them, {nearest.title}, is behind by {self.by(nearest)}."
            )
        return (
            f"A baseline wins: {self.scored(simple)} is the simplest, and no network is "
            f"significantly better; the best score is that of {self.scored(self.best)}."
        )

    def unfinished(self) -> str:
        names = _listed([self.scored(c) for c in self.improving])
        return (
            f"No baseline is recommended: {names} stopped while still improving. The best score so "
            f"far is that of {self.scored(self.best)}."
        )

    def clear(self) -> str:
        runner = min((c for c in self.candidates if c is not self.best), key=_behind)
        return (
            f"Take {self.scored(self.best)}: all others are worse; the next, {runner.title}, is "
            f"behind by {self.by(runner)}."
        )

    def best_is_simplest(self) -> str:
        names = _listed([c.title for c in self.ties if c is not self.best])
        return (
            f"Take {self.scored(self.best)}: it has the best score, and what may be as good, "
            f"{names}, is not simpler."
        )

    def likely(self) -> str:
        names = _listed([f"{c.title}, by {self.by(c)}" for c in self.ties if c is not self.best])
        return (
            f"Take {self.scored(self.best)}: it has the best score, though others are not "
            f"significantly worse: {names}."
        )

    def simpler(self) -> str:
        best, simple = self.best, self.simple
        times = (best.parameters or 0) / (simple.parameters or 1)
        reason = (
            f"has {times:.1f} times the parameters"
            if times > _SAME_SIZE
            else "comes later in the order of architectures"
        )
        return (
            f"Take {self.scored(simple)}: {self.scored(best)} is ahead by {self.by(simple)}, which "
            f"may be chance, and {reason}."
        )

    def cautions(self, rule: Rule) -> list[str]:
        """What to do while nothing is significant; how much worse the recommended one may be."""
        if rule == "unfinished":
            return ["Nothing can be recommended yet: train with a larger --amount."]
        behind = [c for c in self.improving if c is not self.best]
        if behind:
            names = _listed([c.title for c in behind])
            return [
                f"{names} stopped while still improving: a larger --amount may change the order.",
                *self.uncertain(rule),
            ]
        return self.uncertain(rule)

    def uncertain(self, rule: Rule) -> list[str]:
        """What is not significant, and what would show it."""
        if rule == "too few":
            return ["Nothing can be recommended yet: repeat with more test examples or seeds."]
        high = self.simple.behind.estimate.high if self.simple.behind else 0.0
        if rule not in ("baseline", "simpler") or high <= self.much:
            return []
        shown = self.words.difference(high)
        worse = f"{self.simple.title} may be worse by up to {shown}"
        return [f"{worse}: repeat with more test examples or seeds."]


def simplest(candidates: Sequence[Candidate]) -> Candidate:
    """The first baseline, else the smallest network (the first of those within 10 % of it)."""
    for candidate in candidates:
        if candidate.is_baseline:
            return candidate
    known = [c.parameters for c in candidates if c.parameters is not None]
    if not known:
        return candidates[0]
    limit = _SAME_SIZE * min(known)
    return next(c for c in candidates if c.parameters is not None and c.parameters <= limit)


def _worse(candidate: Candidate) -> bool:
    behind = candidate.behind
    return behind is not None and behind.significant and behind.estimate.low > 0


def _behind(candidate: Candidate) -> float:
    return candidate.behind.estimate.value if candidate.behind else 0.0


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
