"""What `Model.trace` does: the network runs again, on a tape, and all that it did is kept.

`traced.py` makes the trace; a model's input and answer come to it as a `Study`, one kind a task.
"""

from .traced import study_of, trace_of

__all__ = ["study_of", "trace_of"]
