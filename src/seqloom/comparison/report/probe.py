"""The report of a memory probe: spans, accuracy against length, the gradient's memory beside it."""

from functools import partial
from typing import TYPE_CHECKING

from .charts import Look, draw_line, dress, key, network_look, page_chart
from .document import Document, Section
from .spans import MemorySpan, Order, ProbeAnalysis, span_size
from .svg import GREY, tag
from .tables import ReportTable, with_unit
from .words import DASH, count, counted, listed, number

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def probe_document(analysis: ProbeAnalysis, *, pictures: bool = True) -> Document:
    """The whole report, with the picture of its page or without."""
    facts = (
        counted(len(analysis.spans), "network"),
        counted(analysis.seeds, "seed"),
        f"{analysis.steps:,} steps of training each" if analysis.steps else "",
        f"lengths {', '.join(map(str, analysis.lengths))}",
        "" if analysis.finished else "stopped before it was finished",
    )
    return Document(
        title=f"Memory probe: {analysis.probe}",
        facts=tuple(fact for fact in facts if fact),
        verdict=_verdict(analysis),
        remarks=_beyond(analysis),
        sections=(
            _spans(analysis),
            *([_lengths(analysis)] if pictures else []),
            _memories(analysis),
            _method(analysis),
        ),
    )


def _verdict(analysis: ProbeAnalysis) -> str:
    """Who fails from which length, the shortest span first."""
    failing = sorted(
        (s for s in analysis.spans if s.fails_from is not None), key=lambda s: s.fails_from or 0
    )
    last = max(analysis.lengths)
    unfailed = [s for s in analysis.spans if s.cells and s.fails_from is None]
    holding = [s.title for s in unfailed if s.solved_to == last]
    parts = [f"{s.title} fails from {s.fails_from}" for s in failing]
    if holding:
        verb = "solves" if len(holding) == 1 else "solve"
        parts.append(f"{listed(holding)} {verb} all lengths to {last}")
    parts += [
        f"{s.title} solves all lengths tried, to {s.solved_to}"
        for s in unfailed
        if s.solved_to != last
    ]
    return "; ".join(parts) + "." if parts else "Nothing was measured."


def _beyond(analysis: ProbeAnalysis) -> tuple[str, ...]:
    """Networks that solve a longer length than one they fail at: luck of a seed, or too few."""
    return tuple(
        f"{s.title} fails at {s.fails_from} but solves {listed(list(map(str, s.solved_beyond)))}: "
        "more seeds would show which it is."
        for s in analysis.spans
        if s.solved_beyond
    )


def _spans(analysis: ProbeAnalysis) -> Section:
    heads = ("network", "parameters", "solved to", "fails from", *map(str, analysis.lengths))
    rows = tuple(
        (
            span.title,
            count(span.parameters),
            DASH if span.solved_to is None else str(span.solved_to),
            DASH if span.fails_from is None else str(span.fails_from),
            *(_solved(span, length) for length in analysis.lengths),
        )
        for span in analysis.spans
    )
    caption = f"{with_unit(analysis.measure.label, analysis.measure.unit)}, seeds that solved it"
    return Section(
        "spans",
        "Spans",
        hint=f"Solved: {'at least' if analysis.measure.rises else 'at most'} "
        f"{analysis.measure.typeset(analysis.threshold)} in more than half of the seeds. A span "
        "ends at the first length that is not.",
        table=ReportTable(heads, rows, caption=caption),
    )


def _solved(span: MemorySpan, length: int) -> str:
    cell = next((cell for cell in span.cells if cell.length == length), None)
    if cell is None:
        return "skipped" if span.fails_from is not None else DASH
    return f"{cell.score:.1f} ({cell.solved}/{len(cell.scores)})"


def _lengths(analysis: ProbeAnalysis) -> Section:
    keys = [(s.name, s.title, network_look(i)) for i, s in enumerate(analysis.spans) if s.cells]
    label = f"{analysis.measure.label} against length"
    return Section(
        "lengths",
        f"{analysis.measure.label.capitalize()} against length",
        hint=f"A length is how far back what is needed lies: {analysis.distance}. Each seed is a "
        "thin line, the mean a bold one; where it crosses the broken line the memory ends.",
        pictures=key(keys) + page_chart(partial(probe_chart, analysis), label, ends=True)
        if keys
        else "",
    )


def probe_chart(analysis: ProbeAnalysis, axes: "Axes", narrow: bool = False) -> None:
    """Every network's score at each length, by seeds and the mean of them."""
    measure, lengths = analysis.measure, analysis.lengths
    for place, span in enumerate(analysis.spans):
        if span.cells:
            _span_lines(analysis, axes, span, network_look(place))
    guides = [(analysis.threshold, "solved", "--")]
    if analysis.chance is not None:
        guides.append((float(analysis.chance), "chance", ":"))
    for level, words, dashes in guides:
        axes.axhline(level, color=GREY, linestyle=dashes, linewidth=1.2, label="_")
        axes.annotate(
            words,
            (0.0, level),
            (4, 3),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            gid=tag("halo"),
        )
    log = max(lengths) >= 8 * max(1, min(lengths))
    if log:
        axes.set_xscale("log")
        axes.minorticks_off()
    axes.set_xticks(lengths, [str(n) for n in lengths])
    values = [v for s in analysis.spans for c in s.cells for v in c.scores]
    dress(
        axes,
        f"length (steps){', logarithmic' if log else ''}",
        with_unit(measure.label, measure.unit),
        [*values, *(level for level, *_ in guides)],
        percent=measure.unit == "%",
    )


def _span_lines(analysis: ProbeAnalysis, axes: "Axes", span: MemorySpan, look: Look) -> None:
    runs = min(len(cell.scores) for cell in span.cells)
    for run in range(runs if runs > 1 else 0):
        points = [(cell.length, cell.scores[run]) for cell in span.cells]
        draw_line(axes, span.name, "", look, points, thin=True)
    hovers = [
        f"{span.title}, length {cell.length}: {analysis.measure.typeset(cell.score)}, "
        f"{cell.solved} of {len(cell.scores)} solved"
        for cell in span.cells
    ]
    means = [(cell.length, cell.score) for cell in span.cells]
    draw_line(axes, span.name, span.title, look, means, hovers=hovers)


def _memories(analysis: ProbeAnalysis) -> Section:
    known = [s for s in analysis.spans if s.memory_start is not None or s.memory_end is not None]
    if not known:
        return Section("memory", "Memory of the gradient")
    unit = analysis.memory_unit
    rows = tuple(
        (
            span.title,
            DASH if span.solved_to is None else str(span.solved_to),
            DASH if span.fails_from is None else str(span.fails_from),
            str(span.memory_at),
            _reach(span.memory_start, span.memory_at),
            _reach(span.memory_end, span.memory_at),
        )
        for span in sorted(known, key=span_size)
    )
    before, after = f"memory before training, {unit}", f"memory after training, {unit}"
    return Section(
        "memory",
        "Memory of the gradient",
        hint="How many steps back the gradient goes before it has fallen to 1 %, at the longest "
        "length tried: a network cannot learn from what its gradient does not reach.",
        sentences=tuple(_order_sentence(order) for order in analysis.orders),
        table=ReportTable(("network", "solved to", "fails from", "at length", before, after), rows),
    )


def _reach(memory: float | None, length: int | None) -> str:
    """Steps; `all` where the gradient reached what was needed."""
    if memory is None:
        return DASH
    shown = number(round(memory, 1))
    return f"all {shown}" if length is not None and memory >= length else shown


def _order_sentence(order: Order) -> str:
    ties = order.networks * (order.networks - 1) // 2 - order.agree - order.oppose
    tied = f", {counted(ties, 'pair')} tied" if ties else ""
    rho = "" if order.spearman is None else f"; rank correlation {order.spearman:.2f}"
    counts = (
        f"({counted(order.agree, 'pair') or 'no pair'} of networks in the same order, "
        f"{order.oppose or 'none'} in the opposite one{tied}{rho})"
    )
    if order.agree == 0 and order.oppose == 0:
        return f"The memory {order.when} and the spans cannot be put in an order {counts}."
    if order.oppose == 0:
        return f"The memory {order.when} puts the networks in the order of their spans {counts}."
    return (
        f"The memory {order.when} does not put the networks in the order of their spans {counts}."
    )


def _method(analysis: ProbeAnalysis) -> Section:
    seeds = counted(analysis.seeds, "seed")
    steps = f"for {analysis.steps:,} steps at most, " if analysis.steps else ""
    lines = [
        f"Each network was trained at every length, {steps}with {seeds}, on fresh examples, and "
        "scored on others.",
        "Lengths are tried in order; longer ones may be skipped after failures, and the table "
        "then says so.",
    ]
    if analysis.source:
        lines.append(f"The probe: {analysis.source}.")
    if analysis.chance is not None:
        lines.append(f"Chance is {analysis.measure.typeset(analysis.chance)}.")
    return Section("method", "How this was measured", listed=tuple(lines))
