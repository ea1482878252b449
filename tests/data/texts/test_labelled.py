"""Reading labelled texts: csv is the oracle; the header's rule; every error's text is checked."""

import csv
import gzip
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqloom.data.texts.labelled import (
    Labelled,
    TextColumns,
    labelled_table,
    read_labelled,
    split_by_class,
)
from seqloom.errors import ConfigError, DataError

quick = settings(derandomize=True, deadline=None, max_examples=60)
cell = st.text(
    st.characters(codec="utf-8", exclude_characters="\t\r\n\0"), min_size=1, max_size=9
).filter(lambda text: text == text.strip() and not text.startswith("\ufeff"))
rows = st.lists(st.tuples(cell, cell, cell), min_size=1, max_size=6)
REVIEWS = "text\tlabel\tyear\ngood\tpos\t1\nbad\tneg\t2\nfine\tpos\t1\npoor\tneg\t2\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("labelled")


def write(folder, text):
    path = folder / "reviews.tsv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@given(rows=rows, zipped=st.booleans(), crlf=st.booleans(), places=st.permutations([1, 2, 3]))
@quick
def test_reads_the_columns_that_csv_reads(folder, rows, zipped, crlf, places):
    end = "\r\n" if crlf else "\n"
    text = end.join("\t".join(row) for row in rows)
    path = write(folder, gzip.compress(text.encode()) if zipped else text)
    one, two = places[:2]
    found = read_labelled(path, TextColumns(header="no", text=str(one), label=str(two)))
    want = csv.reader(text.split(end), delimiter="\t", quoting=csv.QUOTE_NONE)
    assert [(r.text, r.label) for r in found] == [(row[one - 1], row[two - 1]) for row in want]


@pytest.mark.parametrize(
    ("columns", "first"),
    [
        (TextColumns(), Labelled("good", "pos", 2)),  # `label` is on one line, `pos` on two
        (TextColumns(header="yes"), Labelled("good", "pos", 2)),
        (TextColumns(header="no", text="1", label="2"), Labelled("text", "label", 1)),
        (TextColumns(label="3"), Labelled("good", "1", 2)),  # the text is where it usually is
        (TextColumns(label="year", text="text"), Labelled("good", "1", 2)),
        (TextColumns(text="2", label="3"), Labelled("pos", "1", 2)),
        (TextColumns(group="year"), Labelled("good", "pos", 2, group="1")),
    ],
)
def test_header_and_columns(folder, columns, first):
    assert read_labelled(write(folder, REVIEWS), columns)[0] == first


@pytest.mark.parametrize(
    ("text", "header"),
    [
        ("an odd one\tneutral\na\tx\nb\tx\nc\ty\nd\ty\n", False),  # a rare class is no header
        ("text\tlabel\na\tx\nb\tx\nc\ty\nd\tz\n", True),  # whatever classes are rare
        ("Review\tWertung\na\tx\nb\ty\n", True),  # one name is known, the label comes once
        ("review\tx\na\tx\nb\ty\n", False),
        ("Satz\tKlasse\na\tx\nb\ty\n", True),
        ("文本\t标签\na\tx\nb\ty\n", True),
        ("a\tx\n", False),
    ],
)
def test_a_header_has_known_names(folder, text, header):
    rows, table = labelled_table(write(folder, text))
    assert len(rows) == text.count("\n") - header
    if header:
        names = text.split("\n")[0].split("\t")
        assert table.say() == f"text: {names[0]}, label: {names[1]}, header in line 1"
    else:
        assert table.say() == "text: column 1, label: column 2, no header"


def test_a_header_that_comes_again_is_found(folder):
    with pytest.raises(DataError, match=r"line 3: it repeats the header of line 1\. Delete it\.$"):
        read_labelled(write(folder, "text\tlabel\na\tx\ntext\tlabel\nb\ty\n"))


def test_with_known_labels_a_first_line_of_another_is_a_header_if_it_has_a_known_name(folder):
    path = write(folder, "text\tlabel\ngood\tpos\n")
    assert read_labelled(path, known={"pos", "neg"}) == [Labelled("good", "pos", 2)]
    path = write(folder, "an odd one\tneutral\ngood\tpos\n")
    with pytest.raises(
        DataError, match=r"got 'neutral'\. .*; if the line names the columns, delete"
    ):
        read_labelled(path, known={"pos", "neg"})


def test_which_of_more_columns_are_meant(folder):
    rows, table = labelled_table(write(folder, "id\tbody\ttopic\n1\ta b\tx\n2\tc\ty\n"))
    assert rows[0] == Labelled("a b", "x", 2)
    assert table.say() == "text: body, label: topic, header in line 1"
    path = write(folder, "".join(f"{i}\ta text {i}\t{'xy'[i % 2]}\n" for i in range(20)))
    with pytest.raises(DataError) as caught:
        read_labelled(path)
    assert str(caught.value) == (
        f"{path}, line 1: 3 columns (0, a text 0, x), of which text and label are to be named. For "
        "example: --text 2 --label 3"
    )
    assert read_labelled(path, TextColumns(label="3", text="2"))[0] == Labelled("a text 0", "x", 1)


@pytest.mark.parametrize(
    ("text", "columns", "message"),
    [
        ("", TextColumns(), ": the file is empty. Name another."),
        ("a\tb\n", TextColumns(header="yes"), ": the file has no text below its header"),
        ("good\n", TextColumns(), ", line 1: a line must have 2 columns, got 1. Write one text a"),
        (
            "good\tpos\n\nnot\tso\tbad\tpos\n",
            TextColumns(),
            ", line 3: a line must have 2 columns like line 1, got 4. Write one text a line",
        ),
        ("a\tx\n \ty\n", TextColumns(), ", line 2: the text is empty"),
        ("a\tx\nb\t \n", TextColumns(), ", line 2: the label is empty"),
        (
            "a\tx\n",
            TextColumns(label="3"),
            ", line 1: the label column must be a number from 1 to 2 or a name in the header, "
            "got '3'. The columns are: a, x",
        ),
        ("a\tx\n", TextColumns(text="txt"), ", line 1: the text column must be a number from 1"),
        (
            "a\tx\n",
            TextColumns(group="years"),
            ", line 1: the group column must be a number from 1 to 2 or a",
        ),
    ],
)
def test_messages(folder, text, columns, message):
    path = write(folder, text)
    with pytest.raises(DataError, match="^" + re.escape(f"{path}{message}")):
        read_labelled(path, columns)


def test_text_and_label_are_two_columns():
    with pytest.raises(
        ConfigError, match=r"^config: `data\.text_column` and `data\.label_column` must"
    ):
        TextColumns(text="2", label="2")


def test_a_misspelt_label_on_the_first_line_is_no_header(folder):
    path = write(folder, "good\tpositve\nbad\tnegative\n")
    with pytest.raises(DataError, match=r"line 1: the label must be one of negative, positive, "):
        read_labelled(path, known={"positive", "negative"})


def test_an_unknown_label_is_named_with_its_line(folder):
    path = write(folder, "a\tpos\nb\tneutral\n")
    with pytest.raises(
        DataError,
        match=r"line 2: the label must be one of neg, pos, got 'neutral'\. Correct it, or name",
    ):
        read_labelled(path, known={"pos", "neg"})


def make(counts):
    return [
        Labelled(f"{label} {i}", label, line)
        for label, count in counts.items()
        for line, i in enumerate(range(count), 1)
    ]


def test_split_takes_the_same_share_of_every_class_and_keeps_the_order():
    data = make({"a": 100, "b": 30, "c": 3, "d": 1})
    train, valid = split_by_class(data, 0.1)
    counts = {label: sum(e.label == label for e in valid) for label in "abcd"}
    assert counts == {"a": 10, "b": 3, "c": 1, "d": 0}
    assert [e for e in data if e in train] == train
    assert len(train) + len(valid) == len(data)
    assert split_by_class(list(reversed(data)), 0.1)[1] == list(reversed(valid))


def test_a_text_is_on_one_side_whatever_its_labels():
    data = make({"a": 40, "b": 40})
    data += [Labelled(e.text, "b" if e.label == "a" else "a", 99) for e in data]
    train, valid = split_by_class(data, 0.2)
    assert not {e.text for e in train} & {e.text for e in valid}


def test_nothing_to_set_aside_is_said():
    with pytest.raises(
        DataError, match=r"^split_by_class: no class has at least 2 different texts"
    ):
        split_by_class(make({"a": 1, "b": 1}), 0.5)
