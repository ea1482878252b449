"""What a form is: a name, a rule by which it is recognised, a reader.

The rules are those of `docs/tables.md`, whose table is made from them. Checked by the tests of the
forms, and `tests/data/tables/forms/test_known.py`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..table import TablePart

LOOKED_AT = 200  # lines by which a form is told


@dataclass(frozen=True)
class Glimpse:
    """What a file or a folder looks like.

    Attributes:
        name: As the user wrote it.
        lines: The first lines of a file that are not blank, without their ends.
    """

    name: str
    lines: Sequence[str] = ()

    @property
    def plain(self) -> str:
        """The name without its folder, in lower case, without what packed it."""
        return Path(self.name).name.lower().removesuffix(".gz").removesuffix(".zst")

    def beside(self, name: str) -> Path:
        """A file that may lie beside it."""
        return Path(self.name).parent / name


@dataclass(frozen=True)
class Form:
    """A form of data.

    Attributes:
        name: By which `--form` asks for it.
        what: For the line that says the task, e.g. `a dictionary of MFA`.
        rule: How it is recognised, for the documentation.
        task: What it is for.
        columns: Names of the columns that its reader gives.
        recognises: Whether a file or folder is one; an ordinary table never is.
        read: The reader, given the name of the file or folder.
        folder: Whether it is a folder rather than a file.
        roles: Columns that are meant by roles where their names do not tell.
    """

    name: str
    what: str
    rule: str
    task: str
    columns: tuple[str, ...]
    recognises: Callable[[Glimpse], bool]
    read: Callable[[str], TablePart]
    folder: bool = False
    roles: tuple[tuple[str, str], ...] = ()
