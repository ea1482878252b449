"""`seqloom.quantize`: a smaller model file, and what rounding its weights costs.

`rounding.py` rounds, `costs.py` measures each weight alone, `smaller.py` decides which stay in
float32 and scores both models, and `tasks/` has what differs between the tasks.
"""

from .result import QuantizeResult
from .smaller import quantize

__all__ = ["QuantizeResult", "quantize"]
