"""What the user gave as data, decided once: a data set, a folder of files, or a file.

Checked by `tests/data/test_given.py`.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..errors import DataError

DATA_SETS = ("cmudict",)


@dataclass(frozen=True)
class Given:
    """What the user gave.

    Attributes:
        name: As the user wrote it.
        kind: `set`: a data set with parts of its own; `folder`; `stream`: a pipe or a device;
            `file`: all else, also a path where nothing is, of which the reader complains.
    """

    name: str
    kind: Literal["set", "folder", "stream", "file"]

    @property
    def whole(self) -> str:
        """The whole path, so that a run can be resumed from elsewhere; a data set's name."""
        return self.name if self.kind == "set" else os.path.realpath(self.name)

    def files(self, endings: tuple[str, ...] = ("",)) -> list[Path]:
        """The file, or those of the folder whose names end so, in order of their names.

        Raises:
            DataError: The folder cannot be read.
        """
        path = Path(self.name)
        if self.kind != "folder":
            return [path]
        try:
            return sorted(f for f in path.iterdir() if f.name.endswith(endings) and f.is_file())
        except OSError as error:
            raise DataError(
                f"{self.name}: a folder must be readable, got: {error}. Check its permissions."
            ) from None


def given(data: str | Path) -> Given:
    """What `data` is."""
    name = str(data)
    if name in DATA_SETS and not os.path.isfile(name):
        return Given(name, "set")
    if os.path.isdir(name):
        return Given(name, "folder")
    stream = os.path.exists(name) and not os.path.isfile(name)
    return Given(name, "stream" if stream else "file")


def is_data_set(data: str) -> bool:
    """True if `data` names a data set with parts of its own rather than a file."""
    return given(data).kind == "set"
