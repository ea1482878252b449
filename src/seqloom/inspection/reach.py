"""How far back the answer leans on its input: what a network uses, not what it could learn from.

    v_s     what the answer loses when input s is left out (`importance/leave_one_out`)
    reach   the distance from the last input to the farthest s with |v_s| >= 0.2 max |v|

The gradient speaks of small changes. A state that has settled where its tanh is flat holds what it
read for as long as one likes while no small change passes it, so a gradient that has vanished does
not prove that the beginning is forgotten. Leaving an input out is a large change, and shows it.

Source: latching and vanishing gradients: Bengio, Simard & Frasconi, "Learning Long-Term
    Dependencies with Gradient Descent Is Difficult", IEEE Trans. Neural Networks 5(2), 1994.
    The fifth is ours.
Checked by `tests/inspection/test_reach.py`.
"""

import numpy as np

from .facts import ReachFacts
from .trace import Trace

SHARE = 0.2  # of the largest effect
LEAST = 0.01  # nats; below it the input as a whole hardly matters


def reach_facts(trace: Trace) -> ReachFacts | None:
    """The section `reach` of a trace's facts; `None` without leave-one-out or if nothing matters.

    Args:
        trace: With `importance/leave_one_out` or without.
    Returns:
        `steps` from the last input back to the farthest that counts, its `place` and `effect`; the
        `largest` effect and the `place_of_largest`.
    """
    if "importance/leave_one_out" not in trace:
        return None
    effects = np.asarray(trace["importance/leave_one_out"].values, np.float64)
    sizes = np.abs(effects)
    if not len(sizes) or not np.isfinite(sizes).all():
        return None
    largest = float(sizes.max())
    if largest < (0.0 if trace.task == "forecast" else LEAST) or largest == 0.0:
        return None
    place = int(np.flatnonzero(sizes >= SHARE * largest)[0])
    top = int(sizes.argmax())
    return {
        "steps": len(sizes) - 1 - place,
        "place": place,
        "effect": float(effects[place]),
        "largest": float(effects[top]),
        "place_of_largest": top,
    }
