"""Which task a file is for: one file of each kind, and the ones that lie in between."""

import gzip
import os

import pytest

from seqloom.data.guess import guess_task
from seqloom.errors import DataError

LABELLED = "".join(f"a film of {n} parts\t{('good', 'bad')[n % 2]}\n" for n in range(40))
PAIRS = "".join(f"word{n}\tW {n}\n" for n in range(40))


@pytest.mark.parametrize(
    ("name", "text", "task"),
    [
        ("pairs.tsv", PAIRS, "transduce"),
        ("few.tsv", "ab\tB A\nba\tA B\n", "transduce"),
        ("labels.tsv", LABELLED, "classify"),
        ("labels.txt", "text\tlabel\n" + LABELLED, "classify"),
        ("long.csv", "unique_id,ds,y\na,2020-01-01,1.5\na,2020-01-02,2\n", "forecast"),
        ("wide.csv", '"Month","Passengers"\n"1949-01",112\n', "forecast"),
        ("numbers.txt", "2020-01-01,1.5\n2020-01-02,2\n", "forecast"),
        ("speech.tsv", "path\ttext\na.wav\tone two\nb.flac\tthree\n", "transcribe"),
        ("speech.jsonl", '{"audio": "a.wav", "text": "one"}\n', "transcribe"),
        ("play.txt", "To be, or not to be,\nthat is the question\n", "generate"),
        ("tabs.csv", "ds\ty\n" + "".join(f"{n}\t{n % 5}\n" for n in range(60)), "forecast"),
        ("dates.tsv", "ds\ty\n" + "".join(f"2024-{m:02}\t{m}\n" for m in range(1, 13)), "forecast"),
        ("long.tsv", "id\tds\ty\n" + "a\t2024-01-01\t5\nb\t2024-01-01\t6\n" * 9, "forecast"),
        ("braces.tsv", "{a}\tB A\n" + PAIRS, "transduce"),
        ("lines.txt", '{"name": 3}\nand more\n', "generate"),
    ],
)
@pytest.mark.parametrize("zipped", [False, True])
def test_a_file_of_each_kind(tmp_path, name, text, task, zipped):
    path = tmp_path / (name + ".gz" * zipped)
    path.write_bytes(gzip.compress(text.encode()) if zipped else text.encode())
    guess = guess_task(str(path))
    assert guess.task == task
    assert guess.say() == f"task: {task} ({guess.why}; --task overrides)"


def test_a_label_that_is_rare_makes_pairs(tmp_path):
    """Eight uses a label on average, or the right side is an output rather than a class."""
    path = tmp_path / "data.tsv"
    path.write_text("".join(f"w{n}\tL{n % 6}\n" for n in range(47)))
    assert guess_task(str(path)).task == "transduce"
    path.write_text("".join(f"w{n}\tL{n % 6}\n" for n in range(48)))
    assert guess_task(str(path)).task == "classify"


def test_only_the_head_is_read(tmp_path):
    path = tmp_path / "large.tsv"
    path.write_text(LABELLED * 500 + "no tab here\n" * 100_000)
    assert guess_task(str(path)).task == "classify"


def test_cmudict():
    assert guess_task("cmudict").task == "transduce"


def refused(path):
    with pytest.raises(DataError) as caught:
        guess_task(str(path))
    assert "\n" not in str(caught.value)
    return str(caught.value).removeprefix(f"{path}: ").removeprefix(f"{path}, ")


def test_what_cannot_be_read_says_so_itself(tmp_path):
    assert refused("nowhere.csv").startswith("data must be a file, got a path where nothing is")
    assert "File name too long" in refused("x" * 5000)
    loop = tmp_path / "loop.tsv"
    loop.symlink_to(loop)
    assert "Too many levels of symbolic links" in refused(loop)
    (tmp_path / "empty.tsv").write_text("\n")
    assert refused(tmp_path / "empty.tsv").startswith("the file is empty")
    os.mkfifo(tmp_path / "pipe")
    assert refused(tmp_path / "pipe").startswith("this is a pipe or a device, and training data")
    assert refused("/dev/zero").startswith("this is a pipe or a device, and training data are read")


THREE = [
    (
        "".join(f"lemma{n}\tlemma{n}s\tn;pl\n" for n in range(40)),
        "--task transduce --source 1,3 --target 2",
    ),
    (
        "".join(f"lemma{n}\tv|pst\tlemma{n}ed\n" for n in range(40)),
        "--task transduce --source 1,2 --target 3",
    ),
    (
        "".join(f"word{n}\t{n % 9}.1\tW {n}\n" for n in range(40)),
        "--task transduce --source 1 --target 3",
    ),
    (
        "".join(f"word{n}\tW {n}\t{n % 9}e-2\n" for n in range(40)),
        "--task transduce --source 1 --target 2",
    ),
    (
        "".join(f"{n}\t{('good', 'bad')[n % 2]}\ta film of {n} parts\n" for n in range(40)),
        "--task classify --text 3 --label 2",
    ),
]


@pytest.mark.parametrize(("text", "way_out"), THREE)
def test_of_three_columns_it_asks_which_are_meant(tmp_path, text, way_out):
    path = tmp_path / "data.tsv"
    path.write_text(text)
    said = refused(path)
    assert said.startswith("line 1: 3 columns (")
    assert said.endswith(f"are to be named. For example: {way_out}")
    (tmp_path / "named.tsv").write_text("id\tword\tpronunciation\n" + text)
    assert guess_task(str(tmp_path / "named.tsv")).why == "columns word and pronunciation"


def test_labels_first_and_decimals_are_asked_about(tmp_path):
    path = tmp_path / "data.tsv"
    path.write_text("".join(f"{('good', 'bad')[n % 2]}\ta film of {n} parts\n" for n in range(40)))
    assert refused(path) == (
        "column 1 looks like labels (2 different in 40 lines), column 2 does not. Say what is "
        "meant: --task classify --text 2 --label 1, or --task "
        "transduce for pairs."
    )
    path.write_text("".join(f"a film of {n} parts\t{n % 7}.{n}\n" for n in range(40)))
    assert refused(path).startswith("column 2 holds numbers with decimals, which no task predicts")


PIPED = "text|label\n" + LABELLED.replace("\t", "|")
SMS = "v1,v2,,\n" + "".join(f'{("ham", "spam")[n % 2]},"so, call me {n}",,\n' for n in range(40))


@pytest.mark.parametrize(
    ("name", "text", "task"),
    [
        ("labels.csv", 'text,label\n"no, not",neg\ngood,pos\n', "classify"),
        ("scores.csv", "review_text,stars\na fine film,4\na dull one here,1\n", "classify"),
        ("pairs.csv", "word;pronunciation\na;A\nb;B\n", "transduce"),
        ("pairs.jsonl", '{"source": "a", "target": "A"}\n' * 2, "transduce"),
        ("list.json", '[{"text": "a", "label": "A"}, {"text": "b", "label": "A"}]', "classify"),
        ("texts.jsonl", '{"text": "to be"}\n{"text": "or not"}\n', "generate"),
        ("series.json", '{"ds": ["2024-01-01", "2024-01-02"], "y": [1, 2.5]}', "forecast"),
        ("bars.txt", PIPED, "classify"),
        ("sms.csv", SMS, "classify"),
    ],
)
def test_other_tables_are_read(tmp_path, name, text, task):
    path = tmp_path / name
    path.write_text(text)
    assert guess_task(str(path)).task == task


def test_what_cannot_be_meant_is_refused(tmp_path):
    path = tmp_path / "one.tsv"
    path.write_text("one column only\nanother\n")
    assert refused(path).startswith("its name says columns, and no line has a tab")
    path = tmp_path / "scores.csv"
    path.write_text("text,label\n" + "".join(f"a film {n},{n * 1.5}\n" for n in range(60)))
    assert refused(path).startswith("the label column `label` holds numbers, and seqloom has no re")
    path = tmp_path / "words.txt"
    path.write_text("CAT  K AX T\nDOG  D OX G\n" * 9)
    assert refused(path).startswith("these look like words and their phones with blanks between")


def test_a_folder_of_texts(tmp_path):
    assert refused(tmp_path).startswith("data must be a file, got a directory")
    (tmp_path / "one.txt").write_text("To be\n")
    assert guess_task(str(tmp_path)).say() == (
        "task: generate (a folder of texts; --task overrides)"
    )
