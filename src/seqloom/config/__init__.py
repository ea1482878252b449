"""Settings: frozen dataclasses inside, TOML outside.

rules.py        the rule of a setting and the check of it
training.py     what every task has under `[training]`
sections.py     what a task's settings are made of
TASK.py         one task's sections
tree.py         all settings of a run; from and to mappings, TOML and `--set`
"""

from .sections import NoDecoding, Sections, sections_of
from .training import TrainingConfig
from .tree import (
    SECTION_NAMES,
    Config,
    config_from,
    merge,
    parse_assignments,
    read_toml,
    to_toml,
    to_tree,
)

__all__ = [
    "SECTION_NAMES",
    "Config",
    "NoDecoding",
    "Sections",
    "TrainingConfig",
    "config_from",
    "merge",
    "parse_assignments",
    "read_toml",
    "sections_of",
    "to_toml",
    "to_tree",
]
