"""What `inspect` does around a trace: check the options, search a file, put it in words."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..errors import ConfigError
from ..files import explaining, replacing
from ..inspection.facts import Around, Facts
from ..inspection.patterns import check_pattern
from ..inspection.search import check_span, check_step, find_nearest, find_places
from ..inspection.states import States, gather
from ..inspection.trace import Trace
from ..inspection.units import find_patterns
from ..plain import json_safe, to_json
from ..progress import each
from .command import given_options
from .figures import check_figure
from .options import InspectOptions
from .tasks import inputs_of

if TYPE_CHECKING:
    from ..runtime.model import Model

PAGE = Path("inspect.html")  # what is written if no other name is given
MOST_SHOWN = 5  # places, units and inputs that the summary names


def check_outputs(options: InspectOptions) -> None:
    """Find what is wrong with the options before the work, not after it.

    Raises:
        ConfigError: Options do not belong together.
        RunError: An output's folder is not there.
    """
    if options.what is not None and options.figure is None:
        raise ConfigError("inspect: `--what` needs --figure. For example: --figure figure.pdf")
    searching = ("layer", "step", "span", "pattern", "alignments")
    for name, _ in given_options(options):
        if options.data is None and name in searching:
            raise ConfigError(
                f"inspect: `--{name}` needs --data, a file with the inputs to search. Add it."
            )
    if options.span is not None:
        span_of(options.span)
    for pattern in options.pattern or ():
        check_pattern(pattern)
    check_figure(options.figure, "inspect")
    _check_files(options)
    if options.what is not None:
        from ..inspection.figures import FIGURES

        if options.what not in FIGURES:
            raise ConfigError(
                f"inspect: `--what` must be one of {', '.join(FIGURES)}, got {options.what}."
            )


def _check_files(options: InspectOptions) -> None:
    """What is written must be files, in folders that are there, and never what is read."""
    taken = {os.path.realpath(options.model): "the model"}
    for name, read in (("INPUT", options.given), ("--data", options.data)):
        if read is not None and os.path.isfile(read):
            taken.setdefault(os.path.realpath(read), name)
    outputs = {
        "page": options.page or PAGE,
        "trace": options.trace,
        "figure": options.figure,
        "alignments": options.alignments,
    }
    for name, path in outputs.items():
        if path is None:
            continue
        with explaining(path, "inspect"):
            path.absolute().parent.stat()
        if path.is_dir():
            raise ConfigError(f"inspect: `--{name}`: {path} is a folder. Name a file in it.")
        real = os.path.realpath(path)
        other = next((w for p, w in taken.items() if p == real or _is_same(p, real)), None)
        if other is not None:
            raise ConfigError(
                f"inspect: `--{name}` would overwrite {path}, which is {other}. Choose another "
                "name."
            )
        taken[real] = f"--{name}"


def _is_same(one: str, other: str) -> bool:
    """True for two names of one file, e.g. on a disk that does not tell capitals."""
    return os.path.exists(one) and os.path.exists(other) and os.path.samefile(one, other)


def span_of(text: str) -> tuple[int, int]:
    """`A:B` as two numbers.

    Raises:
        ConfigError: It is written in another way.
    """
    first, _, last = text.partition(":")
    if not (first.isdecimal() and last.isdecimal() and int(first) < int(last)):
        raise ConfigError(
            f"inspect: `--span` must be A:B, the first step and the one after the last, got {text}."
        )
    return int(first), int(last)


def weights_of(given: list[str] | None) -> dict[tuple[int, int], float] | None:
    """Attention weights that were set, `T,S=W` each; `None` without any.

    Raises:
        ConfigError: One is written in another way.
    """
    found = {}
    for text in given or []:
        place, _, weight = text.partition("=")
        try:
            target, source = map(int, place.split(","))
            found[target, source] = float(weight)
        except ValueError as error:
            raise ConfigError(
                "inspect: `--weight` must be T,S=W, an output step, an input step and a weight, "
                f"got {text}. For example: 3,1=0.9."
            ) from error
    return found or None


def searched(trace: Trace, model: "Model", data: str, options: InspectOptions) -> Trace:
    """The trace with what was found in the texts of `--data`: nearest states, places, units.

    Raises:
        ConfigError: The trace has no such layer, step or span.
    """
    layer = _layer(trace, options.layer)
    _check_places(trace, layer, options)
    inputs = each(inputs_of(model, data), "searching", unit="texts")
    states = gather((_quick(model, x) for x in inputs), layer)
    if not states.complete:
        print(
            f"note: the first {len(states.values):,} steps of {data} are searched",
            file=sys.stderr,
        )
    return trace.updated(facts=_answers(trace, states, options))


def _quick(model: "Model", x: object) -> Trace:
    """The states and the attention of an input, without gradients and importance."""
    return model.trace(x, gradients=False, jacobians=False, importance=False)


def _check_places(trace: Trace, layer: str, options: InspectOptions) -> None:
    """Find a step or a span that the input has not, and attention that is not there.

    Raises:
        ConfigError: There is one.
    """
    num_steps = trace[f"states/{layer}/h"].shape[0]
    if options.step is not None:
        check_step(num_steps, options.step)
    if options.span is not None:
        check_span(num_steps, *span_of(options.span))
    if options.alignments is not None and "attention/decoder" not in trace:
        raise ConfigError(
            "inspect: `--alignments` needs a model whose decoder has attention; this model's has "
            "none."
        )


def _answers(trace: Trace, states: States, options: InspectOptions) -> Facts:
    last = trace[f"states/{states.layer}/h"].shape[0] - 1
    facts: Facts = {
        "nearest": find_nearest(trace, states, last if options.step is None else options.step)
    }
    if options.span is not None:
        facts["places"] = find_places(trace, states, *span_of(options.span))
    if options.pattern:
        facts["patterns"] = find_patterns(states, options.pattern)
    return facts


def _layer(trace: Trace, name: str | None) -> str:
    """The layer whose states are searched: the named one, or the first that has steps."""
    known = [layer.name for layer in trace.layers if layer.steps]
    if not known:
        raise ConfigError(
            "inspect: `--data` searches the states of the steps; this model has none. Drop it."
        )
    if name is not None and name not in known:
        raise ConfigError(f"inspect: `--layer` must be one of {', '.join(known)}, got {name}.")
    return name or known[0]


def write_alignments(path: Path, model: "Model", data: str) -> None:
    """The decoder's attention over every text of `--data`, a line of JSON each."""
    with replacing(path, "inspect") as beside, open(beside, "w", encoding="utf-8") as file:
        for x in each(inputs_of(model, data), "reading alignments", unit="texts"):
            trace = _quick(model, x)
            weights = np.asarray(trace["attention/decoder"].values, np.float64).round(4).tolist()
            line = {
                "input": trace.input,
                "output": trace.output,
                "source": trace.labels.get("source"),
                "target": trace.labels.get("target"),
                "weights": weights,
                "monotonicity": trace.facts.get("attention", {}).get("monotonicity"),
            }
            file.write(to_json(line) + "\n")


def summary(trace: Trace) -> Iterator[str]:
    """What a person wants to know first."""
    yield f"input:  {_one_line(trace.input)}"
    yield f"output: {_seen(trace.output)}{_sure(trace)}"
    if "exceptions" in trace.facts:
        answers = ", ".join(map(_seen, trace.facts["exceptions"]))
        yield f"note: predict answers this input from the dictionary of exceptions: {answers}"
    for sentence in trace.facts.get("verdict", []):
        yield f"- {sentence}"
    mattered = _mattered(trace)
    if mattered:
        yield f"what is lost without an input: {mattered}"
    if "nearest" in trace.facts:
        for step in trace.facts["nearest"]["found"][:MOST_SHOWN]:
            where = _around(step, step["step"], step["step"] + 1)
            yield f"nearest: {step['cosine']:.2f}  {where}"
    if "places" in trace.facts:
        for place in trace.facts["places"]["found"][:MOST_SHOWN]:
            yield f"places: {place['on']:.2f}  {_around(place, place['start'], place['stop'])}"
    for pattern in trace.facts.get("patterns", []):
        best = ", ".join(
            f"{unit['unit']} ({unit['correlation']:+.2f})" for unit in pattern["units"][:MOST_SHOWN]
        )
        yield f"units that follow {pattern['pattern']} (correlation): {best or 'it does not occur'}"


def json_of(trace: Trace) -> dict[str, object]:
    """What was found, without the arrays over units."""
    small = {
        name: json_safe(np.asarray(array.values, np.float64).round(6).tolist())
        for name, array in trace.items()
        if name.startswith(("importance/", "loss/", "jacobian/", "output/values"))
    }
    return {
        "task": trace.task,
        "rung": trace.kind,
        "input": trace.input,
        "output": trace.output,
        "labels": trace.labels,
        **trace.facts,
        "arrays": small,
    }


def _sure(trace: Trace) -> str:
    """How sure the model is of its output, where that is one number."""
    probabilities = trace.facts.get("probabilities", {})
    if trace.output in probabilities:
        sure = probabilities[trace.output]
        return " (no number)" if sure is None else f" ({100 * sure:.1f} %)"
    if "loss/steps" not in trace:
        return ""
    losses = np.asarray(trace["loss/steps"].values, np.float64)
    if trace.task == "generate":  # the output is the last symbol, the others were given
        return f" ({100 * np.exp(-losses[-1]):.1f} %)"
    return f" (loss {losses.sum():.3f} nats)"


def _mattered(trace: Trace) -> str:
    """The inputs that the answer depends on most, with what it loses without them."""
    if "importance/leave_one_out" not in trace:
        return ""
    together = int(trace.facts.get("importance", {}).get("left_out_together", 1))
    lost = together * np.asarray(trace["importance/leave_one_out"].values, np.float64)
    labels = trace.labels.get("source", [str(place) for place in range(len(lost))])
    best = np.argsort(-np.abs(lost), kind="stable")[: MOST_SHOWN * together : together]
    unit = "" if trace.task == "forecast" else " nats"
    more = f" (with the {together - 1} beside it)" if together > 1 else ""
    return ", ".join(
        f"{_seen(labels[i])}{more} {lost[i]:+.2f}{unit}" for i in best if abs(lost[i]) >= 0.005
    )


def _seen(text: str) -> str:
    """On one line, and to be seen if it is only space."""
    return _one_line(text) if text.strip() or not text else repr(text)


def _around(place: Around, start: int, stop: int) -> str:
    """A place with its neighbours, itself in brackets."""
    start, stop = start - place["first"], stop - place["first"]
    symbols = [_one_line(symbol) for symbol in place["symbols"]]
    joiner = "" if all(len(symbol) <= 1 for symbol in symbols) else " "
    parts = [joiner.join(part) for part in (symbols[:start], symbols[start:stop], symbols[stop:])]
    return f"{parts[0]} [{parts[1]}] {parts[2]}"


def _one_line(text: str) -> str:
    return text if text == " " else " ".join(text.split())
