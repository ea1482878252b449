"""Labelled texts whose labels are no column: fastText's prefix, a folder per class.

    __label__good a fine film      fastText
    reviews/good/12.txt            a folder per class

Source: fasttext.cc, "Text classification". Checked by
`tests/data/tables/forms/test_labelled_files.py`.
"""

from collections.abc import Iterator
from pathlib import Path

from ....errors import DataError
from ..table import Row, TablePart
from ..text_file import numbered_lines, read_text
from .form import LOOKED_AT, Form, Glimpse

PREFIX = "__label__"
TEXTS = (".txt", ".txt.gz")


def is_fasttext(glimpse: Glimpse) -> bool:
    """Whether each line begins with a label."""
    return all(line.lstrip().startswith(PREFIX) for line in glimpse.lines[:LOOKED_AT])


def read_fasttext(name: str) -> TablePart:
    """Labels and texts in the form of fastText.

    Raises:
        DataError: While it is read: a line has no label, or several.
    """

    def read() -> Iterator[Row]:
        for number, line in numbered_lines(name):
            words = line.split()
            labels = [word for word in words if word.startswith(PREFIX) and word != PREFIX]
            if len(labels) != 1:
                raise DataError(
                    f"{name}, line {number}: a line must have one label such as {PREFIX}good, got "
                    f"{len(labels)}{': ' + ' '.join(labels[:3]) if labels else ''}. "
                    + ("seqloom predicts one label a text: keep one." if labels else "Write it.")
                )
            text = " ".join(word for word in words if word != labels[0])
            yield number, [text, labels[0].removeprefix(PREFIX)]

    return TablePart(name, "fasttext", ("text", "label"), read)


def is_class_folder(glimpse: Glimpse) -> bool:
    """Whether a folder has two folders of texts or more, and fewer texts beside than in them."""
    folders = _classes(glimpse.name)
    return len(folders) > 1 and sum(map(len, folders.values())) > len(_texts(Path(glimpse.name)))


def read_class_folder(name: str) -> TablePart:
    """The texts of a folder per class, whose names are the labels; the file is a text.

    Raises:
        DataError: There are fewer than two such folders, or while it is read: a file is no text.
    """
    files = [(label, file) for label, found in _classes(name).items() for file in found]
    if len({label for label, _ in files}) < 2:
        raise DataError(
            f"{name}: a folder per class must hold at least 2 folders with files that end in "
            f"{' or '.join(TEXTS)}. Name the folder above them."
        )

    def read() -> Iterator[Row]:
        for number, (label, file) in enumerate(files, start=1):
            yield number, [read_text(file).strip(), label, str(file)]

    return TablePart(name, "class-folder", ("text", "label", "file"), read, unit="file")


def _classes(name: str) -> dict[str, list[Path]]:
    """The texts in each folder that has some, by its name."""
    try:
        folders = sorted(f for f in Path(name).iterdir() if f.is_dir() and f.name[0] != ".")
    except OSError:
        return {}
    return {folder.name: found for folder in folders if (found := _texts(folder))}


def _texts(folder: Path) -> list[Path]:
    try:
        files = sorted(f for f in folder.iterdir() if f.name.endswith(TEXTS) and f.is_file())
    except OSError:
        return []
    return [file for file in files if not file.name.startswith(".")]


FASTTEXT = Form(
    "fasttext",
    "labels of fastText",
    f"each line begins with `{PREFIX}`",
    "classify",
    ("text", "label"),
    is_fasttext,
    read_fasttext,
)
CLASS_FOLDER = Form(
    "class-folder",
    "a folder per class",
    "two or more folders of `.txt` files, and fewer such files beside them than in them",
    "classify",
    ("text", "label", "file"),
    is_class_folder,
    read_class_folder,
    folder=True,
)
