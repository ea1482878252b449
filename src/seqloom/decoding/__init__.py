"""Searching for outputs: greedy, beam, sampling; for any model that steps."""

from .beam import beam_search
from .contract import Hypothesis, Stepper, select
from .decode import LengthLimit, Search, decode
from .greedy import greedy, sampler

__all__ = [
    "Hypothesis",
    "LengthLimit",
    "Search",
    "Stepper",
    "beam_search",
    "decode",
    "greedy",
    "sampler",
    "select",
]
