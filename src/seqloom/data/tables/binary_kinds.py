"""What a file that is no text is, by its first bytes.

Checked by `tests/data/tables/test_text_file.py`.
"""

from typing import NamedTuple

_TABLE = "Write its columns as CSV or Parquet."
_SHEET = (
    'Save it as CSV, or convert it: python -c "import pandas; '
    "pandas.read_excel('{name}').to_csv('{name}.csv', index=False)\" (needs pandas and openpyxl)."
)
_SOUND = "For speech, write a manifest: a line `FILE<tab>TEXT` for each recording."
_OTHER = "Name a text file."
_UNPACK = "Unpack it first; of packed files only gzip is read."


class Kind(NamedTuple):
    """What it is, and what to do."""

    what: str
    way_out: str


_KINDS: tuple[tuple[int, bytes, Kind], ...] = (  # place, bytes that stand there
    (30, b"[Content_Types].xml", Kind("an Excel workbook or another Office file", _SHEET)),
    (30, b"mimetypeapplication/vnd.oasis", Kind("an OpenDocument file", _SHEET)),
    (0, b"PK\x03\x04", Kind("a zip file, as Excel workbooks are", f"{_SHEET} Or unpack it.")),
    (0, b"\xd0\xcf\x11\xe0", Kind("an old Excel workbook or Office file", _SHEET)),
    (0, b"PAR1", Kind("a Parquet file", _TABLE)),
    (0, b"ARROW1", Kind("an Arrow or Feather file", _TABLE)),
    (0, b"SQLite format 3", Kind("an SQLite database", _TABLE)),
    (0, b"\x89HDF", Kind("an HDF5 file", _TABLE)),
    (0, b"\x93NUMPY", Kind("a NumPy array", _TABLE)),
    (0, b"\x89PNG", Kind("a PNG image", _OTHER)),
    (0, b"\xff\xd8\xff", Kind("a JPEG image", _OTHER)),
    (0, b"GIF8", Kind("a GIF image", _OTHER)),
    (0, b"%PDF-", Kind("a PDF", _OTHER)),
    (8, b"WAVE", Kind("a WAV recording", _SOUND)),
    (0, b"fLaC", Kind("a FLAC recording", _SOUND)),
    (0, b"OggS", Kind("an Ogg recording", _SOUND)),
    (0, b"ID3", Kind("an MP3 recording", _SOUND)),
    (0, b"\xff\xfb", Kind("an MP3 recording", _SOUND)),
    (8, b'{"', Kind("a safetensors file, as models are", _OTHER)),
    (0, b"BZh", Kind("a bzip2 file", _UNPACK)),
    (0, b"\xfd7zXZ", Kind("an xz file", _UNPACK)),
    (0, b"\x28\xb5\x2f\xfd", Kind("a Zstandard file", _UNPACK)),
    (0, b"7z\xbc\xaf", Kind("a 7-Zip file", _UNPACK)),
    (0, b"Rar!", Kind("a RAR file", _UNPACK)),
    (257, b"ustar", Kind("a tar file", _UNPACK)),
    (0, b"\x7fELF", Kind("a program", _OTHER)),
)


def kind_of(head: bytes) -> Kind | None:
    """The kind of a file that is known to be no text; `None` if its first bytes say nothing."""
    for place, magic, kind in _KINDS:
        if head.startswith(magic, place):
            return kind
    return None
