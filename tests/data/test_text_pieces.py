"""Texts in pieces: however they are cut, the parts have the symbols of the whole."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqloom.data.subwords import cut, mark_words
from seqloom.data.text_pieces import TextPieces
from seqloom.data.words import split_words

ODD = "ab'\u2019.\u03a3\u03c3\u0130\u0300\u200d\u200c \n\u00a0\u2581\U0001f1e6\U0001f3fbA1_\u00ad"
TEXTS = st.text(st.one_of(st.sampled_from(ODD), st.characters()), max_size=60)
SPLITS = {
    "words": split_words,
    "words without marks": lambda text: split_words(text, marks=False),
    "subwords": mark_words,
    "chunks": cut,
    "chunks without marks": lambda text: cut(text, marks=False),
}


def pieces_of(data, text):
    """The text, cut anywhere."""
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=12)))
    return [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]


def parts_of(text_pieces, pieces):
    """What is handed out, with the state carried over through JSON."""
    for piece in pieces:
        yield text_pieces.push(piece)
        data = json.loads(json.dumps(text_pieces.to_json()))
        text_pieces = TextPieces(by_word=text_pieces.by_word, lowercase=text_pieces.lowercase)
        text_pieces.take(data)
    yield text_pieces.finish()
    assert text_pieces.finish() == ""


@pytest.mark.parametrize("lowercase", [False, True])
@pytest.mark.parametrize("name", SPLITS)
@given(text=TEXTS, data=st.data())
def test_words_are_those_of_the_whole(name, lowercase, text, data):
    whole = SPLITS[name](text.lower() if lowercase else text)
    parts = parts_of(TextPieces(by_word=True, lowercase=lowercase), pieces_of(data, text))
    assert [word for part in parts for word in SPLITS[name](part)] == whole


@pytest.mark.parametrize("lowercase", [False, True])
@given(text=TEXTS, data=st.data())
def test_characters_are_those_of_the_whole(lowercase, text, data):
    parts = parts_of(TextPieces(by_word=False, lowercase=lowercase), pieces_of(data, text))
    assert "".join(parts) == (text.lower() if lowercase else text)


def test_what_is_complete_comes_at_once():
    words = TextPieces(by_word=True, lowercase=False)
    assert [words.push(p) for p in ("so go", "od", " an", "d")] == ["so", "", " good", ""]
    assert words.finish() == " and"
    greek = TextPieces(by_word=False, lowercase=True)
    assert [greek.push(c) for c in "\u039f\u03a3\u0394\u03a3 \u03a3"] == [
        *("\u03bf", "", "\u03c3\u03b4", "", "\u03c2 ", "\u03c3"),
    ]


@pytest.mark.parametrize("data", [None, {}, {"word": 1, "sigma": "", "cased": False}])
def test_what_is_no_state(data):
    with pytest.raises(ValueError, match=r"^the text that waits is none$"):
        TextPieces(by_word=True, lowercase=False).take(data)
