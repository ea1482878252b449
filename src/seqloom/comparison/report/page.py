"""report.html of a comparison: the recommendation, scores, lengths, neighbours, curves, method."""

from .analyse import Analysis
from .charts import curve_charts, key, length_chart, score_chart
from .html import figure, folded, found, frame, head, listed, section, table
from .tables import length_table, pair_table, score_table
from .words import length_sentences, methods, remarks


def page(analysis: Analysis) -> str:
    """The whole page."""
    title = f"Comparison on {analysis.data}" if analysis.data else "Comparison"
    body = [
        head(title, facts(analysis), analysis.recommendation.sentence, remarks(analysis)),
        _scores(analysis),
        _lengths(analysis),
        _pairs(analysis),
        _curves(analysis),
        section("method", "How this was measured", "", listed(methods(analysis))),
    ]
    return frame(title, [part for part in body if part])


def facts(analysis: Analysis) -> list[str]:
    """What was compared, in short."""
    networks = sum(not entry.is_baseline for entry in analysis.entries)
    return [
        analysis.task,
        _counted(len(analysis.entries) - networks, "baseline"),
        _counted(networks, "network"),
        f"budget {analysis.budget}" if analysis.budget else "",
        _counted(analysis.seeds, "seed") if networks else "",
        _counted(analysis.examples, "test example"),
        analysis.created[:10],
        " ".join(f"{name} {version}" for name, version in analysis.versions.items()),
    ]


def _counted(number: int, word: str) -> str:
    return f"{number:,} {word}" + ("" if number == 1 else "s") if number else ""


def _scores(analysis: Analysis) -> str:
    drawn = any(entry.score is not None for entry in analysis.entries)
    direction = "more" if analysis.measure.rises else "less"
    hint = (
        f"On the test examples, {direction} is better. The bar is the 95 % interval; small rings "
        "are single runs. The recommended entry is in bold."
    )
    picture = figure(score_chart(analysis)) if drawn else ""
    return section("scores", "Scores", hint, picture, table(score_table(analysis), "Scores"))


def _lengths(analysis: Analysis) -> str:
    if not analysis.length_rows:
        return ""
    forgets = "falls" if analysis.measure.rises else "climbs"
    hint = (
        "The test examples in tenths by length, shortest at the left: a line that "
        f"{forgets} belongs to a network that loses what it has read."
    )
    sentences = found(length_sentences(analysis))
    if len(analysis.length_rows) < 2:
        return section("lengths", "Score by length", hint, sentences)
    names = [entry.name for entry in analysis.entries if entry.interval is not None]
    picture = figure(
        key(analysis, names),
        length_chart(analysis),
        caption="Whiskers are 95 % intervals. The figure of Cho et al. 2014 and Bahdanau et al. "
        "2015, on these data.",
    )
    numbers = folded("The numbers", table(length_table(analysis), "Scores by length"))
    return section("lengths", "Score by length", hint, sentences, picture, numbers)


def _pairs(analysis: Analysis) -> str:
    hint = (
        "Each step of the ladder against the one before, on the same test examples. Settled: more "
        "than chance, with all pairs taken together."
    )
    content = table(pair_table(analysis), "Differences of neighbours")
    return section("neighbours", "Neighbours on the ladder", hint, content)


def _curves(analysis: Analysis) -> str:
    by_seconds, by_steps = curve_charts(analysis)
    if not by_seconds and not by_steps:
        return ""
    names = [curve.name for curve in analysis.curves]
    pictures = f'<div class="pair">{by_seconds}{by_steps}</div>'
    hint = "What validation measured during training: each run thin, their mean bold."
    return section("curves", "Learning curves", hint, figure(key(analysis, names), pictures))
