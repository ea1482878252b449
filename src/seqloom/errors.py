"""The exceptions of this package.

SeqloomError
├── ConfigError        a setting is unknown, out of range, or contradicts another
├── DataError          a line or file of the user's data breaks a rule
├── ShapeError         an array argument has the wrong shape
├── FormatError        a model or checkpoint file is damaged, foreign, or of a newer version
├── RunError           a run folder cannot be made, written to, or resumed
├── DivergedError      training, or a network that predicts, left the real numbers
└── MissingExtraError  a command needs an optional dependency that is not installed

A message says where, what is wrong and what to do: ``Where: `name` must RULE, got VALUE. FIX.``
for a value that breaks a rule, ``Where: X is missing. FIX.`` for what is not there. It fits on one
line; the command line prints it as it is and exits with 1.
"""

from .plain import printable


class SeqloomError(ValueError):
    """Base of every error this package raises on purpose; its text is one line, safe to print."""

    def __str__(self) -> str:
        return printable(super().__str__())


class ConfigError(SeqloomError):
    """A setting is unknown, out of range, or contradicts another."""


class DataError(SeqloomError):
    """A line or file of the user's data breaks a rule."""


class ShapeError(SeqloomError):
    """An array argument has the wrong shape."""


class FormatError(SeqloomError):
    """A model or checkpoint file is damaged, foreign, or of a newer version."""


class RunError(SeqloomError):
    """A run folder cannot be made, written to, or resumed."""


class DivergedError(SeqloomError):
    """Training, or a network that predicts, left the real numbers."""


class MissingExtraError(SeqloomError):
    """A command needs an optional dependency that is not installed."""
