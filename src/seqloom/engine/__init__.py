"""The native engine: programs run in C++, forward only.

`lower.py` makes the engine's instructions of a network's program, `program.py` runs them, and
`network.py` gives a network entries that do. `native/src/engine/` is the other half.
"""

from .library import available
from .network import on_engine, program_of

__all__ = ["available", "on_engine", "program_of"]
