"""Running text: nothing is changed, whatever the file; each bad file is named."""

import gzip

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqloom.data.code_points import code_points
from seqloom.data.text.text import encode_text, read_text, split_by_position
from seqloom.data.vocabulary import Vocabulary
from seqloom.errors import ConfigError, DataError

quick = settings(derandomize=True, deadline=None, max_examples=100)
ODD = "  A title\r\n\r\n\tÀ la µ\u2028… 𝄞\n\n\nend  "


def test_text_is_read_as_it_is(tmp_path):
    (tmp_path / "plain").write_bytes(ODD.encode())
    (tmp_path / "marked").write_bytes(b"\xef\xbb\xbf" + ODD.encode())
    (tmp_path / "zipped").write_bytes(gzip.compress(ODD.encode()))
    for name in ("plain", "marked", "zipped"):
        assert read_text(tmp_path / name) == ODD


def test_a_folder_is_its_texts_in_order_of_name(tmp_path):
    (tmp_path / "b.txt").write_text("second\n")
    (tmp_path / "a.txt").write_text("first\n")
    (tmp_path / "c.txt.gz").write_bytes(gzip.compress(b"third"))
    (tmp_path / "a.md").write_text("no text")
    (tmp_path / "d.txt").mkdir()
    assert read_text(tmp_path) == "first\nsecond\nthird"


def test_bad_files_are_named(tmp_path):
    def message(path):
        with pytest.raises(DataError) as error:
            read_text(path)
        return str(error.value)

    assert message(tmp_path) == (
        f"{tmp_path}: a folder of texts must have files that end in .txt or .txt.gz, got none. "
        "Name a file, or rename them."
    )
    (tmp_path / "empty.txt").write_text(" \n\n")
    assert message(tmp_path / "empty.txt") == (
        f"{tmp_path / 'empty.txt'}: the file is empty. Name another."
    )
    (tmp_path / "latin.txt").write_bytes(b"one\ntwo caf\xe9\n")
    assert message(tmp_path / "latin.txt").startswith(
        f"{tmp_path / 'latin.txt'}, line 2: text must be UTF-8, got byte 0xE9 at byte 8 of the line"
    )
    assert "got a path where nothing is" in message(tmp_path / "none.txt")


@given(text=st.text(min_size=2, max_size=50), fraction=st.floats(0.001, 0.999))
@quick
def test_cutting_in_two(text, fraction):
    train, valid = split_by_position(text, fraction)
    assert train + valid == text
    assert train
    assert valid
    assert abs(len(valid) - fraction * len(text)) < 1 or min(len(train), len(valid)) == 1


def test_validation_has_a_limit_and_a_rule():
    train, valid = split_by_position("x" * 1000, 0.5, most_valid=70)
    assert (len(train), len(valid)) == (930, 70)
    assert len(split_by_position("x" * 1_115_394, 0.1)[0]) == 1_003_854  # as char-rnn cuts it
    with pytest.raises(DataError, match=r"^split_by_position: `text` must have at least 2 char"):
        split_by_position("x", 0.1)
    for fraction in (0.0, 1.0, -0.1):
        with pytest.raises(ConfigError, match=r"`valid_fraction` must be above 0 and below 1"):
            split_by_position("xyz", fraction)


@given(text=st.text())
@quick
def test_fast_encoding_is_the_vocabulary_s(text):
    vocabulary = Vocabulary.learn(["ab \n\U0001d11eé0"], "characters")
    assert encode_text(vocabulary, text).tolist() == vocabulary.encode(text)
    assert [chr(c) for c in code_points(text)] == list(text)


def test_encoding_of_subwords():
    vocabulary = Vocabulary.learn(
        ["to be or not to be\n" * 3], "subwords", subword_size=100, spaces=True
    )
    got = encode_text(vocabulary, "be\nto")
    assert got.dtype == np.int32
    assert got.tolist() == vocabulary.encode("be\nto")
