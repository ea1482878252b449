"""Vocabularies in C against those in Python: random ones, random texts, damaged blocks."""

import random
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import seqloom
from seqloom.data.texts.reader import TextReader
from seqloom.data.vocabulary import SPECIALS, Vocabulary
from seqloom.engine import text as engine_text
from seqloom.engine.library import available
from seqloom.engine.text import NativeVocabulary, blocks_of, vocabulary_block
from seqloom.errors import ConfigError, DataError, FormatError, SeqloomError
from seqloom.export.model_file import read_model

from ..fuzz.mutators import damage_bytes
from .characters import ANY, ODD, TEXTS

pytestmark = pytest.mark.skipif(not available(), reason="the native engine was not built")

HEADER = Path(seqloom.__file__).parents[2] / "native" / "include" / "seqloom_text.h"
GOLDEN = Path(__file__).parents[1] / "export" / "golden"
CHARACTERS = st.lists(ANY | ODD, min_size=1, max_size=20, unique=True)
WORDS = st.text(ANY | ODD, max_size=60).map(lambda text: list(dict.fromkeys(text.split())))
TAGS = st.lists(st.sampled_from(["V", "PST", "é x", "x"]), unique=True, max_size=3)


# Strategies give arguments; beartype draws random numbers where objects are made of them.
@st.composite
def vocabularies(draw, *, of_reader=False):
    """Of any level, a reader's without tags and white space.

    Merges join any two symbols; one that is there once more counts as late as it is repeated.
    """
    level = draw(st.sampled_from(["characters", "symbols", "subwords"]))
    merges, spaces = [], level == "subwords" and not of_reader and draw(st.booleans())
    symbols = draw(CHARACTERS if level != "symbols" else WORDS)
    if level == "subwords":
        if not spaces:
            symbols = [symbol for symbol in ["▁", *symbols] if not symbol.isspace()]
        symbols = list(dict.fromkeys(symbols))
        for _ in range(draw(st.integers(0, 25))):
            pair = draw(st.sampled_from(symbols)), draw(st.sampled_from(symbols))
            merges.append(pair)
            if "".join(pair) not in symbols:
                symbols.append("".join(pair))
    symbols = (*SPECIALS, *(symbol for symbol in symbols if symbol not in SPECIALS))
    marks = spaces and draw(st.booleans())
    return level, symbols, tuple(merges), spaces, marks, () if of_reader else tuple(draw(TAGS))


@st.composite
def readers(draw):
    """Of any level, with or without lower case, cutting or not."""
    vocabulary = draw(vocabularies(of_reader=True))
    level = "words" if vocabulary[0] == "symbols" else vocabulary[0]
    most = draw(st.integers(1, 12) | st.just(2**63 - 1))
    marks = level == "words" and draw(st.booleans())
    return level, draw(st.booleans()), most, vocabulary, marks


def texts_of(vocabulary):
    """Texts that have symbols of the vocabulary, known tags and anything else in them."""
    known = st.sampled_from([*vocabulary.symbols[4:], *vocabulary.features, " "])
    mixed = st.lists(known | ODD, max_size=40).map("".join)
    tabbed = st.lists(TEXTS | known | st.sampled_from(["\t", ";", "|", " "])).map("".join)
    return TEXTS | mixed | tabbed


@settings(max_examples=400)
@given(st.data(), vocabularies())
def test_a_vocabulary_reads_and_writes_as_in_python(data, arguments):
    vocabulary = Vocabulary(*arguments)
    native = NativeVocabulary(vocabulary_block(vocabulary))
    assert len(native) == len(vocabulary)
    text = data.draw(texts_of(vocabulary))
    assert native.encode(text) == vocabulary.encode(text)
    assert native.normal(text) == vocabulary.normal(text)
    numbers = data.draw(st.lists(st.integers(0, len(vocabulary) - 1), max_size=30))
    assert native.decode(numbers) == vocabulary.decode(numbers)


@settings(max_examples=400)
@given(st.data(), readers())
def test_a_reader_reads_as_in_python(data, arguments):
    level, lowercase, most, vocabulary, marks = arguments
    reader = TextReader(level, lowercase, most, Vocabulary(*vocabulary), marks)
    native = NativeVocabulary(vocabulary_block(reader))
    text = data.draw(texts_of(reader.vocabulary))
    assert native.encode(text) == reader.encode(text)
    assert native.normal(text) == reader.vocabulary.normal(reader.prepared(text))


@pytest.mark.parametrize("tags", [" V", "V ", "\u3000é x\xa0| ;PST;", " ; ", "", "é  x", "PST;V|V"])
def test_tags_lose_white_space_at_their_ends(tags):
    vocabulary = Vocabulary("characters", (*SPECIALS, "a"), features=("V", "PST", "é x"))
    native = NativeVocabulary(vocabulary_block(vocabulary))
    for text in (f"a\t{tags}", f"a\tb\t{tags}", tags):
        assert native.encode(text) == vocabulary.encode(text)
        assert native.normal(text) == vocabulary.normal(text)


@pytest.mark.parametrize("spaces", [False, True])
def test_learned_subwords_and_a_long_word(spaces):
    """Of a hundred thousand characters, and merges that run through all of it."""
    lines = [
        "the lowest widest newest, low wide new: don't\n\tslow",
        "日本語 и русский é̀ 👨‍👩‍👧 🇫🇷",
    ]
    vocabulary = Vocabulary.learn(lines * 3, "subwords", subword_size=75, spaces=spaces)
    native = NativeVocabulary(vocabulary_block(vocabulary))
    generator = random.Random(1)
    long = "".join(generator.choice(["lowest", "new", "e", "w", "st"]) for _ in range(30_000))
    for text in [*lines, " ".join(lines), long, f"  {long} ▁{long}\n", "new" * 40_000]:
        numbers = vocabulary.encode(text)
        assert native.encode(text) == numbers
        assert native.decode(numbers) == vocabulary.decode(numbers)


def test_model_files():
    """What every golden file's parts say as blocks; a forecaster reads no text."""
    names = {
        "transduce": {"source", "target"},
        "classify": {"reader"},
        "generate": {"vocabulary"},
        "transcribe": {"text", "features"},
        "forecast": set(),
    }
    files = sorted(GOLDEN.glob("*.safetensors"))
    assert len(files) >= 9
    for path in files:
        parts = read_model(path).parts
        blocks = blocks_of(parts)
        assert blocks.keys() == names[path.name.split("-")[0]], path
        for name in blocks.keys() - {"features"}:
            part = getattr(parts, name)
            native = NativeVocabulary(blocks[name])
            symbols = getattr(part, "vocabulary", part).symbols
            text = " ".join(symbols) + "It's ΑΣ'\tV;PST"
            assert native.encode(text) == part.encode(text), path


def block_of_all():
    """A block with tags and merges, and one of a reader."""
    symbols = (*SPECIALS, "▁", "a", "b", "é", "▁a", "ab", "▁ab")
    merges = (("▁", "a"), ("a", "b"), ("▁a", "b"), ("▁", "ab"))
    tagged = Vocabulary("subwords", symbols, merges, features=("V", "PST"))
    words = Vocabulary("symbols", (*SPECIALS, "it", "'s", "bad"))
    return [
        vocabulary_block(tagged),
        vocabulary_block(TextReader("words", True, 5, words, True)),
        vocabulary_block(Vocabulary("characters", (*SPECIALS, *"hélo"))),
    ]


@pytest.mark.parametrize(
    ("at", "value"),
    [
        *(
            (0, 7),
            (1, 2),
            (2, 5),
            (2, -1),
            (3, 1),
            (3, 4),
            (4, -1),
            (5, 3),
            (5, 12),
            (6, 1),
            (6, -1),
        ),
        *((7, 3), (7, -1), (8, 30), (9, 0), (9, 4), (11, 4), (18, 6), (18, -1), (25, 0), (26, 6)),
        *((27, 3), (27, 11), (28, 4), (29, 9), (39, 1), (39, 4), (39, -1)),
    ],
)
def test_a_contradiction_is_refused(at, value):
    words = np.frombuffer(block_of_all()[0][:172], "<i4").copy()
    assert words[at] != value
    words[at] = value
    with pytest.raises(
        FormatError,
        match=r"^engine: the vocabulary or the features are damaged, or of another version\.$",
    ):
        NativeVocabulary(words.tobytes() + block_of_all()[0][172:])


def test_damaged_blocks_are_refused_or_read():
    """Whatever is in a block: a refusal, or a vocabulary that can be used and is as it says."""
    generator, blocks, taken = random.Random(3), block_of_all(), 0
    text = "ab éab ▁ba It's\tV;W|PST"
    for _ in range(6_000):
        block = generator.choice(blocks)
        if generator.random() < 0.5:
            damaged = damage_bytes(generator, block, blocks)
        else:
            changed = bytearray(block)
            for _ in range(generator.randint(1, 3)):
                place = generator.randrange(0, len(block), 4)
                changed[place] = generator.choice([0, 1, 2, 3, 4, 5, 255, generator.randrange(256)])
            damaged = bytes(changed)
        try:
            native = NativeVocabulary(damaged)
        except SeqloomError:
            continue
        taken += 1
        numbers = native.encode(text)
        assert all(0 <= number < len(native) for number in numbers)
        native.decode([*numbers, *range(min(len(native), 40))])
        native.normal(text)
    assert taken > 100


def test_what_cannot_be_read_is_refused():
    native = NativeVocabulary(block_of_all()[0])
    for number in (-1, len(native)):
        with pytest.raises(
            SeqloomError, match=r"^engine: a number is not one of the vocabulary's\.$"
        ):
            native.decode([4, number])
    with pytest.raises(DataError, match=r"^text: a surrogate stands alone, which UTF-8 cannot say"):
        native.encode("a\ud800")


@settings(max_examples=300)
@given(st.binary(max_size=12) | st.text(max_size=6).map(lambda text: text.encode(errors="replace")))
def test_utf8_is_what_python_takes_for_it(given_bytes):
    native = NativeVocabulary(block_of_all()[2])
    try:
        wanted = len(given_bytes.decode())
    except UnicodeDecodeError:
        with pytest.raises(SeqloomError, match=r"^engine: the text is not UTF-8\.$"):
            native._read(native.library.vocabulary_encode, given_bytes, np.int64)
    else:
        assert native._read(native.library.vocabulary_encode, given_bytes, np.int64).size == wanted


def test_constants_and_functions_are_those_of_the_header():
    if not HEADER.exists():
        pytest.skip("not a checkout: there is no header")
    text = re.sub(r"/\*.*?\*/", "", HEADER.read_text(), flags=re.S)
    found = dict(re.findall(r"SEQLOOM_(\w+) = (\d+)", text))
    found |= dict(re.findall(r"#define SEQLOOM_(\w+) (\d+)", text))
    for number, level in enumerate(engine_text.LEVELS):
        assert int(found.pop(level.upper())) == number
    assert int(found.pop("TEXT_ABI")) == engine_text.ABI
    for name, value in found.items():
        assert getattr(engine_text, name.removeprefix("TEXT_")) == int(value), name
    declared = re.findall(r"SEQLOOM_API [\w ]+?\*? ?seqloom_(\w+)\((.*?)\);", text, flags=re.S)
    assert {name for name, _ in declared} == engine_text._SIGNATURES.keys()
    for name, arguments in declared:
        count = 0 if arguments == "void" else arguments.count(",") + 1
        assert count == len(engine_text._SIGNATURES[name]) - 1, name


def test_a_library_of_another_version_is_refused(monkeypatch):
    monkeypatch.setattr(engine_text, "ABI", engine_text.ABI + 1)
    with pytest.raises(
        ConfigError, match=r"must have ABI \d+ for texts, got \d+\. Install seqloom"
    ):
        engine_text.TextLibrary()
