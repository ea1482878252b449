"""Searching for outputs: greedy, beam, sampling; for any model that steps."""

from .alignment import Alignment
from .beam import beam_search
from .continuation import Sampling, continuation
from .contract import Hypothesis, Stepper, TextModel, check_numbers, select
from .decode import LengthLimit, Search, decode, decode_recorded
from .greedy import greedy
from .record import Considered
from .sampling import sampler

__all__ = [
    "Alignment",
    "Considered",
    "Hypothesis",
    "LengthLimit",
    "Sampling",
    "Search",
    "Stepper",
    "TextModel",
    "beam_search",
    "check_numbers",
    "continuation",
    "decode",
    "decode_recorded",
    "greedy",
    "sampler",
    "select",
]
