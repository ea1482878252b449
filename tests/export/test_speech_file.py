"""A recogniser's part of a model file: exact round trip, and every way it can be wrong."""

import json
import subprocess
import sys

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from seqloom.data.vocabulary import Vocabulary
from seqloom.errors import FormatError
from seqloom.export.digest import digest
from seqloom.export.model_file import read_model, write_model
from seqloom.runtime import load

from ..toys import ENVIRONMENT
from .speech import CONFIGS, noise, random_speech_model


@pytest.fixture(params=["ctc gru, both ways", "las lstm"])
def model(request):
    return random_speech_model(CONFIGS[request.param])[0]


@pytest.fixture
def path(model, tmp_path):
    write_model(tmp_path / "m.safetensors", model)
    return tmp_path / "m.safetensors"


def test_round_trip_is_exact(path, model):
    got = read_model(path)
    assert (got.task, got.model, got.decoding) == (model.task, model.model, model.decoding)
    for name in ("features", "text", "length_ratio", "max_seconds"):
        assert getattr(got.parts, name) == getattr(model.parts, name)
    for name in ("mean", "scale"):
        np.testing.assert_array_equal(
            getattr(got.parts.normal, name), getattr(model.parts.normal, name)
        )
    assert got.tensors.keys() == model.tensors.keys()


def change(path, **keys):
    """The same file with other keys in its description, sealed again."""
    tensors = load_file(path)
    with safe_open(path, "numpy") as file:
        header = json.loads(file.metadata()["seqloom"])
    for name, value in keys.items():
        if isinstance(value, dict) and isinstance(header.get(name), dict):
            header[name] = {**header[name], **value}
        else:
            header[name] = value
    header["sha256"] = digest(header, tensors)
    save_file(tensors, path, metadata={"seqloom": json.dumps(header)})


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"features": {"mels": 0}}, "`features.mels` must be a whole number from 1 to 256, got 0."),
        ({"features": {"sample_rate": 8000.5}}, "`features.sample_rate` must be a whole number"),
        ({"features": {"hop_ms": 26}}, "`data.hop_ms` must be a sample or more and at most"),
        ({"features": {"dither": 1}}, "`features` must have no key but sample_rate, window_ms,"),
        ({"features": {"mels": 6}}, "mean and scale of each mel"),
        ({"features": {"mels": 250}}, "`data.mels` must leave each filter a frequency, got 250"),
        ({"features": {"mels": 1_000_000}}, "`features.mels` must be a whole number from 1 to"),
        ({"mean": [0.0] * 6}, "mean and scale of each mel"),
        ({"mean": [float("nan")] * 7}, "`mean.0` must be a number from -1e+06 to 1e+06, got nan."),
        ({"mean": "loud"}, "`mean` must be a list of 0 to 256 items, got 'loud'."),
        ({"scale": [1.0] * 6 + [0.0]}, "`scale.6` must be a number from 1e-09 to 1e+06, got 0.0."),
        ({"length_ratio": 0}, "`length_ratio` must be a number from 1e-06 to 1000, got 0."),
        ({"length_ratio": 1e9}, "`length_ratio` must be a number from 1e-06 to 1000, got"),
        ({"max_seconds": None}, "`max_seconds` must be a number from 0.001 to 86400, got None."),
        ({"text": {"level": "phones"}}, "`level` must be one of characters, symbols, subwords"),
        ({"model": {"filters": -1, "architecture": "las"}}, "header: `model."),
    ],
)
def test_a_wrong_key_is_a_format_error(path, keys, message):
    change(path, **keys)
    with pytest.raises(FormatError) as caught:
        read_model(path)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_settings_and_tensors_that_do_not_fit(path):
    change(path, text=Vocabulary.learn(["abcdefgh"], "characters").to_json())
    with pytest.raises(FormatError, match=r"^model file: tensor `.*` must be float32 \(12, "):
        load(path)


def test_it_runs_where_only_numpy_is(tmp_path):
    """In a process of its own: no torch, no soundfile, no soxr, the same texts."""
    sound = noise(9000, seed=4)
    np.save(tmp_path / "sound.npy", sound)
    want = []
    for name in ("ctc lstm, one way", "las gru"):
        write_model(tmp_path / name, random_speech_model(CONFIGS[name])[0])
        want += load(tmp_path / name).predict([sound])
    code = (
        "import sys\n"
        "for name in ('torch', 'soundfile', 'soxr', 'rapidfuzz', 'matplotlib', 'rich'):\n"
        "    sys.modules[name] = None\n"
        "import numpy as np, seqloom\n"
        "sound = np.load(sys.argv[1])\n"
        "models = [seqloom.load(path) for path in sys.argv[2:]]\n"
        "for model in models:\n"
        "    print(model.predict([sound])[0])\n"
        "stream = models[0].stream()\n"
        "stream.push(sound)\n"
        "print(stream.finish())\n"
    )
    paths = [tmp_path / "sound.npy", tmp_path / "ctc lstm, one way", tmp_path / "las gru"]
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, paths)],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == [*want, want[0]]
