"""The model file in the page says what `seqloom.load(file).predict` says: every kind of model."""

import unicodedata
from pathlib import Path

import numpy as np
import pytest
import torch

import seqloom
from seqloom.config.generate import GenerateDecodingConfig
from seqloom.config.transduce import TransduceDecodingConfig
from seqloom.data.texts.reader import TextReader
from seqloom.data.vocabulary import BOS, SPECIALS, Vocabulary
from seqloom.data.words import split_words
from seqloom.decoding import beam_search, greedy
from seqloom.errors import DataError
from seqloom.export.model_file import ModelFile, write_model
from seqloom.export.parts.classify import ClassifyParts
from seqloom.export.parts.generate import GenerateParts
from seqloom.export.parts.transduce import TransduceParts
from seqloom.models import build
from seqloom.models.language import build_language
from seqloom.runtime.transduce import Transducer

from ...data.marked_texts import MARKED as MARKED_TEXTS
from ...decoding.table import TableModel, padded
from ...export.classifiers import CONFIGS as CLASSIFIERS
from ...export.classifiers import random_classifier
from ...export.language_models import CONFIGS as LANGUAGES
from ...export.models import CONFIGS as PAIRS
from ...export.models import random_model
from .engine import Engine, texts

GOLDEN = Path(__file__).parents[2] / "export" / "golden"
LATIN = ["the", "cat", "sat", "on", "a", "mat", ".", "it's", "not", "dull", ",", "don't", "go"]
SENTENCES = [" ".join(LATIN), "a dog saw the cats", "the mats sat", "Straße naïve cats"] * 3


@pytest.fixture(scope="module")
def engine(browser):
    engine = Engine(browser)
    yield engine
    engine.tab.close()


def answers(engine, path, inputs, *arguments):
    """Python's model, the inputs, and what the page says to them."""
    found = engine.open(path.read_bytes()).predict(inputs, *arguments)
    return seqloom.load(path, engine="numpy"), inputs, found


def written(folder, file):
    path = folder / "model.safetensors"
    write_model(path, file)
    return path


def lively(config, features=()):
    """The first random model that does not say the same of every source."""
    sources = ["a", "bad", "gfedc", "cccccc"]
    if features:
        sources = [(source, "V;PST") for source in sources]
    for seed in range(20):
        torch.manual_seed(seed)
        file, _ = random_model(config, features)
        if len(set(Transducer(file).predict(sources, beam=3))) > 2:
            return file
    raise AssertionError("no seed gave one")


def readable(model, inputs, found):
    """The texts that Python's model reads; the page has refused the others."""
    read = []
    for text, got in zip(inputs, found, strict=True):
        try:
            model.encode(text)
            read.append((text, got))
        except DataError:
            assert "error" in got, text
    return zip(*read, strict=True)


def check_pairs(model, inputs, found):
    inputs, found = readable(model, inputs, found)
    for text, got, [want] in zip(inputs, found, model.predict_nbest(inputs), strict=True):
        assert got["output"] == want.text, text
        assert tuple(got["symbols"]) == want.symbols
        assert got["finished"] == want.finished
        np.testing.assert_allclose(got["logProbability"], want.log_probability, atol=1e-4)
        np.testing.assert_allclose(got["score"], want.score, atol=1e-4)
    for text, got in list(zip(inputs, found, strict=True))[:5]:
        again = [model.parts.target.symbols[i] for i in model.parts.target.encode(got["output"])]
        if got["attention"] and again == got["symbols"]:
            alignment = model.align(text, got["output"])
            assert tuple(got["source"]) == alignment.source
            np.testing.assert_allclose(got["attention"], alignment.weights, atol=1e-5)
    # a network that says the same of all proves little
    assert len({got["output"] for got in found}) > 1
    assert np.std([got["score"] for got in found]) > 0.01


@pytest.mark.parametrize("name", ["transduce-1", "transduce-1-transformer"])
def test_golden_pairs(engine, name):
    inputs = texts("abcdefgh", 50, seed=1, most=12)
    check_pairs(*answers(engine, GOLDEN / f"{name}.safetensors", inputs))


def test_golden_pairs_of_format_2(engine):
    """The page runs the network, not the dictionary of exceptions."""
    inputs = [f"{text}\tREV" for text in texts("abcdefgh", 30, seed=9, most=9)]
    model, inputs, found = answers(engine, GOLDEN / "transduce-2.safetensors", inputs)
    check_pairs(model, inputs, found)


def test_golden_files_of_format_3(engine):
    """Weights in int8 and in float16: the numbers that they stand for, in float32."""
    tagged = [f"{text}\tREV" for text in texts("abcdefgh", 9, seed=9, most=9)]
    check_pairs(*answers(engine, GOLDEN / "transduce-3.safetensors", tagged))
    reviews = texts(["The", "plot", "is", "lovely"], 9, seed=5, most=30, separator=" ")
    for name in ("classify-3", "classify-3-float16"):
        check_classes(*answers(engine, GOLDEN / f"{name}.safetensors", reviews))
    prompts = ["", *texts([*"aehtcdogsm ."], 9, seed=7, most=30)]
    check_language(*answers(engine, GOLDEN / "generate-3.safetensors", prompts, 30), 30)


@pytest.mark.parametrize("name", PAIRS)
def test_random_pairs(engine, tmp_path, name):
    file = lively(PAIRS[name])
    inputs = [*texts("abcdefg", 20, seed=2, most=11), "", "a" * 12, "a" * 13]
    for beam in (1, 3):
        decoding = TransduceDecodingConfig(beam=beam, length_penalty=0.7)
        path = written(tmp_path, ModelFile(**{**vars(file), "decoding": decoding}))
        check_pairs(*answers(engine, path, inputs))


@pytest.mark.parametrize("name", ["lstm, additive", "transformer"])
def test_pairs_with_features(engine, tmp_path, name):
    """Letters and tags of one name; tags that are unknown, spaced or absent."""
    path = written(tmp_path, lively(PAIRS[name], ("V", "PST", "a", "N(1,SG)")))
    cells = ["V;PST", "a", " V |N(1,SG) ", "FUT;V", "", ";", "a;a;a;a"]
    sources = texts("abcdefg", 50, seed=8, most=9)
    inputs = [f"{source}\t{cells[i % 7]}" for i, source in enumerate(sources)]
    model, inputs, found = answers(engine, path, [*inputs, "abc", "\tV", "abc\tV;V"])
    check_pairs(model, inputs, found)
    refused = {
        text: got["error"] for text, got in zip(inputs, found, strict=True) if "error" in got
    }
    assert refused["abc"].startswith("Type features behind the source")
    assert refused["\tV"] == "Type at least one symbol."
    for text in ("bad\tV;PST", "a\ta;FUT", "\tV", "bad\t"):
        split = engine.evaluate("(text) => model.reader.split(text)", text)
        assert split == model.parts.source.split(text)
        assert engine.evaluate("(symbols) => model.reader.join(symbols)", split) == text


def test_pairs_of_subwords_and_of_symbols(engine, tmp_path):
    config = PAIRS["gru, general"]
    source = Vocabulary.learn(SENTENCES, "subwords", subword_size=60)
    target = Vocabulary.learn([s.upper() for s in SENTENCES], "subwords", subword_size=50)
    network = build(config, len(source), len(target)).float().eval()
    with torch.no_grad():
        for weight in network.parameters():
            weight.mul_(3.0)
    file = ModelFile(
        task="transduce",
        model=config,
        decoding=TransduceDecodingConfig(beam=5),
        parts=TransduceParts(source=source, target=target, length_ratio=1.0, max_symbols=100),
        training={},
        tensors={name: w.detach().numpy() for name, w in network.named_parameters()},
    )
    inputs = texts([*LATIN, "unseen", "Straße", "ﬁ"], 50, seed=3, most=9, separator=" ")
    check_pairs(*answers(engine, written(tmp_path, file), inputs))


def check_classes(model, inputs, found):
    inputs, found = readable(model, inputs, found)
    probabilities, labels = model.predict_proba(inputs), model.predict(inputs)
    for text, got, want, label in zip(inputs, found, probabilities, labels, strict=True):
        np.testing.assert_allclose(got["logProbs"], np.log(want), atol=1e-4)
        assert got["output"] == label
        assert got["source"] == model.parts.reader.symbols(text)
    for text, got in list(zip(inputs, found, strict=True))[:5]:
        if model.attends:
            np.testing.assert_allclose(got["weights"], model.attend(text).weights, atol=1e-5)


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_random_classifiers(engine, tmp_path, name):
    file, _ = random_classifier(name)
    words = ["a", "bad", "Film", "good", "not", "at", "ALL", ",", "unseen"]
    inputs = [*texts(words, 50, seed=4, most=20, separator=" "), "", " \n"]
    check_classes(*answers(engine, written(tmp_path, file), inputs))


def test_golden_classifier(engine):
    inputs = texts(
        ["The", "plot", "is", "lovely", "hollow!", "dull"], 50, seed=5, most=30, separator=" "
    )
    check_classes(*answers(engine, GOLDEN / "classify-1.safetensors", inputs))


@pytest.mark.parametrize("level", ["characters", "subwords"])
def test_classifiers_of_characters_and_subwords(engine, tmp_path, level):
    file, _ = random_classifier("gru, mean")
    reader = TextReader.learn(SENTENCES, level, lowercase=True, max_symbols=9, subword_size=60)
    tensors = dict(file.tensors)
    size = (len(reader.vocabulary), tensors["embedding.weight"].shape[1])
    tensors["embedding.weight"] = np.random.default_rng(1).normal(size=size).astype(np.float32)
    parts = ClassifyParts(reader=reader, labels=file.parts.labels)
    path = written(tmp_path, ModelFile(**{**vars(file), "parts": parts, "tensors": tensors}))
    inputs = texts([*LATIN, "unseen", "STRASSE"], 50, seed=6, most=6, separator=" ")
    check_classes(*answers(engine, path, inputs))


def check_language(model, inputs, found, length):
    for text, got in zip(inputs, found, strict=True):
        assert got["output"] == model.predict([text], length=length, temperature=0.0)[0], text
        ids = np.array([[BOS, *model.parts.vocabulary.encode(text)]])
        log_probs, _ = model.network.forward(ids, model.network.initial_state(1))
        np.testing.assert_allclose(got["logProbs"], log_probs[0, -1], atol=1e-4)
    assert np.std([got["logProbs"] for got in found], axis=0).max() > 0.01


@pytest.mark.parametrize("name", ["generate-1", "generate-1-transformer", "generate-1-window"])
def test_golden_languages(engine, name):
    inputs = ["", *texts([*"aehtcdogsm .", "\n"], 20, seed=7, most=30)]
    both = answers(engine, GOLDEN / f"{name}.safetensors", inputs, 30)
    check_language(*both, 30)


@pytest.mark.parametrize("name", LANGUAGES)
def test_random_languages(engine, tmp_path, name):
    repeats = ["oo oooo oooooooo"] * 3  # where a chunk is cut then changes its subwords
    vocabulary = Vocabulary.learn([*SENTENCES, *repeats], "subwords", spaces=True, subword_size=60)
    network = build_language(LANGUAGES[name], len(vocabulary)).float().eval()
    with torch.no_grad():
        for weight in network.parameters():
            weight.mul_(1.5).add_(torch.randn_like(weight), alpha=0.1)
    file = ModelFile(
        task="generate",
        model=LANGUAGES[name],
        decoding=GenerateDecodingConfig(),
        parts=GenerateParts(vocabulary=vocabulary),
        training={},
        tensors={name: w.detach().numpy() for name, w in network.named_parameters()},
    )
    inputs = texts([*LATIN, "\n", "unseen", "o" * 130, "١٢"], 20, seed=8, most=9, separator=" ")
    both = answers(engine, written(tmp_path, file), inputs, 12)
    check_language(*both, 12)


TABLE = """([table, searches]) => searches.map(({ source, ...how }) => {
  const { keys, logProbs, places } = table;
  const [key, first] = keys[source];
  const stepper = {
    start: () => ({ state: first, memory: key }),
    step: (symbols, states) => symbols.map((symbol, n) => {
      const place = (3 * states[n] + 5 * symbol + key) % places;
      return { logProbs: logProbs[key][place].map((p) => p ?? -Infinity), state: place };
    }),
  };
  const { path, ...found } = Seqloom.engine.search(stepper, [], how);
  return found;
})"""


@pytest.mark.parametrize("seed", range(3))
def test_searches_settle_equals_and_end_as_python_s(engine, seed):
    """Over a table with few different numbers, so that many hypotheses are equal."""
    model = TableModel(num_symbols=4, seed=seed, end_bonus=[-3.0, 0.0, 1.0][seed])
    model.table = np.round(2 * model.table) / 2
    sources = [[4, 5, 6, 4], [5], [6, 6, 5], [4, 4], [9, 8, 7, 6, 5, 4]]
    state, memory = model.start(*padded(sources))
    keys = [[int(k), int(p)] for k, p in zip(memory.key, state.place, strict=True)]
    table = {"keys": keys, "logProbs": model.table.tolist(), "places": model.places}
    how = [
        {"source": i, "beam": beam, "limit": limit, "penalty": penalty}
        for i in range(len(sources))
        for beam in (1, 2, 3, 6)
        for limit in (0, 1, 4, 9)
        for penalty in (0.0, 0.5, 1.0)
    ]
    for one, got in zip(how, engine.evaluate(TABLE, [table, how]), strict=True):
        source, limits = padded([sources[one["source"]]]), np.array([one["limit"]])
        options = {"length_penalty": one["penalty"]}
        if one["beam"] == 1:
            [want] = greedy(model, *source, limits, **options)
        else:
            want = beam_search(model, *source, limits, beam=one["beam"], **options)[0][0]
        assert (tuple(got["symbols"]), got["finished"]) == (want.symbols, want.finished), one
        assert got["logProbability"] == want.log_probability
        assert got["score"] == pytest.approx(want.score, abs=1e-12)


MARKED = " ".join(MARKED_TEXTS)
NOTHING = {"level": "symbols", "symbols": [], "merges": []}
READER = {"level": "words", "lowercase": True, "max_symbols": 10**6, "vocabulary": NOTHING}
MARKS = {**READER, "marks": True}


@pytest.mark.parametrize("reader", [READER, MARKS])
def test_letters_spaces_and_lower_case_are_python_s(engine, reader):
    """Every code point that both know; a newer browser knows letters that this Python does not."""
    known = [c for c in map(chr, range(0x110000)) if unicodedata.category(c) not in ("Cn", "Cs")]
    text = " ".join(f"a{c}b" for c in known)
    words, fields = engine.evaluate(
        """([data, text]) => {
          const reader = new Seqloom.engine.Reader(data);
          return [reader.split(text), reader.vocabulary.split(text)].map((all) => all.join("\\n"));
        }""",
        [reader, text],
    )
    assert words.split("\n") == split_words(text, lowercase=True, marks="marks" in reader)
    assert fields.split("\n") == text.split()


@pytest.mark.parametrize(
    "text",
    [
        *("ΟΔΥΣΣΕΥΣ ΣΑΣ Σ", "İI", "rock'n'roll 'tis 'em dogs' x''y", "\u2019s a\u2019b"),
        *(MARKED, "🇩🇪🇫🇷!\u0301", "!\u200d \u200c\u0301x\u200d.", "'\u0301s 'e\u0301 'e\u0301a"),
    ],
)
def test_words_as_python_splits_them(engine, text):
    split = "([data, text]) => new Seqloom.engine.Reader(data).split(text)"
    for reader in (READER, MARKS):
        want = split_words(text, lowercase=True, marks="marks" in reader)
        assert engine.evaluate(split, [reader, text]) == want


def test_chunks_as_python_cuts_them(engine):
    """Symbols that no merge joins are the code points of the chunks; so one merge tells them."""
    split = "([data, text]) => new Seqloom.engine.Vocabulary(data).split(text)"
    merges = [["म", "ा"], [" म", "ा"], ["!", "\u0301"], [" ", "म"], ["ि", "ल"]]
    symbols = [*SPECIALS, *{s for a, b in merges for s in (a, b, a + b)}]
    data = {"level": "pieces", "symbols": symbols, "merges": merges}
    for marks in ({}, {"marks": True}):
        stored = {**data, **marks}
        for text in (MARKED, "मामा मा!\u0301\u0301मिल !"):
            want = Vocabulary.from_json(stored).split(text)
            assert engine.evaluate(split, [stored, text]) == want


def test_which_models_run(engine):
    runs = "(header) => Seqloom.engine.runs(header)"
    for task in ("classify", "transduce", "generate"):
        assert engine.evaluate(runs, {"format": 1, "task": task})
        assert engine.evaluate(runs, {"format": 2, "task": task})
        assert engine.evaluate(runs, {"format": 3, "task": task})
        assert not engine.evaluate(runs, {"format": 4, "task": task})
    for task in ("forecast", "transcribe"):
        assert not engine.evaluate(runs, {"format": 1, "task": task})
