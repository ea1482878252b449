"""The report of a comparison: recommendation, scores, lengths, neighbours, curves, method."""

from functools import partial
from pathlib import Path

from .analyse import Analysis
from .charts import curve_charts, entry_key, length_chart, page_chart, score_chart
from .document import Document, Section
from .tables import length_table, pair_table, score_table
from .words import counted, length_sentences, methods, remarks


def comparison_document(analysis: Analysis, *, pictures: bool = True) -> Document:
    """The whole report, with the pictures of its page or without."""
    sections = [_scores(analysis, pictures), _lengths(analysis, pictures), _pairs(analysis)]
    if pictures:
        sections.append(_curves(analysis))
    method = Section("method", "How this was measured", listed=tuple(methods(analysis)))
    return Document(
        title=f"Comparison on {Path(analysis.data).name}" if analysis.data else "Comparison",
        facts=_facts(analysis),
        verdict=analysis.recommendation.sentence,
        remarks=remarks(analysis),
        sections=(*sections, method),
    )


def _facts(analysis: Analysis) -> tuple[str, ...]:
    networks = sum(not entry.is_baseline for entry in analysis.entries)
    facts = [
        analysis.task,
        counted(len(analysis.entries) - networks, "baseline"),
        counted(networks, "network"),
        f"budget {analysis.budget}" if analysis.budget else "",
        counted(analysis.seeds, "seed") if networks else "",
        counted(analysis.examples, "test example"),
        analysis.created[:10],
        "" if analysis.finished else "stopped before it was finished",
    ]
    return tuple(fact for fact in facts if fact)


def _scores(analysis: Analysis, pictures: bool) -> Section:
    drawn = pictures and any(entry.score is not None for entry in analysis.entries)
    direction = "more" if analysis.measure.rises else "less"
    return Section(
        "scores",
        "Scores",
        hint=f"On the test examples, {direction} is better. The bar is the 95 % interval; small "
        "rings are single runs. The recommended entry is in bold.",
        pictures=score_chart(analysis) if drawn else "",
        table=score_table(analysis),
    )


def _lengths(analysis: Analysis, pictures: bool) -> Section:
    forgets = "falls" if analysis.measure.rises else "climbs"
    several = len(analysis.length_rows) > 1
    names = [entry.name for entry in analysis.entries if entry.interval is not None]
    return Section(
        "lengths",
        "Score by length",
        hint="The test examples in tenths by length, shortest at the left: a line that "
        f"{forgets} belongs to a network that loses what it has read.",
        sentences=length_sentences(analysis),
        pictures=entry_key(analysis, names) + _length_chart(analysis)
        if several and pictures
        else "",
        caption="Whiskers are 95 % intervals. The figure of Cho et al. 2014 and Bahdanau et al. "
        "2015, on these data.",
        table=length_table(analysis) if several else None,
        folded=True,
    )


def _length_chart(analysis: Analysis) -> str:
    label = f"{analysis.measure.label} by length"
    return page_chart(partial(length_chart, analysis), label, ends=True)


def _pairs(analysis: Analysis) -> Section:
    return Section(
        "neighbours",
        "Neighbouring architectures",
        hint="Each architecture against the one before, on the same test examples. "
        "Significant: by p-values that are corrected for the number of pairs.",
        table=pair_table(analysis),
    )


def _curves(analysis: Analysis) -> Section:
    pictures = curve_charts(analysis)
    if pictures:
        pictures = entry_key(analysis, [curve.name for curve in analysis.curves]) + pictures
    return Section(
        "curves",
        "Learning curves",
        hint="What validation measured during training: each run thin, their mean bold.",
        pictures=pictures,
    )
