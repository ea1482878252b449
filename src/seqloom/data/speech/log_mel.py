"""Log-mel features: from samples to what a recogniser hears, whole files and streams alike.

    x     samples from -1 to 1        W     samples of a window      m     mels
    w     Hann window (W)             K     FFT size, 2W or more     P     samples of a hop

    1   frame_t = w * x[tP : tP + W]                       zeros behind the end of the audio
    2   e_t     = |FFT_K(frame_t)|^2                       power, K/2 + 1 bins
    3   f_t,m   = ln(sum_k filter_m,k e_t,k + floor)       triangles, equally wide in mel
    4   s_u     = [f_nu; f_nu+1; ... ]                     n frames stacked, a step of the network

    mel(f) = 2595 log10(1 + f / 700)

A frame begins at every hop that has a sample, and zeros fill the last step up, so no sound is lost:
T samples make ceil(T / (nP)) steps. A stream makes the same frames however it is cut.

Source: Davis & Mermelstein 1980; window, hop and mel scale as in HTK (Young et al., "The HTK Book",
section 5.6). Differs: no pre-emphasis, a per-mel mean and scale do its work; power, not magnitude;
the filters' tops are 1.

Checked against librosa's numbers by `tests/data/speech/test_log_mel.py`.
"""

import dataclasses
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ...errors import ConfigError, DataError
from ...plain import JSON
from ...shapes import Float

FLOOR = 1e-6  # about the power of 16-bit rounding noise in a window, times 100


@dataclass(frozen=True, kw_only=True)
class FeatureSetup:
    """What features are made of; a model file carries it.

    Attributes:
        sample_rate: Hz.
        window_ms: Length of a window, ms.
        hop_ms: From one frame to the next, ms.
        mels: Filters.
        stack: Frames that are one step of the network.
    """

    sample_rate: int
    window_ms: float = 25.0
    hop_ms: float = 10.0
    mels: int = 40
    stack: int = 3

    def __post_init__(self) -> None:
        if self.hop_ms > self.window_ms or self.hop < 1:
            raise ConfigError(
                "config: `data.hop_ms` must be a sample or more and at most "
                f"window_ms={self.window_ms:g}, got {self.hop_ms:g}."
            )
        empty = np.flatnonzero(self.filters.sum(axis=1) == 0)
        if empty.size:
            raise ConfigError(
                f"config: `data.mels` must leave each filter a frequency, got {self.mels} at "
                f"{self.sample_rate} Hz. Lower data.mels or raise data.window_ms."
            )

    @property
    def window(self) -> int:
        """W, samples."""
        return round(self.sample_rate * self.window_ms / 1000)

    @property
    def hop(self) -> int:
        """P, samples."""
        return round(self.sample_rate * self.hop_ms / 1000)

    @property
    def fft_size(self) -> int:
        """K: the power of 2 from 2W on, so that the narrow filters at the bottom find a bin."""
        return 1 << (2 * self.window - 1).bit_length()

    @property
    def longest(self) -> int:
        """Samples that a stream holds, at most: less than a window and a step."""
        return self.window + self.hop * self.stack - 1

    @property
    def size(self) -> int:
        """Numbers of one step of the network."""
        return self.mels * self.stack

    @property
    def step_seconds(self) -> float:
        """From one step of the network to the next, seconds."""
        return self.hop * self.stack / self.sample_rate

    def num_steps(self, samples: int) -> int:
        """Steps that so many samples make."""
        return -(-samples // (self.hop * self.stack))

    @cached_property
    def filters(self) -> Float[np.ndarray, "mels bins"]:
        """Triangles from 0 Hz to half the sample rate."""
        return mel_filters(self.mels, self.fft_size, self.sample_rate)

    @cached_property
    def hann(self) -> Float[np.ndarray, " window"]:
        """w, the periodic Hann window."""
        n = np.arange(self.window)
        hann: np.ndarray = 0.5 - 0.5 * np.cos(2 * np.pi * n / self.window)
        return hann

    def to_json(self) -> dict[str, JSON]:
        """Plain values that `FeatureSetup(**...)` takes."""
        return dataclasses.asdict(self)


def mel_filters(
    mels: int, fft_size: int, sample_rate: int, *, low_hz: float = 0.0
) -> Float[np.ndarray, "mels bins"]:
    """Triangular filters whose corners are equally far apart in mel.

    Args:
        mels: Filters.
        fft_size: K; there are K/2 + 1 bins.
        sample_rate: Hz; the last filter ends at half of it.
        low_hz: Where the first filter begins.
    """
    bottom, top = _mel(np.array([low_hz, sample_rate / 2]))
    corners = 700 * (10 ** (np.linspace(bottom, top, mels + 2) / 2595) - 1)
    bins = np.arange(fft_size // 2 + 1) * (sample_rate / fft_size)
    left, middle, right = corners[:-2, None], corners[1:-1, None], corners[2:, None]
    rising, falling = (bins - left) / (middle - left), (right - bins) / (right - middle)
    filters: np.ndarray = np.maximum(0.0, np.minimum(rising, falling))
    return filters


def log_mel(
    samples: Float[np.ndarray, " samples"], setup: FeatureSetup
) -> Float[np.ndarray, "frames mels"]:
    """Frames of a whole recording, float32, as many as whole steps need.

    Args:
        samples: From -1 to 1, at the set-up's rate.
        setup: Window, hop, mels, stack.
    """
    stream = FeatureStream(setup)
    return np.concatenate([stream.push(samples), stream.finish()])


class FeatureStream:
    """Frames of audio that comes in pieces; holds less than a window and a step of samples."""

    def __init__(self, setup: FeatureSetup, block: int = 1024) -> None:
        """
        Args:
            setup: Window, hop, mels, stack.
            block: Frames that are computed at once, which changes their last bits: `setup.stack`
                makes them the same however the audio is cut.
        """
        self.setup, self.block = setup, block
        # samples from the next frame's first on, in the precision in which they come
        self.rest: np.ndarray = np.zeros(0, np.float32)
        self.finished = False

    def push(self, samples: Float[np.ndarray, " samples"]) -> Float[np.ndarray, "frames mels"]:
        """Take samples; return the frames of all steps that are now complete.

        Raises:
            DataError: The stream was finished.
        """
        if self.finished:
            raise DataError("stream: samples must come before finish(), got some after it.")
        self.rest = np.concatenate([self.rest, samples])
        setup = self.setup
        frames = max(0, (len(self.rest) - setup.window) // setup.hop + 1)
        frames -= frames % setup.stack
        return self._take(frames)

    def finish(self) -> Float[np.ndarray, "frames mels"]:
        """The frames of the samples that are left, zeros behind them; none the second time."""
        setup = self.setup
        steps = setup.num_steps(len(self.rest))
        self.finished = True
        if not steps:
            return np.zeros((0, setup.mels), np.float32)
        frames = steps * setup.stack
        missing = (frames - 1) * setup.hop + setup.window - len(self.rest)
        self.rest = np.pad(self.rest, (0, max(0, missing)))
        found = self._take(frames)
        self.rest = self.rest[:0]  # what is left is padding
        return found

    def _take(self, frames: int) -> np.ndarray:
        if not frames:
            return np.zeros((0, self.setup.mels), np.float32)
        setup = self.setup
        windows = np.lib.stride_tricks.sliding_window_view(self.rest, setup.window)
        pieces = []
        for first in range(0, frames, self.block):  # bounds the memory of a long file
            last = min(frames, first + self.block)
            framed = windows[first * setup.hop : (last - 1) * setup.hop + 1 : setup.hop]
            spectrum = np.fft.rfft(framed * setup.hann, setup.fft_size)  # 1, 2
            energy = (spectrum.real**2 + spectrum.imag**2) @ setup.filters.T
            pieces.append(np.log(energy + FLOOR).astype(np.float32))  # 3
        self.rest = self.rest[frames * setup.hop :].copy()
        return np.concatenate(pieces)


def stack_frames(
    frames: Float[np.ndarray, "*batch frames mels"], stack: int
) -> Float[np.ndarray, "*batch steps size"]:
    """Step 4: `stack` frames side by side; their number is a multiple of it."""
    *batch, count, mels = frames.shape
    return frames.reshape(*batch, count // stack, stack * mels)


def _mel(hz: np.ndarray) -> np.ndarray:
    mel: np.ndarray = 2595 * np.log10(1 + hz / 700)
    return mel
