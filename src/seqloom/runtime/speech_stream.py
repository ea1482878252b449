"""Sound that comes in pieces, and the text so far.

Whatever the pieces, the text is that of the whole recording: features, network and search all
carry on from where they stood (`tests/runtime/test_speech_stream.py`). What is carried does not
grow: less than a window and a step of samples, the cells' states, and what the search keeps (the
last symbol when it is greedy). Only the text itself grows.
"""

import numpy as np

from ..data.speech.audio import checked, scaled
from ..data.speech.log_mel import FeatureStream, stack_frames
from ..decoding.ctc import CTCBeam, CTCGreedy
from ..errors import DataError
from ..export.parts.transcribe import TranscribeParts
from ..networks.recognisers import CTC
from ..shapes import Float
from .stream import Held, ModelStream, Streamed, arrays_of, number_of, numbers_below, tree_of

STEPS = 1000  # of the network that are read at once


class SpeechStream(ModelStream):
    """A recogniser that listens; `Transcriber.stream` makes one.

    Attributes:
        beam: Transcripts kept; 1 is greedy.
        symbols: Numbers of the symbols so far.
        samples: How many were pushed.
    """

    parts: TranscribeParts
    network: CTC

    def __init__(self, model: Streamed, beam: int) -> None:
        """
        Args:
            model: A CTC model of one direction.
            beam: Transcripts kept; 1 is greedy.
        """
        super().__init__(model)
        self.beam = beam
        self.reset()

    def reset(self) -> None:
        setup = self.parts.features
        self.features = FeatureStream(setup, block=setup.stack)
        self.states = self.network.initial_state(1)
        self.greedy, self.search = CTCGreedy(), CTCBeam(self.beam)
        self.symbols: list[int] = []
        self.samples = 0

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
        frames = self.features.push(sound)
        self.samples += len(sound)
        return self._take(frames)

    def finish(self) -> str:
        """Say that no more comes; return the whole text, each time the same."""
        return self._take(self.features.finish())

    @property
    def text(self) -> str:
        """The text so far."""
        return self.parts.text.decode(self.symbols)

    @property
    def seconds(self) -> float:
        """Length of the sound so far."""
        return self.samples / self.parts.features.sample_rate

    def held(self) -> Held:
        sequences, totals = self.search.held()
        plain = {
            "beam": self.beam,
            "symbols": list(self.symbols),
            "samples": self.samples,
            "finished": self.features.finished,
            "last": self.greedy.last,
            "sequences": [list(one) for one in sequences],
        }
        arrays = {"rest": self.features.rest, "totals": totals}
        return Held(plain, arrays | arrays_of("state", self.states))

    def take(self, held: Held) -> None:
        plain, size = held.plain, len(self.parts.text)
        self.beam = max(1, number_of(plain, "beam"))
        self.reset()
        self.symbols = list(numbers_below(plain["symbols"], size))
        self.samples = number_of(plain, "samples")
        self.features.finished = plain["finished"] is True
        rest, most = held.arrays["rest"], self.features.setup.longest
        if rest.ndim != 1 or rest.dtype.kind != "f" or len(rest) > most:
            raise ValueError("`rest` is no sound that is left over")
        self.features.rest = rest
        self.greedy.last = number_of(plain, "last", most=size - 1)
        sequences = [tuple(numbers_below(one, size)) for one in plain["sequences"]]
        self.search.take(sequences, held.arrays["totals"])
        self.states = tree_of("state", self.states, held.arrays)

    def _take(self, frames: np.ndarray) -> str:
        setup = self.parts.features
        steps = stack_frames(self.parts.normal(frames), setup.stack)
        size = 1 if self.stepwise else STEPS
        for first in range(0, len(steps), size):
            piece = steps[first : first + size]
            lengths = np.array([len(piece)])
            (log_probs,), self.states = self.network.read(piece[None], lengths, self.states)
            if self.beam == 1:
                self.symbols += self.greedy.push(log_probs)
            else:
                self.search.push(log_probs)
        if self.beam > 1 and len(steps):
            self.symbols = list(self.search.best()[0].symbols)
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
