"""How open the choice was that an answer came from: entropy of what the network said.

Checked by `tests/inspection/test_learnt.py`.
"""

import math

import numpy as np

from .attention import entropy
from .facts import AnswerFacts
from .trace import Trace


def answer_facts(trace: Trace) -> AnswerFacts | None:
    """The section `answer` of a trace's facts; `None` where nothing was chosen from.

    Args:
        trace: With `output/log_probabilities` or without.
    Returns:
        `entropy`, the mean over the answer's steps, and `most`, the largest there can be, nats. A
        text's steps before the last were given, and do not count.
    """
    if "output/log_probabilities" not in trace:
        return None
    said = np.atleast_2d(np.asarray(trace["output/log_probabilities"].values, np.float64))
    if not said.size or said.shape[1] < 2 or np.isnan(said).any():
        return None
    found = entropy(np.exp(said[-1:] if trace.task == "generate" else said))
    return {"entropy": float(found.mean()), "most": math.log(said.shape[1])}
