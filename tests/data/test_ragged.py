"""Rows of unequal length: blocks give what lists give, in memory or in a file."""

import numpy as np
import pytest

from seqloom.data import ragged
from seqloom.data.ragged import Ragged, RaggedWriter, scratch
from seqloom.errors import DataError

ROWS = [[7, 8, 9], [], [300], [5, 6], [], [1]]


@pytest.mark.parametrize("most", [2**26, 3])
@pytest.mark.parametrize("size", [1, 2, 6])
def test_blocks_make_what_lists_make(tmp_path, monkeypatch, most, size):
    monkeypatch.setattr(ragged, "MOST_IN_MEMORY", most)
    writer = RaggedWriter(300)
    with scratch(tmp_path):
        for first in range(0, len(ROWS), size):
            block = ROWS[first : first + size]
            flat = np.array([i for row in block for i in row], np.int32)
            writer.add(flat, np.array([len(row) for row in block], np.int32))
    found, want = writer.done(), Ragged.of(ROWS)
    assert isinstance(found.flat, np.memmap) == (most == 3)
    assert found.flat.dtype == np.int16
    assert found.flat.tolist() == want.flat.tolist()
    for rows in ([0, 2], [5, 1, 0], [1, 4]):
        assert found.pad(np.array(rows)).tolist() == want.pad(np.array(rows)).tolist()
        assert found.pad(np.array(rows)).dtype == np.int64
    assert not list(tmp_path.iterdir())  # the file has no name


def test_a_folder_that_is_not_there_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(ragged, "MOST_IN_MEMORY", 0)
    writer = RaggedWriter(9)
    with scratch(tmp_path / "gone"), pytest.raises(DataError, match=r"encoded data cannot be writ"):
        writer.add(np.array([1, 2]), np.array([2]))
