"""The report of a memory probe: spans, accuracy against length, the gradient's memory beside it."""

from collections.abc import Sequence

from .charts import Look, both_sizes, key_of, value_range
from .document import Document, Section
from .spans import Order, ProbeAnalysis, Span, span_size
from .svg import Chart, Mark, Series
from .tables import Table, with_unit
from .words import DASH, count, counted, listed, number


def probe_document(analysis: ProbeAnalysis) -> Document:
    """The whole report."""
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
        sections=(_spans(analysis), _lengths(analysis), _memories(analysis), _method(analysis)),
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
        "more seeds would tell."
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
        table=Table(heads, rows, caption=caption),
    )


def _solved(span: Span, length: int) -> str:
    cell = next((cell for cell in span.cells if cell.length == length), None)
    if cell is None:
        return "skipped" if span.fails_from is not None else DASH
    return f"{cell.score:.1f} ({cell.solved}/{len(cell.scores)})"


def _lengths(analysis: ProbeAnalysis) -> Section:
    drawn = [span for span in analysis.spans if span.cells]
    look = {s.name: Look(f"s{i % 7 + 1}", i) for i, s in enumerate(analysis.spans)}
    keys = key_of([(s.name, s.title, look[s.name]) for s in drawn])
    return Section(
        "lengths",
        f"{analysis.measure.label.capitalize()} against length",
        hint=f"A length is how far back what is needed lies: {analysis.distance}. Each seed is a "
        "thin line, the mean a bold one; where it crosses the broken line the memory ends.",
        pictures=keys + _chart(analysis, drawn, look) if drawn else "",
    )


def _chart(analysis: ProbeAnalysis, drawn: Sequence[Span], look: dict[str, Look]) -> str:
    measure, log = analysis.measure, max(analysis.lengths) >= 8 * max(1, min(analysis.lengths))
    guides = [(analysis.threshold, "solved", "")]
    if analysis.chance is not None:
        guides.append((float(analysis.chance), "chance", "chance"))
    values = [v for s in drawn for c in s.cells for v in c.scores] + [g[0] for g in guides]
    low, high = value_range(values, percent=measure.unit == "%")
    first, last = float(min(analysis.lengths)), float(max(analysis.lengths))
    room = 1.05 if log else 0.03 * (last - first) or 1.0
    return both_sizes(
        Chart(
            title=f"{measure.label} against length",
            x_label=f"length{', logarithmic' if log else ''}",
            y_label=with_unit(measure.label, measure.unit),
            series=tuple(s for span in drawn for s in _lines(analysis, span, look[span.name])),
            x_ticks=tuple((float(n), str(n)) for n in analysis.lengths),
            y_low=low,
            y_high=high,
            x_low=first / room if log else first - room,
            x_high=last * room if log else last + room,
            x_log=log,
            guides=tuple(guides),
        )
    )


def _lines(analysis: ProbeAnalysis, span: Span, look: Look) -> list[Series]:
    runs = min(len(cell.scores) for cell in span.cells)
    lines = [
        Series(
            span.name,
            "",
            look.style,
            tuple(Mark(cell.length, cell.scores[run]) for cell in span.cells),
            thin=True,
            marked="none",
        )
        for run in range(runs if runs > 1 else 0)
    ]
    marks = tuple(
        Mark(
            cell.length,
            cell.score,
            title=f"{span.title}, length {cell.length}: {analysis.measure.typeset(cell.score)}, "
            f"{cell.solved} of {len(cell.scores)} solved",
        )
        for cell in span.cells
    )
    return [*lines, Series(span.name, span.title, look.style, marks, shape=look.shape)]


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
        table=Table(("network", "solved to", "fails from", "at length", before, after), rows),
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
