"""What streams say, against what the models say of the whole input at once."""

import itertools
import re

import numpy as np
import pytest

from seqloom.config.classify import RecurrentClassifierConfig
from seqloom.config.generate import RecurrentTextConfig, TransformerTextConfig
from seqloom.engine import on_engine
from seqloom.errors import ConfigError, DataError
from seqloom.networks import network_of
from seqloom.runtime.numpy_ops import PLAIN

from ..export import classifiers, language_models
from ..export import models as pairs
from .streams import ENGINES, SERIES, model

ONE_WAY = [name for name in classifiers.CONFIGS if "one way" in name or name.endswith(", last")]
SHORT = "Not a good film, not"  # no longer than the models read


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", ONE_WAY)
def test_a_class_so_far_is_that_of_the_text_so_far(name, engine):
    own = model("classify", name, engine)
    stream, words = own.stream(), re.findall(r"\S+\s*", SHORT)
    for n, word in enumerate(words, start=1):
        stream.push(word.strip())
        found = stream.finish()
        want = own.predict_proba(["".join(words[:n])])[0]
        np.testing.assert_allclose(found, want, atol=2e-6)
        assert found.dtype == np.float32
        assert stream.label == own.predict(["".join(words[:n])])[0]


def test_classifiers_that_need_the_whole_text():
    message = (
        "stream: streaming needs a unidirectional recurrent classifier; this one reads the whole "
        "text. Train one with --architecture recurrent --set model.bidirectional=false."
    )
    for name in ("fully-connected", "lstm, mean", "transformer, max"):
        with pytest.raises(ConfigError, match=f"^{re.escape(message)}$"):
            model("classify", name, "numpy").stream()


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", language_models.CONFIGS)
def test_a_text_costs_what_its_score_says(name, engine):
    own, text = model("generate", name, engine), "fade\ncab bead"
    stream = own.stream()
    for letter in text:
        before = stream.log_probabilities
        assert np.exp(before).sum() == pytest.approx(1.0, abs=1e-5)
        after = stream.push(letter)
        assert np.array_equal(after, stream.log_probabilities)
    assert stream.cost == pytest.approx(own.score(text).nats, rel=1e-5)
    assert stream.symbols == own.score(text).symbols


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("options", [{"temperature": 0.0}, {"temperature": 1.3, "top_k": 4}])
def test_a_text_is_continued_as_predict_does(options, engine):
    for name in language_models.CONFIGS:
        own = model("generate", name, engine)
        (want,) = own.predict(["abc"], length=20, seed=5, **options)
        stream = own.stream("ab", length=20, seed=5, **options)
        stream.push("c")
        first = "".join(itertools.islice(stream, 8))
        copied = stream.copy()
        assert first + "".join(stream) == want
        assert first + "".join(copied.write(12)) == want
        assert stream.written == 20
        assert list(stream) == []


@pytest.mark.parametrize("engine", ENGINES)
def test_what_is_written_ahead_is_what_is_written_step_by_step(engine):
    """Longer than a block; a copy goes on step by step, and the states are the same bits."""
    for name in language_models.CONFIGS:
        own = model("generate", name, engine)
        ahead, step = own.stream("ab", length=300, seed=2), own.stream("a", length=300, seed=2)
        step.push("b")
        assert "".join(ahead) == "".join(step)
        assert np.array_equal(ahead.log_probabilities, step.log_probabilities)
        assert "".join(ahead.copy().write(9)) == "".join(ahead.write(9)) == "".join(step.write(9))
        assert ahead.push("cab").tobytes() == step.push("cab").tobytes()


def test_a_language_model_reads_between_what_it_writes():
    stream = model("generate", "lstm", "numpy").stream("ab", temperature=0.0)
    wrote = "".join(stream.write(3))
    stream.push("dead")
    whole = model("generate", "lstm", "numpy").stream("ab" + wrote + "dead", temperature=0.0)
    assert np.array_equal(stream.log_probabilities, whole.log_probabilities)
    assert stream.symbols == 2 + 4


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", pairs.CONFIGS)
def test_an_output_is_that_of_a_beam_of_one(name, engine):
    own = model("transduce", name, engine)
    for source in ("a", "abcdefg", "gfedcba"):
        (best,) = own.predict_nbest([source], beam=1)[0]
        stream = own.stream()
        stream.push(source)
        assert tuple(stream.write()) == best.symbols
        assert stream.finish() == stream.text == best.text
        assert stream.log_probability == pytest.approx(best.log_probability, abs=1e-4)
        (drawn,) = own.predict_nbest([source], temperature=1.4, top_p=0.9, seed=8)[0]
        stream = own.stream(temperature=1.4, top_p=0.9, seed=8)
        stream.push(source)
        assert (stream.finish(), stream.finished) == (drawn.text, True)


def test_what_streams_of_pairs_refuse():
    own = model("transduce", "gru, general", "numpy")
    stream = own.stream()
    assert [stream.push("ab"), stream.push("c")] == ["ab", "abc"]
    list(stream.write(2))
    message = (
        "stream: the source must be whole before its output begins. Call reset() for the next one."
    )
    with pytest.raises(ConfigError, match=f"^{re.escape(message)}$"):
        stream.push("d")
    with pytest.raises(DataError, match=r"^predict: text has no symbols\.$"):
        own.stream().write()
    with pytest.raises(ConfigError, match=r"^stream: `seed` must be at least 0, got -1\.$"):
        own.stream(temperature=1.0, seed=-1)


def test_a_forecast_without_a_history():
    own = model("forecast", "transformer", "numpy")
    stream, begun = own.stream(), own.stream(SERIES)
    message = "stream: `history` is missing. Give one to stream(), or load a saved state."
    for call in (stream.forecast, stream.finish, lambda: stream.push(3.0)):
        with pytest.raises(ConfigError, match=f"^{re.escape(message)}$"):
            call()
    stream.load(begun.save())
    found, want = stream.push([3.0, 4.0]), begun.push([3.0, 4.0])
    assert np.array_equal(found.point, want.point)
    assert (found.time, found.unique_id) == (want.time, want.unique_id)


@pytest.mark.skipif(len(ENGINES) < 2, reason="the native engine was not built")
@pytest.mark.parametrize(
    ("task", "config", "sizes", "entry"),
    [
        ("generate", RecurrentTextConfig(hidden_size=130, embedding_size=70), {"V": 90}, "forward"),
        ("generate", TransformerTextConfig(hidden_size=96, context=40), {"V": 90}, "forward"),
        (
            "classify",
            RecurrentClassifierConfig(hidden_size=100, bidirectional=False),
            {"V": 90, "C": 5},
            "follow",
        ),
    ],
)
def test_pieces_of_any_length_are_the_same_bits_in_the_native_engine(task, config, sizes, entry):
    """At sizes where products of matrices have several ways to be computed."""
    unbound, rng = network_of(task, config, sizes), np.random.default_rng(1)
    tensors = {w.name: rng.normal(size=w.shape).astype("f4") * 0.1 for w in unbound.table}
    network = on_engine(unbound, unbound.bound(tensors, PLAIN), tensors)
    symbols = rng.integers(4, 90, (1, 300))
    found = []
    for cuts in ([0, 300], [0, 1, 2, 18, 49, 81, 300], [*range(0, 300, 7), 300]):
        state, pieces = network.initial_state(1), []
        for a, b in itertools.pairwise(cuts):
            piece, state = getattr(network, entry)(symbols[:, a:b], state)
            pieces.append(piece)
        found.append(np.concatenate(pieces, axis=1))
    assert np.array_equal(found[0], found[1])
    assert np.array_equal(found[0], found[2])
