"""Sound that comes in pieces, and the text so far.

Whatever the pieces, the text is that of the whole recording: features, network and search all
carry on from where they stood (`tests/runtime/test_speech_stream.py`). What is carried does not
grow: less than a window and a step of samples, the cells' states, and what the search keeps (the
last symbol when it is greedy). Only the text itself grows.
"""

from collections.abc import Iterator

import numpy as np

from ..data.speech.audio import checked, scaled
from ..data.speech.log_mel import FeatureStream, stack_frames
from ..decoding.ctc import CTCBeam, CTCGreedy
from ..errors import DataError
from ..export.parts.transcribe import TranscribeParts
from ..networks.recognisers import CTC
from ..shapes import Float


class SpeechStream:
    """A recogniser that listens; `Transcriber.stream` makes one."""

    def __init__(self, parts: TranscribeParts, network: CTC, beam: int) -> None:
        """
        Args:
            parts: The model's features and vocabulary.
            network: The network, of one direction.
            beam: Transcripts kept; 1 is greedy.
        """
        self.parts, self.network = parts, network
        self.features = FeatureStream(parts.features)
        self.states = network.initial_state(1)
        self.greedy = CTCGreedy() if beam == 1 else None
        self.beam = CTCBeam(beam) if beam > 1 else None
        self.symbols: list[int] = []
        self.seconds = 0.0

    def push(self, samples: Float[np.ndarray, " samples"] | np.ndarray) -> str:
        """Take more samples at the model's rate; return the text so far.

        Args:
            samples: One channel, from -1 to 1 or int16; any number of them.
        Raises:
            DataError: They are not one channel, or come after `finish`.
        """
        sound = samples_of(samples, "stream: `samples`")
        if sound.size:
            checked(sound, "stream: `samples`")
        self.seconds += len(sound) / self.parts.features.sample_rate
        return self._take(self.features.push(sound))

    def finish(self) -> str:
        """Say that no more comes; return the whole text, each time the same."""
        return self._take(self.features.finish())

    @property
    def text(self) -> str:
        """The text so far."""
        return self.parts.text.decode(self.symbols)

    def carried(self) -> Iterator[np.ndarray]:
        """The arrays that the stream carries on, text not counted."""
        yield self.features.rest
        for state in self.states:
            yield from state

    def _take(self, frames: np.ndarray) -> str:
        if len(frames):
            steps = stack_frames(self.parts.normal(frames), self.parts.features.stack)
            lengths = np.array([len(steps)])
            (log_probs,), self.states = self.network.read(steps[None], lengths, self.states)
            if self.greedy is not None:
                self.symbols += self.greedy.push(log_probs)
            elif self.beam is not None:
                self.beam.push(log_probs)
                self.symbols = list(self.beam.best()[0].symbols)
        return self.text


def samples_of(sound: np.ndarray, what: str) -> Float[np.ndarray, " samples"]:
    """One channel of samples as float32, full scale at 1.

    Args:
        sound: Floats, or int16.
        what: What an error message starts with.
    Raises:
        DataError: The array has another shape or type, or the scale of integers.
    """
    if sound.ndim != 1:
        raise DataError(
            f"{what} must be one channel, an array of one axis, got shape {sound.shape}. "
            "Mix the channels: sound.mean(axis=1)."
        )
    if sound.dtype == np.int16:
        samples: np.ndarray = sound.astype(np.float32) / 32768
        return samples
    if not np.issubdtype(sound.dtype, np.floating):
        raise DataError(f"{what} must be floats from -1 to 1 or int16, got {sound.dtype}.")
    return scaled(sound.astype(np.float32), what)
