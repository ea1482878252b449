"""How the report says things: numbers with units, p-values, and what lengths show in sentences."""

from collections.abc import Sequence

from ...evaluation.measure import Measure
from ..statistics import Estimate
from .analyse import Analysis, show_difference
from .lengths import LengthScores, Ratio

DASH = "\N{EN DASH}"
MOST_SENTENCES = 3


def interval(measure: Measure, estimate: Estimate | None) -> str:
    """The ends of an interval, e.g. `11.20 to 13.41`."""
    if estimate is None:
        return DASH
    low, high = (measure.typeset(end, unit=False) for end in (estimate.low, estimate.high))
    return f"{low} to {high}"


def difference(measure: Measure, estimate: Estimate) -> tuple[str, str]:
    """A difference with its sign, and the ends of its interval."""
    low, high = (
        measure.typeset(end, unit=False, sign=True) for end in (estimate.low, estimate.high)
    )
    return show_difference(measure, estimate.value, sign=True), f"{low} to {high}"


def p_value(p: float, resamples: int) -> str:
    """A p-value; below what the number of resamples can show, just that."""
    if p <= 2.5 / resamples:
        return "< 0.001" if resamples >= 2500 else f"< {2.5 / resamples:.2g}"
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def count(number: float | None) -> str:
    """A whole number with its thousands set off."""
    return DASH if number is None else f"{number:,.0f}"


def size(num_bytes: float | None) -> str:
    """A file's size."""
    if num_bytes is None:
        return DASH
    if num_bytes < 1000:
        return f"{num_bytes:.0f} bytes"
    for unit in ("kB", "MB"):
        num_bytes /= 1000
        if num_bytes < 999.5:
            return f"{num_bytes:.3g} {unit}"
    return f"{num_bytes / 1000:.3g} GB"


def duration(seconds: float | None) -> str:
    """A time: milliseconds, seconds, or minutes and hours."""
    if seconds is None:
        return DASH
    if seconds < 0.001:
        return "< 1 ms"
    if seconds < 0.0995:
        return f"{1000 * seconds:.2g} ms"
    if seconds < 99.5:
        return f"{seconds:.3g} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60:02d} min"


def latency(milliseconds: float | None) -> str:
    """Milliseconds."""
    if milliseconds is not None and milliseconds < 0.01:
        return "< 0.01 ms"
    return DASH if milliseconds is None else f"{milliseconds:.3g} ms"


def number(value: float) -> str:
    """A length: whole if it is."""
    return f"{value:,.0f}" if value == int(value) else f"{value:g}"


def length_range(row: LengthScores) -> str:
    """The lengths of a row, e.g. `24 to 31`."""
    return number(row.low) if row.low == row.high else f"{number(row.low)} to {number(row.high)}"


def part_name(row: LengthScores, which: str) -> str:
    """E.g. `longest tenth` or `longest 17 %`."""
    return f"{which} tenth" if row.is_tenth else f"{which} {100 * row.share:.0f} %"


def times(estimate: Estimate) -> str:
    """A ratio and its interval, e.g. `2.3 times (1.9 to 2.8)`."""
    return f"{ratio(estimate.value)} times ({ratio(estimate.low)} to {ratio(estimate.high)})"


def ratio(value: float) -> str:
    """A ratio in two or three digits."""
    if value >= 1000:
        return "over 1,000"
    return f"{value:.2f}" if value < 9.995 else f"{value:.1f}" if value < 99.95 else f"{value:.0f}"


def factor(value: float) -> str:
    """How many times as much, in two digits from 100 on, e.g. `about 50,000`."""
    return (
        f"{value:.0f}"
        if 9.95 <= value < 100
        else f"{value:.1f}"
        if value < 100
        else (f"about {float(f'{value:.2g}'):,.0f}")
    )


def counted(number: int, word: str) -> str:
    """E.g. `3 seeds`; empty for none."""
    return f"{number:,} {word}{'' if number == 1 else 's'}" if number else ""


def capital(words: str) -> str:
    """With a capital at the start, as in a table's row."""
    return words[:1].upper() + words[1:]


def listed(names: Sequence[str]) -> str:
    """E.g. `RNN, LSTM and GRU`."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def length_sentences(analysis: Analysis) -> tuple[str, ...]:
    """Which neighbours differ for sure in the longest part, and by how much at either end."""
    if not analysis.length_rows:
        return ()
    if len(analysis.length_rows) < 2:
        return ("All test examples are about equally long, or too few to be cut by length.",)
    found = [ratio for ratio in analysis.ratios if ratio.significant][:MOST_SENTENCES]
    if found:
        return tuple(_ratio_sentence(analysis, one, again=i > 0) for i, one in enumerate(found))
    if not analysis.ratios:
        return ()
    last = part_name(analysis.length_rows[-1], "longest")
    return (f"In the {last}, no neighbouring architectures differ significantly.",)


def _ratio_sentence(analysis: Analysis, one: Ratio, *, again: bool) -> str:
    first, last = analysis.length_rows[0], analysis.length_rows[-1]
    where = f"the {part_name(last, 'longest')} ({length_range(last)} {analysis.length_unit})"
    verb = "makes" if one.of == "errors" else "has"
    e = one.longest
    sentence = (
        f"{'There' if again else f'In {where}'} {analysis.title(one.worse)} {verb} "
        f"{ratio(e.value)} times the {one.of} of {analysis.title(one.better)} "
        f"({ratio(e.low)} to {ratio(e.high)})"
    )
    short = f"in the {part_name(first, 'shortest')} ({length_range(first)})"
    if one.shortest is None:
        return f"{sentence}; {short} there are too few errors to say."
    return f"{sentence}, {short} {times(one.shortest)}."


def remarks(analysis: Analysis) -> tuple[str, ...]:
    """What else is worth knowing before using one: how sure it is, size, speed, failed runs."""
    smaller = _smaller(analysis)
    cautions = analysis.recommendation.cautions
    return (*cautions, *([smaller] if smaller else []), *_failures(analysis))


def _smaller(analysis: Analysis) -> str:
    """Where the recommended network is far smaller or faster than the one with the best score.

    Of a baseline nothing is said: what says the same to everything is as fast as can be.
    """
    chosen = next((e for e in analysis.entries if e.name == analysis.recommendation.entry), None)
    scored = [e for e in analysis.entries if e.score is not None]
    if chosen is None or chosen.is_baseline or not scored:
        return ""
    best = (max if analysis.measure.rises else min)(scored, key=lambda e: e.score or 0.0)
    sizes, times = (best.bytes, chosen.bytes), (best.latency_ms, chosen.latency_ms)
    gains = []
    if sizes[0] and sizes[1] and sizes[0] >= 3 * sizes[1]:
        gains.append(
            f"{factor(sizes[0] / sizes[1])} times smaller ({size(sizes[1])}, {size(sizes[0])})"
        )
    if times[0] and times[1] and times[0] >= 2 * times[1]:
        shown = f"{latency(times[1])}, {latency(times[0])} a prediction"
        gains.append(f"{factor(times[0] / times[1])} times faster ({shown})")
    return f"{capital(chosen.title)} is {listed(gains)} than {best.title}." if gains else ""


def _failures(analysis: Analysis) -> list[str]:
    failed = [(len(e.failed), e) for e in analysis.entries if e.failed]
    return [
        f"{counted(n, 'run')} of {e.title} failed and {'is' if n == 1 else 'are'} left out: "
        f"{e.failed[0]}"
        for n, e in failed
    ]


def methods(analysis: Analysis) -> Sequence[str]:
    """How everything was measured, in sentences."""
    lines = [
        f"Every entry was scored on the same {analysis.examples:,} test examples, which no "
        "training and no choice of weights has seen."
    ]
    if analysis.budget:
        lines.append(f"The budget of training was {analysis.budget}.")
    if analysis.covers == "examples and seeds":
        lines.append(
            "The 95 % intervals are about other test examples and other seeds: examples are "
            f"sampled with replacement {analysis.resamples:,} times, the same for all entries, "
            "and to each resample is added what other seeds might change: Student's t with the "
            "standard error over runs, the spread of runs being an entry's own or the median of "
            "all, whichever is larger."
        )
    elif analysis.covers:
        lines.append(
            "The 95 % intervals are about other test examples only, sampled with replacement "
            f"{analysis.resamples:,} times, the same ones for all entries. Each network was "
            "trained once, so what another seed would change is not known."
        )
    if analysis.pairs:
        lines.append(
            "Neighbouring architectures are compared on the same examples. The p-value is the "
            "larger of two: of a sign-flip test, in which the two change places for random "
            "examples, and of the interval's tail beyond 0. It is corrected for the number of "
            "pairs (Holm). A difference is significant if the corrected p-value is below 0.05 and "
            "the interval excludes 0. A difference that is not significant may still exist."
        )
    lines.append(
        "Latency is the median time of one prediction from the model file, in NumPy, alone, on one "
        "thread. Parameters are weights; size is that of the model file."
    )
    if analysis.versions:
        made = ", ".join(f"{name} {version}" for name, version in analysis.versions.items())
        threads = f", on {counted(analysis.threads, 'thread')}" if analysis.threads else ""
        lines.append(f"Trained with {made}{threads}.")
    return lines
