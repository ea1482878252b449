"""Each network once: its weights, and straight lines of named operations.

`network_of` makes one from its settings. What runs it, records it or plays it backward is an engine
of `ops.py`. The torch networks of `models/` are a second description; tests hold the two against
each other.
"""

from collections.abc import Mapping
from typing import Any

from ..tasks import TASKS
from .network import Network


def network_of(task: str, config: Any, sizes: Mapping[str, int]) -> Network:
    """The network of some settings, its weights still placeholders.

    Args:
        task: Its task.
        config: The section `model` of its settings.
        sizes: What shapes depend on beside them, by letter: `export.parts` has them of a file.
    """
    found: Network = TASKS[task].part("networks")[config.architecture](config, sizes)
    return found
