"""Streams of speech: the text of the whole recording however it is cut, and a state that stays."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqloom.errors import ConfigError, DataError
from seqloom.runtime.speech_stream import samples_of
from seqloom.runtime.transcribe import Transcriber

from ..export.speech import CONFIGS, noise, random_speech_model

CELLS = ("rnn", "lstm", "gru")


@pytest.fixture(scope="module", params=CELLS)
def model(request):
    return Transcriber(random_speech_model(CONFIGS[f"ctc {request.param}, one way"])[0])


@pytest.mark.parametrize("beam", [1, 4])
@pytest.mark.parametrize("cell", CELLS)
@settings(deadline=None, max_examples=6)
@given(data=st.data())
def test_the_text_is_that_of_the_whole(data, beam, cell):
    model = Transcriber(random_speech_model(CONFIGS[f"ctc {cell}, one way"])[0])
    sound = noise(data.draw(st.integers(1, 6000)), seed=data.draw(st.integers(0, 99)))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(sound)), max_size=9)))
    stream = model.stream(beam=beam)
    for piece in np.split(sound, cuts):
        stream.push(piece)
    whole = model.predict([sound], beam=beam)[0]
    assert [stream.finish() for _ in range(3)] == [whole] * 3
    assert stream.seconds == pytest.approx(len(sound) / 8000)


def test_texts_are_not_all_alike(model):
    texts = {model.predict([noise(8000, seed=seed)])[0] for seed in range(6)}
    assert len(texts) >= 4


def test_the_text_grows_as_it_is_heard(model):
    stream, texts = model.stream(beam=1), []
    for piece in np.split(noise(16000), 40):
        texts.append(stream.push(piece))
    assert all(later.startswith(text) for text, later in itertools.pairwise(texts))
    assert len(set(texts)) > 5
    assert stream.text == texts[-1]


def test_what_is_carried_does_not_grow(model):
    stream = model.stream(beam=1)
    sizes = []
    for seed in range(30):
        stream.push(noise(2400, seed=seed))
        sizes.append(sum(array.nbytes for array in stream.held().arrays.values()))
    # 9 s: samples for a window and a step of 2 frames, the states, an idle search
    states = sum(a.nbytes for state in stream.states for a in state)
    assert max(sizes) < 4 * (200 + 160) + states + 16 + 1
    assert max(sizes[15:]) <= max(sizes[:15])


def test_int16_is_the_same_sound(model):
    sound = np.round(noise(4000) * 32767).astype(np.int16)
    whole = model.predict([sound.astype(np.float32) / 32768])[0]
    assert model.predict([sound])[0] == whole
    stream = model.stream()
    stream.push(sound)
    assert stream.finish() == whole


def test_models_that_need_the_whole_recording():
    message = r"^stream: streaming needs a unidirectional CTC model; this one reads"
    for name in ("ctc lstm, both ways", "las lstm"):
        with pytest.raises(ConfigError, match=message):
            Transcriber(random_speech_model(CONFIGS[name])[0]).stream()


def test_what_is_no_sound(model):
    stream = model.stream()
    with pytest.raises(DataError, match=r"^stream: `samples` must be one channel, .* got shape"):
        stream.push(np.zeros((2, 2)))
    with pytest.raises(DataError, match=r"^stream: `samples` holds NaN or infinity among"):
        stream.push(np.array([0.0, np.nan]))
    with pytest.raises(DataError, match=r"^x must be floats from -1 to 1 or int16, got int64\.$"):
        samples_of(np.zeros(2, np.int64), "x")
    stream.finish()
    with pytest.raises(DataError, match=r"^stream: samples must come before finish\(\), got"):
        stream.push(np.zeros(2))
