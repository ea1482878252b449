"""Writing beside and renaming: whatever fails, the older file stays and nothing is left over."""

import errno
import os

import pytest

from seqloom.errors import RunError
from seqloom.files import replacing


def write(path, text="newer"):
    with replacing(path, "save") as beside:
        beside.write_text(text)


def test_replaces_a_file(tmp_path):
    path = tmp_path / "out.txt"
    path.write_text("older")
    write(path)
    assert path.read_text() == "newer"
    assert os.listdir(tmp_path) == ["out.txt"]


def test_missing_folder_says_so(tmp_path):
    path = tmp_path / "none" / "out.txt"
    with pytest.raises(RunError) as caught:
        write(path)
    assert str(caught.value) == (
        f"save: `{path}` cannot be written: No such file or directory. Make that folder first."
    )


def test_folder_in_the_way_says_so_and_leaves_nothing(tmp_path):
    path = tmp_path / "out.txt"
    path.mkdir()
    with pytest.raises(RunError, match=r"cannot be written: Is a directory\. Name a f"):
        write(path)
    assert os.listdir(tmp_path) == ["out.txt"]


@pytest.mark.parametrize("step", ["fsync", "replace"])
@pytest.mark.parametrize(
    ("number", "fix"),
    [
        (errno.EACCES, "Choose a folder that you may write to."),
        (errno.EROFS, "Choose a folder that is not read-only."),
        (errno.ENOSPC, "Free some space on that disk."),
        (errno.EIO, "Check the path and the disk."),
    ],
)
def test_failed_write_keeps_the_older_file(tmp_path, monkeypatch, step, number, fix):
    path = tmp_path / "out.txt"
    path.write_text("older")

    def fail(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, step, fail)
    with pytest.raises(RunError) as caught:
        write(path)
    assert str(caught.value).endswith(f"cannot be written: {os.strerror(number)}. {fix}")
    assert "\n" not in str(caught.value)
    assert os.listdir(tmp_path) == ["out.txt"]
    assert path.read_text() == "older"


def test_an_error_of_the_writer_leaves_the_older_file(tmp_path):
    path = tmp_path / "out.txt"
    path.write_text("older")
    with pytest.raises(ZeroDivisionError), replacing(path, "save") as beside:
        beside.write_text(f"half {1 / 0}")
    assert os.listdir(tmp_path) == ["out.txt"]
    assert path.read_text() == "older"
