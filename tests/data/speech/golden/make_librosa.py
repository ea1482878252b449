"""Make librosa.json: log-mel frames of a sound by librosa, the oracle of data/speech/log_mel.py.

python tests/data/speech/golden/make_librosa.py       needs `pip install librosa`
"""

import json
from pathlib import Path

import numpy as np

CASES = {
    "8 kHz": {"rate": 8000, "window": 200, "hop": 80, "fft_size": 512, "mels": 40},
    "16 kHz": {"rate": 16000, "window": 400, "hop": 160, "fft_size": 1024, "mels": 64},
    "11.025 kHz": {"rate": 11025, "window": 331, "hop": 110, "fft_size": 1024, "mels": 23},
}


def sound(rate: int) -> np.ndarray:
    """0.1 s of a rising tone over a quiet hum, the same numbers everywhere."""
    t = np.arange(rate // 10) / rate
    samples: np.ndarray = 0.3 * np.sin(2 * np.pi * (300 * t + 8000 * t**2))
    return samples + 0.01 * np.cos(2 * np.pi * 50 * t)


def frames(case: dict[str, int]) -> np.ndarray:
    """Power in each mel filter, `(frames, mels)`, of whole windows only, by librosa."""
    import librosa

    # librosa puts a short window in the middle of the FFT's frame: shift the sound to meet it
    before = (case["fft_size"] - case["window"]) // 2
    after = case["fft_size"] - case["window"] - before
    power = librosa.feature.melspectrogram(
        y=np.pad(sound(case["rate"]), (before, after)),
        sr=case["rate"],
        n_fft=case["fft_size"],
        hop_length=case["hop"],
        win_length=case["window"],
        n_mels=case["mels"],
        center=False,
        power=2.0,
        htk=True,
        norm=None,
    )
    return np.asarray(power.T)


if __name__ == "__main__":
    import librosa

    data = {"librosa": librosa.__version__}
    for name, case in CASES.items():
        data[name] = {**case, "power": [[float(f"{x:.9g}") for x in row] for row in frames(case)]}
    path = Path(__file__).with_name("librosa.json")
    path.write_text(json.dumps(data) + "\n", encoding="utf-8")
