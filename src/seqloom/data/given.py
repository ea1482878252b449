"""What the user gave as data, decided once: a data set, files, or what Python holds.

Two aligned files of text are `{"source_file": PATH, "target_file": PATH}`.

Checked by `tests/data/test_given.py`.
"""

import glob
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from ..errors import DataError

ALIGNED = ("source_file", "target_file")
DATA_SETS = ("cmudict",)
PYTHON_DATA = "data"  # its name in messages


@dataclass(frozen=True)
class Given:
    """What the user gave.

    Attributes:
        name: As the user wrote it.
        kind: `set`: a data set with parts of its own; `folder`; `files`: a pattern, or a list of
            paths; `parallel`: two aligned files; `stream`: a pipe or a device; `python`: no path
            at all; `file`: all else, also a path where nothing is, of which the reader complains.
        data: What it is.
        form: The form that it is to be read as: see `tables/forms/known.py`.
    """

    name: str
    kind: Literal["set", "folder", "files", "parallel", "stream", "python", "file"]
    data: object
    form: str = "auto"

    def read_as(self, form: object) -> "Given":
        """The same, to be read as a form."""
        return replace(self, form=str(form))

    @property
    def whole(self) -> object:
        """What a run notes to find the data again from elsewhere: paths whole, a data set's name.

        What Python holds is `None`: it must be given again.
        """
        if self.kind == "set":
            return self.name
        if self.kind == "python":
            return None
        if self.kind == "parallel":
            whole = (os.path.realpath(file) for file in self.files())
            return dict(zip(ALIGNED, whole, strict=True))
        if self.kind == "files":
            return [os.path.realpath(file) for file in self.files()]
        return self.name if self.name == "-" else os.path.realpath(self.name)

    def files(self, endings: tuple[str, ...] = ("",)) -> list[Path]:
        """The file, or those of the folder whose names end so, in order of their names.

        Raises:
            DataError: The folder cannot be read.
        """
        path = Path(self.name)
        if self.kind == "parallel":
            assert isinstance(self.data, Mapping)
            return [Path(str(self.data[name])) for name in ALIGNED]
        if self.kind == "files":
            if isinstance(self.data, Sequence) and not isinstance(self.data, str):
                return [Path(str(file)) for file in self.data]
            return [Path(file) for file in sorted(glob.glob(self.name, recursive=True))]
        if self.kind != "folder":
            return [path]
        try:
            found = sorted(f for f in path.iterdir() if f.is_file())
        except OSError as error:
            raise DataError(
                f"{self.name}: a folder must be readable, got: {error}. Check its permissions."
            ) from None
        return [f for f in found if f.name.endswith(endings) and not f.name.startswith(".")]


def given(data: object) -> Given:
    """What `data` is."""
    if isinstance(data, Given):
        return data
    if _are_aligned(data):
        assert isinstance(data, Mapping)
        return Given(f"{data[ALIGNED[0]]} and {data[ALIGNED[1]]}", "parallel", data)
    if _are_paths(data):
        assert isinstance(data, Sequence)
        more = f" and {len(data) - 1} more" if len(data) > 1 else ""
        return Given(f"{data[0]}{more}", "files", list(map(str, data)))
    if not isinstance(data, str | os.PathLike):
        return Given(PYTHON_DATA, "python", data)
    name = os.fspath(data)
    assert isinstance(name, str), "a path is text"
    if name in DATA_SETS and not os.path.isfile(name):
        return Given(name, "set", name)
    if os.path.isdir(name):
        return Given(name, "folder", name)
    if not os.path.exists(name) and glob.has_magic(name) and glob.glob(name, recursive=True):
        return Given(name, "files", name)
    stream = os.path.exists(name) and not os.path.isfile(name)
    return Given(name, "stream" if stream else "file", name)


def aligned(source: str, target: str) -> dict[str, str]:
    """Two aligned files of text, as data."""
    return dict(zip(ALIGNED, (source, target), strict=True))


def like(settings: Mapping[str, object], data: object) -> Given:
    """Data to be read as the form that those had which a model was trained on.

    Args:
        settings: How they were read: the settings of their run's data.
        data: What the user gave.
    """
    return given(data).read_as(settings.get("form", "auto"))


def is_data_set(data: object) -> bool:
    """True if `data` names a data set with parts of its own rather than a file."""
    return given(data).kind == "set"


def _are_aligned(data: object) -> bool:
    """Two paths by the names of `ALIGNED`."""
    if not isinstance(data, Mapping) or set(data) != set(ALIGNED):
        return False
    return all(isinstance(file, str | os.PathLike) for file in data.values())


def _are_paths(data: object) -> bool:
    """A list of paths: of `Path`, or of texts that are all files."""
    if not isinstance(data, list | tuple) or not data:
        return False
    if all(isinstance(file, os.PathLike) for file in data):
        return True
    return all(isinstance(file, str) and _is_file(file) for file in data)


def _is_file(name: str) -> bool:
    try:
        return os.path.isfile(name)
    except ValueError:  # a NUL
        return False
