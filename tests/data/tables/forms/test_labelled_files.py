"""fastText's labels and a folder per class."""

import gzip

import pytest

from seqloom.data.given import given
from seqloom.data.guess import guess_task
from seqloom.data.tables.source import part_of, table_of
from seqloom.data.texts.labelled import read_labelled
from seqloom.errors import DataError

# fasttext.cc, "Text classification": one label a line
FASTTEXT = (
    "__label__sauce How much does potato starch affect a cheese sauce?\n__label__food Bread\n"
)


def test_fasttext(tmp_path):
    path = tmp_path / "cooking.train"
    path.write_text(FASTTEXT)
    assert [(r.text, r.label, r.line) for r in read_labelled(str(path))] == [
        ("How much does potato starch affect a cheese sauce?", "sauce", 1),
        ("Bread", "food", 2),
    ]
    assert guess_task(str(path)).say() == "task: classify (labels of fastText; --task overrides)"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("__label__a __label__b both", "got 2: __label__a __label__b. seqloom predicts one label"),
        ("no label", "got 0. Write it."),
    ],
)
def test_one_label_a_line(tmp_path, line, said):
    path = tmp_path / "cooking.train"
    path.write_text(FASTTEXT + line + "\n")
    with pytest.raises(DataError, match=r"cooking.train, line 3: a line must have one label") as e:
        read_labelled(given(str(path)).read_as("fasttext"))
    assert said in str(e.value)


def test_running_text_with_a_label_in_it_is_no_fasttext(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text("The prefix is\n__label__x by default.\n")
    assert part_of(str(path)) is None


@pytest.fixture
def reviews(tmp_path):
    for label, texts in {"good": ["a fine\nfilm", "nice"], "bad": ["so dull"]}.items():
        (tmp_path / label).mkdir()
        for i, text in enumerate(texts):
            (tmp_path / label / f"{i}.txt").write_text(text)
    (tmp_path / "bad" / "z.txt.gz").write_bytes(gzip.compress(b"poor"))
    (tmp_path / "README.txt").write_text("reviews")
    (tmp_path / "empty").mkdir()
    return tmp_path


def test_a_folder_per_class(reviews):
    assert [(r.text, r.label) for r in read_labelled(str(reviews))] == [
        ("so dull", "bad"),
        ("poor", "bad"),
        ("a fine film", "good"),
        ("nice", "good"),
    ]
    assert table_of(str(reviews)).first.where(2) == f"{reviews}, file 2"
    assert guess_task(str(reviews)).why == "a folder per class"


def test_a_folder_of_texts_is_none(reviews):
    for i in range(9):
        (reviews / f"chapter{i}.txt").write_text("It was a dark night.")
    assert guess_task(str(reviews)).task == "generate"


def test_forms_of_files_and_folders(reviews, tmp_path):
    with pytest.raises(DataError, match="fasttext is a form of files, and this is a folder"):
        part_of(str(reviews), "fasttext")
    (tmp_path / "one").mkdir()
    with pytest.raises(DataError, match="must hold at least 2 folders"):
        table_of(given(str(tmp_path / "one")).read_as("class-folder"))
