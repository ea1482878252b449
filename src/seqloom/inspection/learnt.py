"""In words, that a network has not learnt its task: by its training record, or by its answer.

Such a network has gradients, attention and inputs that count like any other; what they show is of
its random start. So this is said before all else.

    record   macro-F1 of a constant or random answer is at most 1 / classes, however rare a class;
             an empty output has a symbol error of 100 %; symbols by their frequency alone need
             about 0.8 ln V nats in running text
    answer   mean entropy of the distributions that the answer was chosen from, near ln V
    forecast what the network adds to the seasonal naive forecast, in units of that one's own error

The margins are ours. Checked by `tests/inspection/test_learnt.py` and, on real traces, by
`tests/inspection/verdicts/`.
"""

import math
from collections.abc import Iterator, Mapping
from typing import TypeGuard

from .facts import Scalar
from .trace import Trace
from .wording import count

CHANCE = 1.1  # times the macro-F1 of answers that do not look at the text
WRONG = 80.0  # % of symbols
MANY, NONE_RIGHT = 60.0, 99.5  # % of symbols, and of outputs, that are wrong
FREQUENCIES = 0.75  # of ln V, nats
UNIFORM = 0.98  # of the largest entropy
NOTHING = 0.05  # of the naive forecast's own error


def unlearnt(trace: Trace) -> list[str]:
    """One sentence if the network has not learnt its task, or if its answer is a guess."""
    record = trace.facts.get("model", {})
    for told in (*_by_record(trace, record), *_by_answer(trace)):
        return [told]
    return []


def _by_record(trace: Trace, record: Mapping[str, Scalar]) -> Iterator[str]:
    f1, classes = record.get("valid_macro_f1"), len(trace.labels.get("class", ()))
    if _is_number(f1) and classes > 1 and f1 <= CHANCE * 100 / classes:
        yield (
            f"It has not learnt this: on the validation texts its macro-F1 is {f1:.1f} %, and "
            f"answers that ignore the text have up to {100 / classes:.1f} %."
        )
    for key, what in (("symbol", "validation pairs"), ("character", "validation recordings")):
        wrong = record.get(f"valid_{key}_error")
        if _is_number(wrong) and wrong >= WRONG:
            yield f"It has not learnt this: its {key} error on the {what} is {wrong:.1f} %."
    symbols, outputs = record.get("valid_symbol_error"), record.get("valid_output_error")
    if _is_number(symbols) and _is_number(outputs) and symbols >= MANY and outputs >= NONE_RIGHT:
        yield (
            f"It has hardly learnt this: {100 - outputs:.1f} % of the validation outputs are "
            f"right, and its symbol error is {symbols:.1f} %."
        )
    nats, size = record.get("valid_nats_per_symbol"), len(trace.labels.get("vocabulary", ()))
    if _is_number(nats) and size > 1 and nats >= FREQUENCIES * math.log(size):
        yield (
            f"It has hardly learnt this: it needs {nats:.2f} nats a symbol on the validation text; "
            f"equal odds for {count(size, 'symbol')} need {math.log(size):.2f}."
        )


def _by_answer(trace: Trace) -> Iterator[str]:
    added = trace.facts.get("added")
    if _is_number(added) and added < NOTHING:
        yield (
            "It has learnt nothing beside the seasonal naive forecast: what it adds is "
            f"{100 * added:.1f} % of that forecast's own error."
        )
    answer = trace.facts.get("answer")
    if answer and answer["entropy"] >= UNIFORM * answer["most"]:
        yield (
            f"Its answer is a guess: over {count(round(math.exp(answer['most'])), 'choice')} the "
            f"probabilities are next to equal ({answer['entropy']:.2f} of {answer['most']:.2f} "
            "nats)."
        )


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
