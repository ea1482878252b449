"""Transcripts from model files: those of torch, alone as in a batch; files, arrays; refusals."""

import numpy as np
import pytest
import torch

from seqloom.data.speech.log_mel import log_mel, stack_frames
from seqloom.data.speech.recordings import pad_features
from seqloom.decoding import LengthLimit, Search, decode
from seqloom.decoding.ctc import ctc_align, ctc_log_probability
from seqloom.errors import ConfigError, DataError
from seqloom.models import TorchStepper
from seqloom.runtime.transcribe import Transcriber, ctc_best

from ..export.speech import CONFIGS, noise, random_speech_model

soundfile = pytest.importorskip("soundfile", reason="the extra `speech` is not installed")

LENGTHS = (8000, 1200, 1, 15999, 5003)
SOUNDS = [noise(n, seed=i) for i, n in enumerate(LENGTHS)]


@pytest.fixture(params=CONFIGS, scope="module")
def both(request):
    file, network = random_speech_model(CONFIGS[request.param])
    return Transcriber(file), network


def features_of(model):
    parts = model.parts
    return [
        stack_frames(parts.normal(log_mel(sound, parts.features)), parts.features.stack)
        for sound in SOUNDS
    ]


@pytest.mark.parametrize("beam", [1, 4])
def test_same_texts_as_torch(both, beam):
    model, network = both
    got = model.transcribe(SOUNDS, beam=beam)
    features = features_of(model)
    if model.file.model.architecture == "ctc":
        batch = pad_features(features)
        with torch.no_grad():
            table = network(*map(torch.from_numpy, batch)).numpy()
        want = [ctc_best(own[:n], beam) for own, n in zip(table, batch.lengths, strict=True)]
    else:
        limit = LengthLimit(model.parts.length_ratio)
        want = [h[0] for h in decode(TorchStepper(network), features, limit, Search(beam=beam))]
    assert [t.text for t in got] == [model.parts.text.decode(h.symbols) for h in want]
    np.testing.assert_allclose(
        [t.log_probability for t in got], [h.log_probability for h in want], atol=1e-3
    )
    assert len({t.text for t in got}) >= 3, "a network that says one thing would prove little"


def test_alone_as_in_a_batch(both):
    model, _ = both
    assert model.predict(SOUNDS) == [model.predict([sound])[0] for sound in SOUNDS]
    assert model.predict(SOUNDS[::-1]) == model.predict(SOUNDS)[::-1]


def test_times_are_those_of_the_best_path(both):
    model, _ = both
    found = model.transcribe(SOUNDS[:1])[0]
    assert found.seconds == 1.0
    assert found.symbols == tuple(found.text)
    if model.file.model.architecture == "las":
        assert found.starts is None
        return
    log_probs = model.network.forward(*pad_features(features_of(model)[:1]))[0]
    symbols = tuple(model.parts.text.encode(found.text))
    steps = ctc_align(log_probs, symbols)
    np.testing.assert_allclose(found.starts, [t * 0.02 for t in steps])
    assert found.log_probability == pytest.approx(ctc_log_probability(log_probs, symbols))


def test_files_arrays_and_rates(tmp_path):
    model = Transcriber(random_speech_model(CONFIGS["ctc lstm, both ways"])[0])
    want = model.predict(SOUNDS[:1])
    for name in ("a.wav", "a.flac"):
        soundfile.write(tmp_path / name, SOUNDS[0], 8000, subtype="PCM_24")
    soundfile.write(tmp_path / "b.wav", SOUNDS[0], 8000, subtype="FLOAT")
    assert model.predict([tmp_path / "a.wav", str(tmp_path / "b.wav")]) == want * 2
    assert model.predict([tmp_path / "a.flac"]) == want
    doubled = np.repeat(SOUNDS[0], 2)
    assert model.transcribe([doubled], sample_rate=16000)[0].seconds == 1.0
    assert model.transcribe([doubled])[0].seconds == 2.0


def test_long_recordings():
    """CTC takes any length, in several batches; attention refuses what it never heard."""
    long = np.concatenate([noise(24000, seed=s) for s in range(3)])
    ctc = Transcriber(random_speech_model(CONFIGS["ctc gru, both ways"])[0])
    assert ctc.transcribe([long])[0].seconds == 9.0
    las = Transcriber(random_speech_model(CONFIGS["las gru"])[0])
    message = (
        r"^predict: sound 1 must be at most 2 s long for this attention model, got 9\.0 s\. "
        r"Cut it into pieces, or train a ctc model\.$"
    )
    with pytest.raises(DataError, match=message):
        las.predict([long])


def test_text_alone_costs_no_table_of_steps_and_symbols(both, monkeypatch):
    model, _ = both
    want = model.transcribe(SOUNDS)
    for name in ("ctc_align", "ctc_best", "ctc_greedy_starts"):
        monkeypatch.setattr(f"seqloom.runtime.transcribe.{name}", None)
    assert model.predict(SOUNDS) == [t.text for t in want]
    if model.file.model.architecture == "ctc":
        found = model.transcribe(SOUNDS, text_only=True)[0]
        assert (found.starts, found.log_probability) == (None, None)


def test_what_is_odd_stands_in_the_transcript(tmp_path):
    model = Transcriber(random_speech_model(CONFIGS["ctc rnn, one way"])[0])
    soundfile.write(tmp_path / "a.wav", 3 * SOUNDS[0], 8000, subtype="FLOAT")
    loud, silent, fine = model.transcribe([tmp_path / "a.wav", np.zeros(900), SOUNDS[0]])
    assert loud.notes == ("samples beyond full scale",)
    assert silent.notes == ("silent, no sample above -80 dB",)
    assert fine.notes == ()


def test_a_trace_is_of_two_minutes_at_most():
    model = Transcriber(random_speech_model(CONFIGS["ctc rnn, one way"])[0])
    message = (
        r"^trace: the recording has 4,001 steps, but a trace holds at most 4,000 \(80 s\)\. Cut "
        r"out a part, e\.g\. with: ffmpeg -ss START -t SECONDS -i IN OUT\.wav$"
    )
    with pytest.raises(DataError, match=message):
        model.trace(np.zeros(4000 * 160 + 1, np.float32))


@pytest.mark.parametrize(
    ("sounds", "options", "error", "message"),
    [
        ("a.wav", {}, ConfigError, r"^predict: `sounds` is a single recording\."),
        (SOUNDS, {"beam": 0}, ConfigError, r"^decode: `beam` and `nbest` must be at least 1, got"),
        (
            SOUNDS,
            {"length_penalty": 11.0},
            ConfigError,
            r"^predict: `length_penalty` must be from 0 to 10, got 11\.$",
        ),
        (
            [np.zeros((9, 2))],
            {},
            DataError,
            r"^predict: sound 1 must be one channel, an array of one axis, got shape \(9, 2\)\.",
        ),
        ([SOUNDS[0], np.zeros(0)], {}, DataError, r"^predict: sound 2 has no samples\."),
        ([np.array([np.inf])], {}, DataError, r"^predict: sound 1 holds NaN or infinity among"),
        (["none.wav"], {}, DataError, r"^predict: `none\.wav` is not there\. Name an"),
    ],
)  # fmt: skip
def test_what_it_refuses(sounds, options, error, message):
    model = Transcriber(random_speech_model(CONFIGS["ctc rnn, one way"])[0])
    with pytest.raises(error, match=message):
        model.predict(sounds, **options)


def test_nothing_to_do():
    assert Transcriber(random_speech_model(CONFIGS["las rnn"])[0]).predict([]) == []
    assert Transcriber(random_speech_model(CONFIGS["ctc rnn, one way"])[0]).predict([]) == []


def test_describe():
    model = Transcriber(random_speech_model(CONFIGS["ctc lstm, one way"])[0])
    rows = dict(model.describe())
    assert rows["task"] == "transcribe"
    assert rows["text"] == "characters, vocabulary of 9"
    assert (rows["sample_rate"], rows["step_ms"], rows["beam"]) == (8000, 20.0, 1)
