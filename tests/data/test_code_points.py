"""Counting and numbering characters as arrays: Counter and a dictionary are the oracles."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from seqloom.data.code_points import count_characters, numbers_of
from seqloom.data.levels import SymbolCounts
from seqloom.data.vocabulary import Vocabulary

quick = settings(derandomize=True, deadline=None, max_examples=60)
texts = st.lists(st.text(max_size=12), max_size=8)


@given(texts=texts)
@quick
def test_characters_are_counted(texts):
    assert count_characters(texts) == Counter("".join(texts))


@given(texts=texts, symbols=st.lists(st.characters(), min_size=1, max_size=6, unique=True))
@quick
def test_characters_have_their_numbers(texts, symbols):
    number = {symbol: 4 + i for i, symbol in enumerate(symbols)}
    want = [number.get(symbol, 3) for text in texts for symbol in text]
    assert numbers_of(texts, symbols, 4, 3).tolist() == want


@given(texts=texts, known=st.text(st.characters(categories=["L", "Zs"]), min_size=1, max_size=9))
@quick
def test_many_texts_are_encoded_as_each(texts, known):
    for level in ("characters", "symbols"):
        vocabulary = Vocabulary.learn([f"{known} x"], level)
        flat, lengths = vocabulary.encode_many(texts)
        each = [vocabulary.encode(text) for text in texts]
        assert flat.tolist() == [i for row in each for i in row]
        assert lengths.tolist() == [len(row) for row in each]


@given(some=texts, others=texts)
@quick
def test_what_is_taken_back_was_never_there(some, others):
    counts, want = SymbolCounts(), SymbolCounts(some)
    counts.add(some + others)
    counts.take_back(others)
    assert vars(counts) == vars(want)
