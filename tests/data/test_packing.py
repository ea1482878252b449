"""Values and arrays that a folder gives back, equal and of the same kind."""

import dataclasses
import json
from typing import NamedTuple

import numpy as np
import pytest

from seqloom.data import packing
from seqloom.data.ragged import Ragged
from seqloom.data.vocabulary import SPECIALS, Vocabulary
from seqloom.errors import DataError


class Two(NamedTuple):
    one: object
    other: object


@dataclasses.dataclass(frozen=True)
class Held:
    """`ids`: numbers."""

    ids: object
    parts: tuple[object, ...]


LARGE = np.arange(20_000, dtype=np.int32)
VALUE = Held(
    LARGE,
    (
        None,
        True,
        3,
        0.1 + 0.2,
        float("inf"),
        "a\ud800\n\u2047",  # also what UTF-8 cannot say
        [1, (2, ["x"])],
        {"a": (), "b": Two(np.zeros((0, 3), np.float32), [])},
    ),
)


def test_values_come_back(tmp_path):
    packing.write(tmp_path, VALUE)
    found = packing.read(tmp_path, (Held, Two))
    assert type(found) is Held
    np.testing.assert_array_equal(found.ids, LARGE)
    assert found.ids.dtype == np.int32
    assert isinstance(found.ids.base, np.memmap)
    assert found.parts[:7] == VALUE.parts[:7]
    both = found.parts[7]
    assert (both["a"], type(both["b"]), both["b"].other) == ((), Two, [])
    assert (both["b"].one.shape, both["b"].one.dtype) == ((0, 3), np.float32)
    assert not isinstance(both["b"].one.base, np.memmap)


def test_objects_come_back_without_what_they_have_worked_out(tmp_path):
    vocabulary = Vocabulary("characters", (*SPECIALS, "b", "a"))
    assert vocabulary.encode("ab") == [5, 4]  # which makes a table
    packing.write(tmp_path, (vocabulary, Ragged.of([[7, 8], [9]])))
    found, rows = packing.read(tmp_path, (Vocabulary, Ragged))
    assert found == vocabulary
    assert set(json.loads((tmp_path / "entry.json").read_text())["tuple"][0]["fields"]) == {
        field.name for field in dataclasses.fields(Vocabulary)
    }
    assert found.encode("ab") == [5, 4]
    assert rows.pad(np.array([1, 0])).tolist() == [[9, 0], [7, 8]]


@pytest.mark.parametrize("damage", ["gone", "cut", "class", "text"])
def test_damage_is_said(tmp_path, damage):
    packing.write(tmp_path, VALUE)
    if damage == "gone":
        (tmp_path / "0.npy").unlink()
    elif damage == "cut":
        (tmp_path / "0.npy").write_bytes((tmp_path / "0.npy").read_bytes()[:-9])
    elif damage == "text":
        (tmp_path / "entry.json").write_text('{"of"')
    with pytest.raises(DataError, match=r"^cache: `.*` is damaged\. Remove that folder; it will"):
        packing.read(tmp_path, (Two,) if damage == "class" else (Two, Held))
