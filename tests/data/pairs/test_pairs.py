"""Reading pairs: the standard library's csv reader is the oracle; every error's text is checked."""

import csv
import gzip
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from seqloom.data.pairs.pairs import Example, Pair, PairColumns, group_by_source, read_pairs
from seqloom.errors import DataError

quick = settings(derandomize=True, deadline=None, max_examples=60)
column = st.text(
    st.characters(codec="utf-8", exclude_characters="\t\r\n\0"), min_size=1, max_size=9
).filter(lambda text: text == text.strip() and not text.startswith("\ufeff"))
rows = st.lists(st.tuples(column, column), min_size=1, max_size=6)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("pairs")


def write(folder, data):
    path = folder / "words.tsv"
    path.write_bytes(data)
    return path


@given(rows=rows, crlf=st.booleans(), bom=st.booleans(), zipped=st.booleans(), last=st.booleans())
@example(rows=[("a\x85b", "c\u2028d")], crlf=False, bom=False, zipped=False, last=True)
@quick
def test_reads_what_csv_reads(folder, rows, crlf, bom, zipped, last):
    end = "\r\n" if crlf else "\n"
    text = end.join("\t".join(row) for row in rows) + (end if last else "")
    data = text.encode("utf-8-sig" if bom else "utf-8")
    path = write(folder, gzip.compress(data) if zipped else data)

    want = csv.reader(text.split(end), delimiter="\t", quoting=csv.QUOTE_NONE)
    assert [[p.source, p.target] for p in read_pairs(path)] == [row for row in want if row]


def test_counts_every_line_and_skips_blank_ones(folder):
    path = write(folder, b"\n cat \t k a t\r\n   \r\n\ndog\td o g")
    want = [Pair(source="cat", target="k a t", line=2), Pair(source="dog", target="d o g", line=5)]
    assert read_pairs(str(path)) == want


@given(data=st.binary(max_size=60))
@example(data=b"\x1f\x8b")
@example(data=gzip.compress(b"a\tb\n" * 9)[:-9])
@example(data=b"\xff\xfea\0\t\0b\0")
@quick
def test_any_bytes_give_pairs_or_our_error(folder, data):
    path = write(folder, data)
    try:
        pairs = read_pairs(path)
    except DataError as error:
        assert str(error).startswith(str(path))  # noqa: PT017
        assert "\n" not in str(error)  # noqa: PT017
    else:
        assert all(p.source.strip() and p.target.strip() and p.line >= 1 for p in pairs)


@pytest.mark.parametrize(
    ("data", "where", "message"),
    [
        (
            b"cat\tk a t\n\ndog d o g\n",
            ", line 3",
            "a line must have 2 columns like line 1, got 1. "
            "Write one pair a line, source and target separated by one tab.",
        ),
        (
            b"Go.\tVa !\tCC-BY 2.0\n",
            ", line 1",
            "3 columns (Go., Va !, CC-BY 2.0), of which source and target are to be named. "
            "For example: --source 1 --target 2",
        ),
        (
            b'a\tA\nb\t"B\tC"\n',
            ", line 2",
            "a line must have 2 columns like line 1, got 3. Write one pair a line, source and "
            "target separated by one tab. Quotes do not protect a tab.",
        ),
        (
            b"cat\tk a t\r\n \tk a t\r\n",
            ", line 2",
            "the source is empty. Fill it in or delete the line.",
        ),
        (
            "cat\t\u00a0\n".encode(),
            ", line 1",
            "the target is empty. Fill it in or delete the line.",
        ),
        (
            b"\n \r\n",
            "",
            "the file is empty. Name another.",
        ),
        (
            b"",
            "",
            "the file is empty. Name another.",
        ),
    ],
)
def test_broken_line_says_what_is_wrong(folder, data, where, message):
    path = write(folder, data)
    with pytest.raises(DataError, match=f"^{re.escape(f'{path}{where}: {message}')}$"):
        read_pairs(path)


@pytest.mark.parametrize(
    ("data", "place", "encoding"),
    [
        ("tea\tt i\ncaf\u00e9\tk a\n".encode("latin-1"), "line 2: {} 0xE9 at byte 4", "ISO-8859-1"),
        ("a\tb\n".encode("utf-16"), "line 1: {} 0xFF at byte 1", "UTF-16"),
        ("a\tb\n".encode("utf-16-le"), "line 1: {} 0x00 at byte 2", "UTF-16"),
        (b"\xef\xbb\xbfx\n\xff", "line 2: {} 0xFF at byte 1", "ISO-8859-1"),
    ],
)
def test_other_encoding_names_line_byte_and_command(folder, data, place, encoding):
    path = write(folder, data)
    message = (
        f"{path}, {place.format('text must be UTF-8, got byte')} of the line. Convert it, e.g. "
        f"`iconv -f {encoding} -t UTF-8 {path} > utf8.tsv` if it is {encoding}."
    )
    with pytest.raises(DataError, match=f"^{re.escape(message)}$"):
        read_pairs(path)


def test_other_encoding_in_gzip_is_unpacked_first(folder):
    path = write(folder, gzip.compress(b"caf\xe9\tk"))
    message = re.escape(f"`zcat {path} | iconv -f ISO-8859-1 -t UTF-8 > utf8.tsv`")
    with pytest.raises(DataError, match=message):
        read_pairs(path)


def test_damaged_gzip_says_so(folder):
    whole = gzip.compress(b"cat\tk a t\n" * 50)
    bad_block = whole[:10] + b"\xff" + whole[11:]
    wrong_sum = whole[:-8] + b"\0\0\0\0" + whole[-4:]
    for data in (whole[:20], bad_block, wrong_sum):
        path = write(folder, data)
        message = rf"^{re.escape(str(path))}: a gzip file must be whole, got damaged data \(.*`gzip"
        with pytest.raises(DataError, match=message):
            read_pairs(path)


def test_missing_file_names_the_folder(folder, monkeypatch):
    monkeypatch.chdir(folder)
    message = (
        f"no.tsv: data must be a file, got a path where nothing is. "
        f"Check the spelling and the folder you are in ({folder})."
    )
    with pytest.raises(DataError, match=f"^{re.escape(message)}$"):
        read_pairs("no.tsv")


def test_directory_says_so(tmp_path):
    message = f"{tmp_path}: data must be a file, got a directory. Name one file in it."
    with pytest.raises(DataError, match=f"^{re.escape(message)}$"):
        read_pairs(tmp_path)


def test_unreadable_file_says_why(folder, monkeypatch):
    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    path = write(folder, b"a\tb\n")
    monkeypatch.setattr("pathlib.Path.open", refuse)
    message = (
        f"{path}: data must be a readable file, got: [Errno 13] Permission denied. "
        f"Check its permissions."
    )
    with pytest.raises(DataError, match=f"^{re.escape(message)}$"):
        read_pairs(path)


def test_lemma_and_tags_to_form(folder):
    path = write(folder, b"go\twent\tV;PST\nbe\tis\tV;PRS\n")
    columns = PairColumns(source="1,3", target="2")
    assert read_pairs(path, columns) == [Pair("go V;PST", "went", 1), Pair("be V;PRS", "is", 2)]
    path = write(folder, b"Lemma\tForm\tTags\ngo\twent\tV;PST\n")
    columns = PairColumns(source="Lemma,Tags", target="Form")
    assert read_pairs(path, columns) == [Pair("go V;PST", "went", 2)]
    with pytest.raises(DataError, match=r"the source column must be a number from 1 to 3 or a"):
        read_pairs(path, PairColumns(source="1,4", target="2"))


def test_a_header_has_two_known_names(folder):
    assert read_pairs(write(folder, b"word\tpronunciation\na\tA\n")) == [Pair("a", "A", 2)]
    assert len(read_pairs(write(folder, b"word\tW ER D\na\tA\n"))) == 2
    path = write(folder, b"word\tpronunciation\na\tA\n")
    assert len(read_pairs(path, PairColumns(header="no"))) == 2


def test_groups_references_by_source():
    rows = [("read", "R IY D"), ("a", "AH"), ("read", "R EH D"), ("read", "R IY D"), ("a", "EY")]
    pairs = [Pair(source=s, target=t, line=i) for i, (s, t) in enumerate(rows, start=1)]
    want = [Example("read", ("R IY D", "R EH D")), Example("a", ("AH", "EY"))]
    assert group_by_source(iter(pairs)) == want
