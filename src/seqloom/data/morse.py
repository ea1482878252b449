"""Speech that needs no download: words keyed in Morse code, with their transcripts.

Every recording has a pitch, a speed, an unsteady hand, a loudness and a noise of its own, all drawn
from a seed: recording `n` of a seed is the same whatever the count. Source of code and timing:
ITU-R M.1677-1, International Morse code (a dash is 3 dots long, the gap in a letter 1, between
letters 3, between words 7). Checked by `tests/data/test_morse.py`.
"""

import wave
from pathlib import Path

import numpy as np

from ..errors import ConfigError, RunError
from ..files import explaining, replacing
from ..shapes import Float

RATE = 8000  # Hz
CODE = {
    **{"a": ".-", "b": "-...", "c": "-.-.", "d": "-..", "e": ".", "f": "..-.", "g": "--."},
    **{"h": "....", "i": "..", "j": ".---", "k": "-.-", "l": ".-..", "m": "--", "n": "-."},
    **{"o": "---", "p": ".--.", "q": "--.-", "r": ".-.", "s": "...", "t": "-", "u": "..-"},
    **{"v": "...-", "w": ".--", "x": "-..-", "y": "-.--", "z": "--.."},
}
_TEXT = (
    "able acid also away axis back base bear blue boat bone both bring brown cake calm case clay "
    "coal cold cook crew dark dawn deep desk dive door dozen drum each east easy echo edge equal "
    "even exit fact fair farm fast fern find fire fish five flag fog four fox free frost gate give "
    "glass goat gold grey hand harbor hawk heavy help hill home hope hour ice inch iron island "
    "jade jar join jump just keel keep key kind king kite lake lamp land late leaf light lime long "
    "lynx mail make map mast maze mild milk moon more moss near nest next night nine north oak "
    "ocean omit once open otter over oxen pack page pine pipe plan pole quay quick quiet quiz "
    "quote rain raven reef ride ring river road rope sail salt sand seven ship six snow song south "
    "star storm tail take tide time tower tree two unit upon use vast very view vine visit voice "
    "wave west wharf wind winter wolf wood yard year yes yoke young zebra zero zinc zone zoo"
)
WORDS = tuple(_TEXT.split())


def key(
    text: str, rng: np.random.Generator, *, dot: float, pitch: float, unsteady: float = 0.0
) -> Float[np.ndarray, " samples"]:
    """The tone of a text, from 0 to 1 loud, without noise.

    Args:
        text: Words of the letters a to z.
        rng: Draws what is unsteady.
        dot: Length of a dot, seconds.
        pitch: Hz.
        unsteady: Spread of every length, as a share of it.
    """
    lengths: list[float] = []  # sound and silence by turns, in dots
    for word in text.split():
        for letter in word:
            for sign in CODE[letter]:
                lengths += [1.0 if sign == "." else 3.0, 1.0]
            lengths[-1] = 3.0
        lengths[-1] = 7.0
    spread = np.clip(rng.normal(1.0, unsteady, len(lengths)), 0.6, 1.6)
    counts = np.round(np.array(lengths[:-1]) * spread[:-1] * dot * RATE).astype(int)
    sounding = np.repeat(np.arange(len(counts)) % 2 == 0, counts).astype(float)
    ramp = np.hanning(round(0.004 * RATE) + 2)  # a click at every edge would be heard
    envelope = np.convolve(sounding, ramp / ramp.sum(), mode="same")
    phase = 2 * np.pi * pitch * np.arange(len(envelope)) / RATE
    tone: np.ndarray = envelope * np.sin(phase)
    return tone


def recording(seed: int, number: int) -> tuple[Float[np.ndarray, " samples"], str]:
    """One recording and its transcript: 1 to 3 words."""
    rng = np.random.default_rng([seed, number])
    text = " ".join(rng.choice(WORDS, size=rng.integers(1, 4)))
    tone = key(text, rng, dot=rng.uniform(0.022, 0.036), pitch=rng.uniform(450, 900), unsteady=0.08)
    silence = [np.zeros(round(rng.uniform(0.05, 0.3) * RATE)) for _ in range(2)]
    sound = rng.uniform(0.1, 0.5) * np.concatenate([silence[0], tone, silence[1]])
    noise: np.ndarray = rng.uniform(0.002, 0.05) * rng.normal(size=len(sound))
    return sound + noise, text


def make_morse(folder: Path, *, count: int, seed: int) -> dict[str, int]:
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
    with explaining(folder, "make"):
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise RunError(f"make: `{folder}` must be empty, got one with files. Name another.")
        (folder / "wav").mkdir()
    lines: list[str] = []
    for number in range(count):
        sound, text = recording(seed, number)
        name = f"wav/{number:05d}.wav"
        with explaining(folder / name, "make"):
            _write_wav(folder / name, sound)
        lines.append(f"{name}\t{text}\n")
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
