"""Reading a file: pieces and limits, what is no text, and where the first bad byte is."""

import gzip
import io
import os
import sys
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqloom.data.tables import text_file
from seqloom.data.tables.text_file import read_head, read_text
from seqloom.errors import DataError


def refused(path):
    with pytest.raises(DataError) as caught:
        read_text(path)
    assert "\n" not in str(caught.value)
    return str(caught.value).removeprefix(f"{path}: ").removeprefix(f"{path}, ")


@given(text=st.text(), size=st.integers(1, 5), zipped=st.booleans())
@settings(derandomize=True, deadline=None, max_examples=100)
def test_pieces_make_the_whole(tmp_path_factory, text, size, zipped):
    path = tmp_path_factory.getbasetemp() / "pieces.txt"
    raw = text.replace("\0", "").encode("utf-8", "ignore")
    path.write_bytes(gzip.compress(raw) if zipped else raw)
    before, text_file.PIECE = text_file.PIECE, size
    try:
        assert read_text(path) == raw.decode("utf-8-sig")
    finally:
        text_file.PIECE = before


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_the_first_bad_byte_is_found_in_any_piece(tmp_path, monkeypatch, size):
    path = tmp_path / "bad.txt"
    monkeypatch.setattr(text_file._decoded, "__defaults__", (size,))
    for raw, place in (
        ("é\naé".encode() + b"b\xff\n", "line 2: text must be UTF-8, got byte 0xFF at byte 5"),
        (b"abc\n\nab\0", "line 3: text must be UTF-8, got byte 0x00 at byte 3"),
        (b"a\n" + "é".encode()[:1], "line 2: text must be UTF-8, got byte 0xC3 at byte 1"),
        (b"x" * 40 + b"\xe9", "line 1: text must be UTF-8, got byte 0xE9 at byte 41"),
    ):
        path.write_bytes(raw)
        assert refused(path).startswith(f"{place} of the line. Convert it")


def test_the_head(tmp_path):
    path = tmp_path / "long.txt"
    path.write_bytes("é".encode() * 100)
    assert read_head(path, 11) == ("é" * 5, False)
    assert read_head(path, 1000) == ("é" * 100, True)
    path.write_bytes(b"")
    assert read_head(path, 10) == ("", True)


def test_a_gzip_bomb_stops_at_a_stated_limit(tmp_path):
    path = tmp_path / "bomb.tsv"
    path.write_bytes(gzip.compress(b"a\tb\n" * 2**24, 1)[:-9] + b"x" * 9)  # 64 MiB unfold
    limit = text_file.GZIP_FREE + text_file.GZIP_RATIO * path.stat().st_size
    assert limit > 2**26
    path.write_bytes(b"".join(gzip.compress(b"a" * 2**24, 9) for _ in range(6)))
    packed = path.stat().st_size
    assert refused(path) == (
        f"{packed:,} gzipped bytes become more than {2**26 + 200 * packed:,}, 200 times as many: "
        "this is no text. Look at its beginning with zcat."
    )


def test_what_never_ends_stops_at_a_stated_limit(tmp_path, monkeypatch):
    assert refused("/dev/zero").startswith("line 1: text must be UTF-8, got byte 0x00 at byte 1")
    monkeypatch.setattr(text_file, "MOST_BYTES", 2**22)
    path = tmp_path / "pipe"
    os.mkfifo(path)

    def write():
        try:
            with open(path, "wb") as file:
                while True:
                    file.write(b"a" * 65536)
        except BrokenPipeError:
            pass

    writer = threading.Thread(target=write, daemon=True)
    writer.start()
    assert refused(path).startswith("a file of text may have 1 GiB at most, and this one has more")
    writer.join(10)


@pytest.mark.parametrize(
    ("head", "what"),
    [
        (b"PK\x03\x04" + b"\x14\0" * 13 + b"[Content_Types].xml\xff", "an Excel workbook or an"),
        (b"PK\x03\x04\0\0", "a zip file, as Excel workbooks are"),
        (b"PAR1\x15\0", "a Parquet file"),
        (b"\x89PNG\r\n\x1a\n\0\0", "a PNG image"),
        (b"%PDF-1.4\n\xff\xff", "a PDF"),
        (b"RIFF\0\0\0\0WAVEfmt ", "a WAV recording"),
        (b'\xe0\0\0\0\0\0\0\0{"a": 1}', "a safetensors file, as models are"),
        (b"BZh91AY&SY\xff", "a bzip2 file"),
    ],
)
def test_what_is_no_text_is_named(tmp_path, head, what):
    path = tmp_path / "data.tsv"
    path.write_bytes(head + b"\0" * 300)
    assert refused(path).startswith(f"this is {what}")
    path.write_text("PK and PAR1 are letters\n")
    assert read_text(path) == "PK and PAR1 are letters\n"


def test_standard_input(monkeypatch):
    monkeypatch.setattr(
        sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(b"caf\xc3\xa9\n")))
    )
    assert read_text("-") == "café\n"
