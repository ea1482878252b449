"""Sound with transcripts that needs no download: numbers dialled on a telephone's keys.

A key sounds as two tones at once, one for its row and one for its column. Every recording has a
dialler's pace, a loudness, a mistuned pair of oscillators, a hum and a noise of its own, all drawn
from a seed: recording `n` of a seed is the same whatever the count. It is learned in a minute, as
no speech is. Source of the tones: ITU-T Q.23. Checked by `tests/data/speech/test_tones.py`.
"""

import wave
from pathlib import Path

import numpy as np

from ...errors import ConfigError
from ...files import empty_folder, explaining, replacing
from ...shapes import Float

RATE = 8000  # Hz
ROWS, COLUMNS = (697, 770, 852, 941), (1209, 1336, 1477)  # Hz
KEYS = {
    key: (ROWS[row], COLUMNS[column])
    for row, keys in enumerate(("123", "456", "789", "*0#"))
    for column, key in enumerate(keys)
}
SHORTEST, LONGEST = 3, 9  # keys of a number
HUM = 50.0  # Hz


def dial(
    keys: str, rng: np.random.Generator, *, pace: float = 1.0, mistuned: float = 0.0
) -> Float[np.ndarray, " samples"]:
    """The tones of a number, loud 1, without noise.

    Args:
        keys: Of 0 to 9, * and #.
        rng: Draws how long each key is held, and the phases.
        pace: 2 is twice as fast as 1, which holds a key for 70 to 150 ms.
        mistuned: Share by which all tones are too high.
    """
    pieces = []
    for key in keys:
        held = round(rng.uniform(0.07, 0.15) / pace * RATE)
        t = np.arange(held) / RATE
        tone = sum(
            0.5 * np.sin(2 * np.pi * hz * (1 + mistuned) * t + rng.uniform(0, 2 * np.pi))
            for hz in KEYS[key]
        )
        edge = np.minimum(1.0, np.minimum(np.arange(held), np.arange(held)[::-1]) / (0.003 * RATE))
        pieces += [tone * edge, np.zeros(round(rng.uniform(0.05, 0.12) / pace * RATE))]
    return np.concatenate(pieces)


def recording(seed: int, number: int) -> tuple[Float[np.ndarray, " samples"], str]:
    """One recording, 1 to 3 s, and its transcript: a number of 3 to 9 keys."""
    rng = np.random.default_rng([seed, number])
    keys = "".join(rng.choice(list(KEYS), size=rng.integers(SHORTEST, LONGEST + 1)))
    tones = dial(keys, rng, pace=rng.uniform(0.8, 1.5), mistuned=rng.uniform(-0.015, 0.015))
    silence = [np.zeros(round(rng.uniform(0.05, 0.4) * RATE)) for _ in range(2)]
    sound = rng.uniform(0.05, 0.5) * np.concatenate([silence[0], tones, silence[1]])
    t = np.arange(len(sound)) / RATE
    hum = rng.uniform(0.0, 0.05) * np.sin(2 * np.pi * HUM * t)
    noise: np.ndarray = rng.uniform(0.002, 0.05) * rng.normal(size=len(sound))
    return sound + hum + noise, keys


def make_tones(folder: Path, *, count: int, seed: int) -> dict[str, int]:
    """Write recordings and manifests, `train.tsv` and `test.tsv`; a tenth of them are for testing.

    Args:
        folder: Made if it is not there; it must be empty.
        count: Recordings.
        seed: Another seed gives other recordings.
    Returns:
        The number of lines of each manifest.
    Raises:
        ConfigError: Fewer than 10 are asked for.
        RunError: The folder cannot be written to, or is not empty.
    """
    if count < 10:
        raise ConfigError(f"make: `--count` must be at least 10, got {count}.")
    empty_folder(folder, "make")
    with explaining(folder, "make"):
        (folder / "wav").mkdir()
    lines: list[str] = []
    for number in range(count):
        sound, keys = recording(seed, number)
        name = f"wav/{number:05d}.wav"
        with explaining(folder / name, "make"):
            _write_wav(folder / name, sound)
        lines.append(f"{name}\t{keys}\n")
    testing = count // 10
    parts = {"train": lines[:-testing], "test": lines[-testing:]}
    for part, chosen in parts.items():
        with replacing(folder / f"{part}.tsv", "make") as beside:
            beside.write_text("".join(chosen), encoding="utf-8")
    return {part: len(chosen) for part, chosen in parts.items()}


def _write_wav(path: Path, sound: np.ndarray) -> None:
    """16-bit PCM, mono."""
    samples = np.round(np.clip(sound, -1.0, 1.0) * 32767).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
