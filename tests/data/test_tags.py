"""Features of a source: told apart from its text, whatever both hold."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqloom.data.tags import apart, source_text, split_tags, with_tags
from seqloom.data.vocabulary import SPECIALS, UNK, Vocabulary
from seqloom.errors import DataError, FormatError

TAG = st.text("VPST_=(,)é .", min_size=1, max_size=4).filter(lambda tag: tag == tag.strip())
TAGS = st.lists(TAG, max_size=4)


@pytest.mark.parametrize(
    ("cell", "tags"),
    [
        ("V;PST", ("V", "PST")),
        ("Case=Nom|Number=Sing", ("Case=Nom", "Number=Sing")),
        (" V ; NOM(2,PL) ;", ("V", "NOM(2,PL)")),
        ("_", ("_",)),
        ("V PST", ("V PST",)),
        ("", ()),
        (";|", ()),
    ],
)
def test_split(cell, tags):
    assert split_tags(cell) == tags


@given(st.text(), TAGS)
def test_apart_undoes_with_tags(text, tags):
    assert apart(with_tags(text, tags)) == (text, tuple(tags))


def test_what_predict_takes():
    for source in (
        "walk\tV;PST",
        ("walk", "V|PST"),
        ("walk", ["V", "PST"]),
        ["walk", ("V", "PST")],
    ):
        assert source_text(source, "text 1") == "walk\tV;PST"
    assert source_text("walk", "text 1") == "walk"
    for odd in (3, ("walk",), ("walk", 3), (3, "V"), ("walk", ["V", 3]), None):
        with pytest.raises(DataError) as caught:
            source_text(odd, "text 2")
        assert str(caught.value).startswith(
            'predict: text 2 must be a text, or a pair of text and features such as ("walk", '
        )


@pytest.fixture(params=["characters", "symbols", "subwords"])
def vocabulary(request):
    """Its letters, its tags and its specials look alike."""
    texts = ["V w a l k", "V V <V> <pad>"]
    learned = Vocabulary.learn(texts, request.param, subword_size=30)
    return learned.with_features(["V", "PST", "V", "<pad>", "w"])


def test_a_tag_and_a_symbol_of_one_name_are_two(vocabulary):
    assert vocabulary.features == ("V", "<pad>", "PST", "w")
    first = len(vocabulary.symbols)
    assert len(vocabulary) == first + 4
    ids = vocabulary.encode("V w\tPST;w;V")
    assert ids[:3] == [first + 2, first + 3, first]
    assert UNK < max(ids[3:]) < first
    assert vocabulary.split("V w\tPST;w;V")[:3] == ["<PST>", "<w>", "<V>"]
    assert vocabulary.decode(ids) == "V w\tPST;w;V"
    assert vocabulary.encode("V w") == ids[3:]


def test_unknown_tags(vocabulary):
    ids = vocabulary.encode("V\tFUT;V;a")
    assert [i == UNK for i in ids[:3]] == [True, False, True]
    assert vocabulary.unknown("V\tFUT;V;a;FUT") == ["<FUT>", "<a>"]


def test_normal_is_the_same_for_what_is_read_alike(vocabulary):
    assert vocabulary.normal("V w\t V | PST ") == "V w\tV;PST"
    same = vocabulary.normal(" V  w\tV") == vocabulary.normal("V w\tV")
    assert same == (vocabulary.level != "characters")
    assert vocabulary.encode(vocabulary.normal(" V w\tV")) == vocabulary.encode(" V w\tV")


def test_without_features_a_tab_is_text():
    plain = Vocabulary.learn(["a\tb"], "characters")
    assert plain.split("a\tV") == ["a", "\t", "V"]
    assert plain.normal("a\tV") == "a\tV"


def test_rare_tags_are_unknown():
    plain = Vocabulary.learn(["ab"], "characters")
    assert plain.with_features(["V", "N", "V"], min_count=2).features == ("V",)
    with pytest.raises(DataError, match="no tag occurs at least 3 times"):
        plain.with_features(["V", "N", "V"], min_count=3)


def test_round_trip_through_a_file(vocabulary):
    assert Vocabulary.from_json(vocabulary.to_json(), of_source=True) == vocabulary
    with pytest.raises(FormatError, match="must be an object with level, symbols and merges, got"):
        Vocabulary.from_json(vocabulary.to_json())


@pytest.mark.parametrize(
    ("features", "rule"),
    [
        ([], "be a list of tags"),
        ("V", "be a list of tags"),
        (["V", 3], "be a list of tags"),
        (["V;N"], "be a list of tags"),
        (["V|N"], "be a list of tags"),
        ([" V"], "be a list of tags"),
        (["V\tN"], "be a list of tags"),
        ([""], "be a list of tags"),
        (["V", "V"], "all be different"),
        (["\ud800"], "be text that UTF-8 can say"),
    ],
)
def test_features_that_are_none(features, rule):
    data = {"level": "symbols", "symbols": [*SPECIALS, "a"], "merges": [], "features": features}
    with pytest.raises(FormatError, match=re.escape(f"`features` must {rule}")):
        Vocabulary.from_json(data, of_source=True)
