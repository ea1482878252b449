"""From a model and an input to a `Study`, and from that to a `Trace`: what all tasks share.

The names of arrays, their axes and units are those of `docs/trace.md`. Checked by
`tests/inspection/tracing/test_trace.py` for every task.
"""

import math
from collections.abc import Callable

import numpy as np

from ...progress import progress
from ...runtime.model import Model
from ...tasks import TASKS
from ..facts import Facts, Scalar
from ..measures import measured
from ..trace import Layer, Named, Trace
from .attention_edit import Edits, check_network
from .importance import integrated_gradients, leave_one_out
from .study import Study
from .tape import Tape


def trace_of(
    model: Model,
    x: object,
    *,
    target: object = None,
    attention: Edits | None = None,
    gradients: bool = True,
    jacobians: bool = True,
    importance: bool = True,
) -> Trace:
    """What `Model.trace` does; see there."""
    return traced(
        study_of(model, x, target, attention),
        model.file.task,
        dict(model.describe()),
        gradients=gradients,
        jacobians=jacobians,
        importance=importance,
    )


def study_of(
    model: Model, x: object, target: object = None, attention: Edits | None = None
) -> Study:
    """An input and its answer, by the model's task.

    Args:
        model: The model.
        x: As `Model.trace` takes it.
        target: The answer to explain; the model's own if `None`.
        attention: As `Model.trace` takes it.
    """
    study: Callable[..., Study] = TASKS[model.file.task].part("study")
    if not attention:
        return study(model, x, target)
    check_network(model.network)
    return study(model, x, target, attention)


@np.errstate(over="ignore", invalid="ignore")  # numbers that exploded are kept, and told of
def traced(
    study: Study,
    task: str,
    described: dict[str, object],
    *,
    gradients: bool = True,
    jacobians: bool = True,
    importance: bool = True,
) -> Trace:
    """Run a network once and keep everything.

    Args:
        study: The input and its answer.
        task: The model's task.
        described: What the model says of itself.
        gradients: Play the tape backward too.
        jacobians: Measure the states' Jacobians.
        importance: Find which inputs mattered, which takes many more runs.
    """
    tape = Tape()
    with progress("running the network"):
        answer = study.ask(tape)
    arrays = {**_states(tape, study), **_attention(tape, study), **study.arrays(answer)}
    facts: Facts = {"model": {k: _plain(v) for k, v in described.items()}}
    facts = {**facts, **study.facts(answer)}
    if gradients:
        with progress("going back through the network"):
            tape.backward([(value, study.sign * d) for value, d in answer.seeds])
        arrays |= _gradients(tape, study)
    if importance:
        found = integrated_gradients(study)
        lost, together = leave_one_out(study, float(answer.value[0]))
        arrays["importance/integrated_gradients"] = _named(found.shares, "source")
        arrays["importance/leave_one_out"] = _named(lost, "source")
        facts["importance"] = {
            "points": found.points,
            "difference": _plain(found.difference),
            "converged": found.converged,
            "left_out_together": together,
        }
    trace = Trace(
        task=task,
        kind=study.kind,
        input=study.input,
        output=study.output(answer),
        labels=study.labels,
        layers=tuple(_layers(tape, study)),
        facts=facts,
        arrays=arrays,
    )
    weights = {name: ran.weights for name, ran in tape.layers.items() if ran.weights is not None}
    return measured(trace, weights if jacobians else None)


def _layers(tape: Tape, study: Study) -> list[Layer]:
    return [
        Layer(
            name=name,
            kind=ran.kind,
            steps=study.steps_of(name),
            size=ran.size,
            reverse=ran.reverse,
        )
        for name, ran in tape.layers.items()
    ]


def _states(tape: Tape, study: Study) -> dict[str, Named]:
    found = {}
    for name, ran in tape.layers.items():
        dims = tuple(filter(None, (study.steps_of(name), f"{name}.unit")))
        for kind, array in {**ran.states(), **ran.gates()}.items():
            found[f"states/{name}/{kind}"] = _named(array[0], *dims)
    return found


def _gradients(tape: Tape, study: Study) -> dict[str, Named]:
    found = {}
    for name, ran in tape.layers.items():
        dims = tuple(filter(None, (study.steps_of(name), f"{name}.unit")))
        for kind, array in ran.gradients(tape.gradient).items():
            found[f"gradient/{name}/{kind}"] = _named(array[0], *dims)
    x = tape.inputs["source"]
    d_x = tape.gradient(x)[0, : study.num_inputs]
    if study.numbers:
        found["gradient/input"] = _named(d_x, "source", "feature")
    else:
        read = x.array[0, : study.num_inputs]
        found["gradient/input"] = _named((d_x * read).sum(axis=-1), "source")
    return found


def _attention(tape: Tape, study: Study) -> dict[str, Named]:
    found = {}
    for name, weights in tape.attention.items():
        dims = study.attention_dims(name)
        array = np.stack([w[0] for w in weights])
        array = array.reshape(-1, array.shape[-1]) if dims[0] == "target" else array[0]
        found[f"attention/{name}"] = _named(array, *dims)
    return found


def _named(array: np.ndarray, *dims: str) -> Named:
    return Named(np.ascontiguousarray(array, np.float32), dims)


def _plain(value: object) -> Scalar:
    """A value ready for JSON."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if value is None or isinstance(value, str | bool | int | float):
        return value
    return str(value)
