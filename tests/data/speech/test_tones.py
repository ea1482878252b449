"""Dialled numbers: heard again by their frequencies alone, repeatable, and what is refused."""

import numpy as np
import pytest

from seqloom.data.speech.manifest import read_manifest
from seqloom.data.speech.tones import COLUMNS, KEYS, RATE, ROWS, dial, make_tones, recording
from seqloom.errors import ConfigError, RunError

soundfile = pytest.importorskip("soundfile", reason="the extra `speech` is not installed")


def by_ear(sound):
    """The keys of a clean sound: where it is loud, its strongest low and high frequency."""
    loud = np.convolve(np.abs(sound) > 0.05, np.ones(60), mode="same") > 0
    edges = np.flatnonzero(np.diff(np.concatenate([[False], loud, [False]]).astype(int)))
    keys = ""
    for first, last in edges.reshape(-1, 2):
        power = np.abs(np.fft.rfft(sound[first:last], RATE)) ** 2  # a bin a Hz
        row, column = (max(group, key=lambda hz: power[hz]) for group in (ROWS, COLUMNS))
        keys += next(key for key, pair in KEYS.items() if pair == (row, column))
    return keys


@pytest.mark.parametrize("keys", ["0123456789", "*#", "5550199", "11"])
def test_the_keys_can_be_heard(keys):
    assert by_ear(dial(keys, np.random.default_rng(0))) == keys


def test_the_keys_are_those_of_a_telephone():
    assert KEYS["1"] == (697, 1209)
    assert KEYS["5"] == (770, 1336)
    assert KEYS["0"] == (941, 1336)
    assert len(set(KEYS.values())) == len(KEYS) == 12


def test_a_faster_dialler_is_shorter():
    slow, fast = (len(dial("123", np.random.default_rng(0), pace=p)) for p in (1.0, 2.0))
    assert slow / fast == pytest.approx(2.0, rel=0.01)


def test_a_recording_depends_on_seed_and_number_alone():
    sound, keys = recording(3, 7)
    again, same = recording(3, 7)
    assert keys == same
    np.testing.assert_array_equal(sound, again)
    assert recording(4, 7)[1] != keys
    assert np.abs(sound).max() < 1
    lengths = {len(recording(0, n)[1]) for n in range(60)}
    assert lengths == set(range(3, 10))


def test_files_and_manifests(tmp_path):
    assert make_tones(tmp_path / "m", count=20, seed=1) == {"train": 18, "test": 2}
    train, test = (read_manifest(tmp_path / "m" / f"{p}.tsv") for p in ("train", "test"))
    assert len(train) == 18
    assert test[-1].text == recording(1, 19)[1]
    samples, rate = soundfile.read(test[-1].path)
    assert rate == RATE
    np.testing.assert_allclose(samples, recording(1, 19)[0], atol=2**-15)


def test_what_it_refuses(tmp_path):
    with pytest.raises(ConfigError, match=r"^make: `--count` must be at least 10, got 9\.$"):
        make_tones(tmp_path, count=9, seed=0)
    (tmp_path / "x").write_text("x")
    with pytest.raises(RunError, match=r"^make: `.*` already contains files\. Name"):
        make_tones(tmp_path, count=10, seed=0)
