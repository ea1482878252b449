"""Morse code: read back from the sound by its timing alone, repeatable, and what it refuses."""

import itertools
import re

import numpy as np
import pytest
import soundfile

from seqloom.data.manifest import read_manifest
from seqloom.data.morse import CODE, RATE, WORDS, key, make_morse, recording
from seqloom.errors import ConfigError, RunError

LETTERS = {signs: letter for letter, signs in CODE.items()}


def by_ear(sound, dot):
    """The text of a clean tone, from how long it sounds and rests."""
    loud = np.abs(sound) > 0.05
    near = np.convolve(loud, np.ones(round(0.005 * RATE)), mode="same") > 0  # over zero crossings
    runs = [(on, len(list(group)) / RATE / dot) for on, group in itertools.groupby(near)]
    words, signs = [""], ""
    for on, dots in runs:
        if on:
            signs += "." if dots < 2 else "-"
        elif dots > 2 and signs:
            words[-1] += LETTERS[signs]
            signs = ""
            if dots > 5:
                words.append("")
    words[-1] += LETTERS[signs]
    return " ".join(words)


@pytest.mark.parametrize("text", ["sos", "paris", "quick brown fox", "".join(CODE)])
def test_the_code_can_be_read_by_its_timing(text):
    rng = np.random.default_rng(0)
    assert by_ear(key(text, rng, dot=0.05, pitch=800.0), 0.05) == text


def test_the_code_is_that_of_the_standard():
    """Spot checks, and: 26 letters, all different, of 1 to 4 signs."""
    assert (CODE["e"], CODE["t"], CODE["s"], CODE["o"], CODE["q"]) == (
        ".",
        "-",
        "...",
        "---",
        "--.-",
    )
    assert len(LETTERS) == len(CODE) == 26
    assert all(re.fullmatch(r"[.-]{1,4}", signs) for signs in CODE.values())


def test_words_have_every_letter():
    assert set("".join(WORDS)) == set(CODE)
    assert len(set(WORDS)) == len(WORDS) > 150


def test_a_recording_depends_on_seed_and_number_alone():
    sound, text = recording(3, 7)
    again, same = recording(3, 7)
    assert text == same
    np.testing.assert_array_equal(sound, again)
    assert recording(4, 7)[1] != text or len(recording(4, 7)[0]) != len(sound)
    assert np.abs(sound).max() < 1


def test_files_and_manifests(tmp_path):
    assert make_morse(tmp_path / "m", count=20, seed=1) == {"train": 18, "test": 2}
    train, test = (read_manifest(tmp_path / "m" / f"{p}.tsv") for p in ("train", "test"))
    assert len(train) == 18
    assert test[-1].text == recording(1, 19)[1]
    samples, rate = soundfile.read(test[-1].path)
    assert rate == RATE
    np.testing.assert_allclose(samples, recording(1, 19)[0], atol=2**-15)


def test_what_it_refuses(tmp_path):
    with pytest.raises(ConfigError, match=r"^make: `--count` must be at least 10, got 9\.$"):
        make_morse(tmp_path, count=9, seed=0)
    (tmp_path / "x").write_text("x")
    with pytest.raises(RunError, match=r"^make: `.*` must be empty, got one with files\. Name"):
        make_morse(tmp_path, count=10, seed=0)
