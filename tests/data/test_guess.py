"""Which task a file is for: one file of each kind, and the ones that lie in between."""

import gzip

import pytest

from seqloom.data.guess import guess_task

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
        ("empty.tsv", "", "transduce"),
        ("tabs.csv", "ds\ty\n" + "".join(f"{n}\t{n % 5}\n" for n in range(60)), "forecast"),
        ("braces.tsv", "{a}\tB A\n" + PAIRS, "transduce"),
        ("lines.jsonl", '{"name": 3}\nand more\n', "generate"),
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


def test_a_name_that_the_system_refuses():
    assert guess_task("x" * 5000).task == "transduce"


def test_cmudict_and_what_is_not_there():
    assert guess_task("cmudict").task == "transduce"
    assert guess_task("nowhere.csv").task == "transduce"


def test_a_folder_of_texts(tmp_path):
    assert guess_task(str(tmp_path)).task == "transduce"
    (tmp_path / "one.txt").write_text("To be\n")
    assert guess_task(str(tmp_path)).say() == (
        "task: generate (a folder of texts; --task overrides)"
    )
