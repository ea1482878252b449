"""Subwords: the `tokenizers` library is the oracle for our own splitting."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from seqloom.data.pairs.pairs import read_pairs
from seqloom.data.subwords import WORD_MARK, SubwordSplitter, learn_subwords, mark_words
from seqloom.errors import ConfigError, MissingExtraError

TRANSLATION = Path(__file__).parents[3] / "shared" / "data" / "translation"
FOLK = "the cat sat on the mat and that rat sat on the cat"
quick = settings(derandomize=True, deadline=None, max_examples=80)


def oracle(symbols, merges):
    """Encode with `tokenizers`."""
    tokenizers = pytest.importorskip("tokenizers")
    numbers = {symbol: i for i, symbol in enumerate(["<unk>", *symbols])}
    model = tokenizers.models.BPE(vocab=numbers, merges=merges, unk_token="<unk>")
    tokenizer = tokenizers.Tokenizer(model)
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Split(" ", "removed")
    return lambda text: tokenizer.encode(" ".join(mark_words(text))).tokens


def shown(parts, symbols):
    return [part if part in symbols else "<unk>" for part in parts]


@given(
    texts=st.lists(st.text("abc d", max_size=30), min_size=1, max_size=6),
    text=st.text("abc dé", max_size=60),
)
@quick
def test_made_text_splits_as_tokenizers_does(texts, text):
    symbols, merges = learn_subwords(texts, 40)
    splitter = SubwordSplitter(merges, symbols)
    assert shown(splitter.split(text), symbols) == oracle(symbols, merges)(text)


def test_same_result_by_two_merges_splits_as_tokenizers_does():
    """Here a new pair may come before the merge that made it: replaying all at once is wrong."""
    symbols = ["a", "b", "c", "bc", "abc", "ab", "abcab", "abcc"]
    merges = [("a", "bc"), ("abc", "ab"), ("abc", "c"), ("a", "b"), ("ab", "c"), ("b", "c")]
    splitter, want = SubwordSplitter(merges, symbols), oracle(symbols, merges)
    for text in ("abcabc", "abcabcc", "aabcbcab", "bcabcabc", "ccbabcab"):
        assert shown(splitter.split(text), symbols) == want(text)


@pytest.mark.skipif(not TRANSLATION.is_dir(), reason="../shared/data/translation is absent")
@pytest.mark.parametrize("side", ["source", "target"])
def test_real_text_splits_as_tokenizers_does(side):
    texts = [getattr(p, side) for p in read_pairs(TRANSLATION / "eng_fra_test.tsv.gz")]
    unseen = [getattr(p, side) for p in read_pairs(TRANSLATION / "eng_fra_dev.tsv.gz")]
    symbols, merges = learn_subwords(texts, 1200)
    assert len(symbols) == 1200
    splitter, encode, have = SubwordSplitter(merges, symbols), oracle(symbols, merges), set(symbols)
    for text in texts[:1000] + unseen:
        assert shown(splitter.split(text), have) == encode(text)
        assert splitter.join(splitter.split(text)) == " ".join(text.split())


@given(text=st.text())
@example(text="▁a▁▁b▁")
@quick
def test_joining_undoes_splitting_up_to_white_space(text):
    symbols, merges = learn_subwords([FOLK, text], 500)
    splitter = SubwordSplitter(merges, symbols)
    parts = splitter.split(text)
    assert splitter.join(parts) == " ".join(text.replace(WORD_MARK, " ").split())
    assert set(parts) <= set(symbols)
    assert splitter.split(text) == parts, "a cached word must split as it did at first"


def test_first_merges_are_the_most_frequent_pairs():
    """Counted by hand: a t 7 times; then the marked pairs, the smaller first of equal counts."""
    symbols, merges = learn_subwords([FOLK], 15)
    assert symbols[:12] == [*sorted(set(FOLK) - {" "}), WORD_MARK]
    assert merges[0] == ("a", "t")
    assert [a + b for a, b in merges] == symbols[12:]


def test_unknown_characters_stand_alone_and_do_not_merge():
    symbols, merges = learn_subwords([FOLK], 40)
    assert SubwordSplitter(merges, symbols).split("théat") == [f"{WORD_MARK}th", "é", "at"]


def test_merge_into_a_missing_symbol_is_not_used():
    splitter = SubwordSplitter([("a", "b"), ("ab", "c"), ("b", "c")], ["a", "b", "c", "bc"])
    assert splitter.split("abc") == [WORD_MARK, "a", "bc"]


def test_learning_depends_on_the_texts_alone():
    code = (
        "from seqloom.data.subwords import learn_subwords\n"
        "texts = [f'{i * i:b} {i:o} {i % 7}{i % 11}x' for i in range(400)]\n"
        "print(learn_subwords(texts, 90))"
    )
    run = [sys.executable, "-c", code]
    outputs = [subprocess.run(run, check=True, capture_output=True).stdout for _ in range(2)]
    texts = [f"{i * i:b} {i:o} {i % 7}{i % 11}x" for i in range(400)]
    mine = f"{learn_subwords(texts[::-1], 90)}\n".encode()
    assert outputs == [mine, mine]


def test_too_small_a_size_says_the_least():
    message = (
        "learn_subwords: `size` must be at least 12, the number of different characters, got 5. "
        "Raise it, or use the level characters."
    )
    with pytest.raises(ConfigError, match=f"^{re.escape(message)}$"):
        learn_subwords([FOLK], 5)


def test_absent_library_names_the_pip_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    message = "learn_subwords: `tokenizers` is not installed. Run: pip install 'seqloom[train]'"
    with pytest.raises(MissingExtraError, match=f"^{re.escape(message)}$"):
        learn_subwords([FOLK], 40)
    assert SubwordSplitter([("a", "t")], ["at"]).split("cat") == [WORD_MARK, "c", "at"]
