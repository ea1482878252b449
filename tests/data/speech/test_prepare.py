"""Speech as training wants it: what is kept, and what is said of the data."""

import math

import numpy as np
import pytest

from seqloom.config.transcribe import CTCConfig, ListenConfig, TranscribeDataConfig
from seqloom.data.speech.prepare import prepare_speech
from seqloom.data.speech.tones import make_tones
from seqloom.errors import DataError

soundfile = pytest.importorskip("soundfile", reason="the extra `speech` is not installed")


def wav(folder, name, seconds):
    soundfile.write(
        folder / name, np.random.default_rng(0).normal(size=round(8000 * seconds)), 8000
    )


def say(path, *lines):
    path.write_text("".join(f"{line}\n" for line in lines))
    return str(path)


@pytest.fixture
def few(tmp_path):
    for name, seconds in (("a", 1.0), ("b", 0.12), ("c", 0.5), ("d", 3.0)):
        wav(tmp_path, f"{name}.wav", seconds)
    return tmp_path


def test_the_report_says_what_was_read_and_left_out(few):
    data = say(few / "t.tsv", "a.wav\tab ab", "b.wav\tabcde", "c.wav\taab", "d.wav\ta")
    valid = say(few / "v.tsv", "c.wav\tabx", "d.wav\ta")
    found = prepare_speech(data, valid, TranscribeDataConfig(max_seconds=2.0), CTCConfig())
    assert found.report == (
        f"{data}: 4 recordings, 0.1 min, brought to 8,000 Hz",
        f"{valid}: 2 recordings, 0.1 min",
        "text: read as characters (4 different words, 1 times each); vocabulary of 10",
        "left out: 1 recordings longer than data.max_seconds = 2",
        "left out: 1 recordings with fewer steps than symbols, which CTC cannot learn; "
        "a smaller data.stack has more steps",
        "left out: 1 validation recordings, too long",
        "unknown: 1 symbols of the validation texts were never seen in training: x",
    )
    assert found.train.texts == ["ab ab", "aab"]
    assert found.valid.texts == ["abx"]
    assert found.length_ratio == math.ceil(1000 * 3 / 17) / 1000
    kept = prepare_speech(data, valid, TranscribeDataConfig(max_seconds=2.0), ListenConfig()).train
    assert len(kept) == 3, "attention needs no step a symbol"


def test_equal_neighbours_need_a_blank_between_them(few):
    """0.12 s are 4 steps: enough for `abcd` and `aab`, not for `abcc`."""
    for text, kept in (("abcd", 2), ("aab", 2), ("abcc", 1), ("aaa", 1)):
        data = say(few / "t.tsv", f"b.wav\t{text}", "a.wav\tabcd")
        assert len(prepare_speech(data, data, TranscribeDataConfig(), CTCConfig()).train) == kept, (
            text
        )


def test_nothing_left_to_train_or_validate_on(few):
    data = say(few / "t.tsv", "c.wav\ta", "a.wav\tb")
    with pytest.raises(DataError, match=r"no recording of at most 0\.2 s that is long enough"):
        prepare_speech(data, data, TranscribeDataConfig(max_seconds=0.2), CTCConfig())
    valid = say(few / "v.tsv", "d.wav\ta")
    message = r"^train: `.*v\.tsv` has no validation recording of at most 2 s\. Raise"
    with pytest.raises(DataError, match=message):
        prepare_speech(data, valid, TranscribeDataConfig(max_seconds=2.0), CTCConfig())


def test_a_part_is_cut_off_by_name(tmp_path):
    make_tones(tmp_path / "data", count=24, seed=0)
    tones = tmp_path / "data" / "train.tsv"
    found = prepare_speech(str(tones), None, TranscribeDataConfig(valid_fraction=0.25), CTCConfig())
    assert (len(found.train), len(found.valid)) == (16, 6)
    assert found.report[1].endswith(f"cut from {tones} by a hash of the name")


def test_words_of_a_closed_set_are_symbols(few):
    data = say(few / "t.tsv", *["a.wav\tone two"] * 20, "c.wav\tone two")
    found = prepare_speech(data, None, TranscribeDataConfig(), CTCConfig())
    assert found.text.symbols[4:] == ("one", "two")
    assert found.targets.lists(np.array([0])) == [[4, 5]]


def test_other_sound_has_another_fingerprint(few):
    data = say(few / "t.tsv", "a.wav\tab", "c.wav\tb", "d.wav\ta")
    one = prepare_speech(data, None, TranscribeDataConfig(), CTCConfig()).fingerprint
    wav(few, "c.wav", 0.6)
    assert prepare_speech(data, None, TranscribeDataConfig(), CTCConfig()).fingerprint != one
