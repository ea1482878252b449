"""A trace holds the search for its output: chosen is what `predict` says."""

import numpy as np
import pytest

from seqloom.data.vocabulary import EOS
from seqloom.runtime.transcribe import Transcriber
from seqloom.runtime.transduce import Transducer

from ...export.models import CONFIGS, random_model
from ...export.speech import CONFIGS as SPEECH
from ...export.speech import noise, random_speech_model

BARE = {"gradients": False, "jacobians": False, "importance": False}


@pytest.mark.parametrize("name", ["gru, additive", "lstm, context", "transformer"])
def test_the_beam_of_a_pair_leads_to_its_output(name):
    file, _ = random_model(CONFIGS[name])
    model = Transducer(file)
    for text in ("a", "gfed", "badcab"):
        trace = model.trace(text, **BARE)
        rows = trace.facts["beam"]
        chosen = [row for row in rows if row["chosen"]]
        end = model.parts.target.symbols[EOS]
        assert [row["symbol"] for row in chosen] == [
            *(s for s in trace.labels["target"] if s != end),
            end,
        ]
        [best] = model.predict_nbest([text])[0]
        assert trace.output == best.text
        assert chosen[-1]["log_probability"] == pytest.approx(best.log_probability, abs=1e-5)
        assert chosen[-1]["score"] == pytest.approx(best.score, abs=1e-5)
        steps = np.array([row["log_probability"] for row in chosen])
        losses = -np.diff(steps, prepend=0.0)[: len(trace["loss/steps"].values)]
        np.testing.assert_allclose(losses, trace["loss/steps"].values, atol=1e-4)


def test_an_output_that_is_given_was_not_searched_for():
    file, _ = random_model(CONFIGS["gru, additive"])
    assert "beam" not in Transducer(file).trace("abc", target="A B", **BARE).facts


def test_the_beam_follows_weights_that_are_set():
    file, _ = random_model(CONFIGS["gru, additive"])
    trace = Transducer(file).trace("abcd", attention={(0, 3): 0.9}, **BARE)
    chosen = [row["symbol"] for row in trace.facts["beam"] if row["chosen"]]
    assert chosen[: len(trace.labels["target"])] == list(trace.labels["target"])


def test_the_beam_of_a_listener_leads_to_its_transcript():
    file, _ = random_speech_model(SPEECH["las gru"])
    model = Transcriber(file)
    sound = noise(4000)
    trace = model.trace(sound, **BARE)
    chosen = [row["symbol"] for row in trace.facts["beam"] if row["chosen"]]
    assert "".join(chosen[:-1]) == trace.output == model.predict([sound])[0]
    assert len(trace.output) > 1
