"""Looking inside: what a network did, as a `Trace`, as figures and as a page."""

from ..decoding import Alignment
from .page import framed
from .trace import Layer, Named, Trace, read_trace

__all__ = ["Alignment", "Layer", "Named", "Trace", "read_trace"]

Trace._repr_html_ = framed
