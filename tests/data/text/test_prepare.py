"""A running text in blocks: whatever their size, the result is that of the whole text."""

import numpy as np
import pytest

from seqloom.config.generate import GenerateDataConfig
from seqloom.data import ragged
from seqloom.data.hashes import fingerprint
from seqloom.data.seen import sketch, text_numbers
from seqloom.data.tables import text_file
from seqloom.data.text.prepare import prepare_text
from seqloom.data.text.text import encode_text, read_text, split_by_position

from ...running_text import some_text


@pytest.fixture
def path(tmp_path):
    text = some_text(4000).replace("f", "\n")
    (tmp_path / "text.txt").write_text(text, encoding="utf-8", newline="")
    return tmp_path / "text.txt"


@pytest.mark.parametrize("changes", [{}, {"level": "subwords", "subword_size": 150}])
@pytest.mark.parametrize("given_valid", [False, True])
def test_blocks_change_nothing(path, monkeypatch, changes, given_valid):
    config = GenerateDataConfig(**changes)
    valid = path if given_valid else None
    text = read_text(path)
    train, held_out = (text, text) if given_valid else split_by_position(text, 0.1)
    for piece, most in ((2**20, 2**26), (50, 100), (7, 0)):
        monkeypatch.setattr(text_file._decoded, "__defaults__", (piece,))
        monkeypatch.setattr(ragged, "MOST_IN_MEMORY", most)
        found = prepare_text(path, valid, config)[0]
        assert (found.valid, found.characters) == (held_out, len(train))
        assert np.array_equal(found.ids, encode_text(found.vocabulary, train))
        assert found.fingerprint == fingerprint([train], [held_out])
        assert found.rows_seen == sketch(text_numbers(train), text_numbers(held_out))
