"""Settings of the task `transcribe`: speech to text."""

from dataclasses import dataclass
from typing import Literal

from .rules import ConfigSection, choice, number, text
from .sections import Sections
from .shared import CellName
from .training import TrainingConfig

LEAST_EPOCHS, LEAST_STEPS = 15, 4000  # the default length of a run: whichever is longer
BATCH_SECONDS = 20.0
RATES = {"ctc": 4e-3, "las": 3e-3}
BEAMS = {"ctc": 1, "las": 5}

FormChoice = Literal["auto", "table", "common-voice", "ljspeech", "kaldi", "audio-folder"]
TextLevel = Literal["auto", "characters", "symbols", "subwords"]


@dataclass(frozen=True, kw_only=True)
class TranscribeDataConfig(ConfigSection):
    """How sound and text are read, changed and batched."""

    form: FormChoice = choice("auto", "form of the data, see tables.md; table: none of those")
    audio_column: str = text("auto", "column of the recordings' files: a number from 1, or a name")
    text_column: str = text("auto", "column of the transcripts, likewise")
    start_column: str = text("auto", "column of where a part begins, in seconds, likewise")
    end_column: str = text("auto", "column of where a part ends, in seconds, likewise")
    sample_rate: int | None = number(
        None, 1000, 192_000, "sample rate to which all recordings are resampled, Hz"
    )
    window_ms: float = number(25.0, 1.0, 200.0, "length of an analysis window, ms")
    hop_ms: float = number(10.0, 1.0, 100.0, "hop between windows, ms")
    mels: int = number(40, 4, 256, "number of mel filters")
    stack: int = number(3, 1, 16, "number of frames per step of the network")
    text_level: TextLevel = choice("auto", "unit of the transcript")
    subword_size: int = number(1000, 100, 100_000, "size of the subword vocabulary")
    min_count: int = number(
        1, 1, 1_000_000, "symbols that occur less often are replaced by the unknown symbol"
    )
    max_seconds: float = number(
        30.0, 0.1, 3600.0, "maximum length of a training recording, seconds"
    )
    valid_fraction: float = number(
        0.05, 0.001, 0.5, "fraction of the recordings held out for validation"
    )
    batch_seconds: float = number(
        BATCH_SECONDS, 0.1, 100_000.0, "batch size in seconds of sound, padding included"
    )
    speed_change: float = number(0.1, 0.0, 0.5, "largest relative change of speed (augmentation)")
    gain_db: float = number(6.0, 0.0, 40.0, "largest change of the gain, dB (augmentation)")
    time_masks: float = number(
        0.35, 0.0, 10.0, "number of time masks per second of sound (augmentation)"
    )
    time_mask_ms: float = number(120.0, 0.0, 2000.0, "longest time mask, ms")
    mel_masks: int = number(1, 0, 10, "number of frequency masks per recording (augmentation)")
    mel_mask_share: float = number(
        0.15, 0.0, 1.0, "widest frequency mask, as a fraction of the mel filters"
    )


@dataclass(frozen=True, kw_only=True)
class CTCConfig(ConfigSection):
    """Recurrent layers and connectionist temporal classification."""

    architecture: Literal["ctc"] = "ctc"
    cell: CellName = choice("lstm", "cell of the layers")
    hidden_size: int = number(128, 1, 8192, "H, hidden size per direction")
    layers: int = number(2, 1, 16, "recurrent layers")
    bidirectional: bool = choice(True, "bidirectional layers; false allows streaming")
    dropout: float = number(0.2, 0.0, 0.95, "dropout probability")


@dataclass(frozen=True, kw_only=True)
class ListenConfig(ConfigSection):
    """Listen, attend and spell: a pyramid of layers, a decoder with location-aware attention."""

    architecture: Literal["las"] = "las"
    cell: CellName = choice("lstm", "cell of the layers and of the decoder")
    hidden_size: int = number(128, 1, 8192, "H, hidden size per direction")
    pyramid_layers: int = number(
        1, 0, 6, "number of layers that halve the time resolution, above the first layer"
    )
    embedding_size: int = number(64, 1, 8192, "E, embedding size")
    attention_size: int = number(64, 1, 8192, "A, hidden size of the attention")
    filters: int = number(8, 1, 256, "R, number of filters over the previous attention weights")
    filter_reach: int = number(7, 0, 250, "positions that a filter covers on each side")
    dropout: float = number(0.2, 0.0, 0.95, "dropout probability")

    @property
    def filter_width(self) -> int:
        """K, positions that a filter sees, its middle counted."""
        return 2 * self.filter_reach + 1


ModelConfig = CTCConfig | ListenConfig


@dataclass(frozen=True, kw_only=True)
class TranscribeTrainingConfig(TrainingConfig):
    """The length of a run, the optimiser, the loss, and when to stop."""

    # at first, CTC predicts blanks only
    patience: int = number(
        30,
        1,
        100_000,
        "validations without improvement until the learning rate is annealed and training ends",
    )
    label_smoothing: float = number(0.1, 0.0, 0.9, "label smoothing of `las`")


@dataclass(frozen=True, kw_only=True)
class TranscribeDecodingConfig(ConfigSection):
    """How a transcript is searched for; stored in the model file as its default."""

    beam: int | None = number(None, 1, 1000, "beam size; 1 is greedy search")
    length_penalty: float = number(
        1.0, 0.0, 10.0, "exponent of the length by which a score of `las` is divided"
    )


SECTIONS = Sections(
    data=TranscribeDataConfig,
    models={"ctc": CTCConfig, "las": ListenConfig},
    training=TranscribeTrainingConfig,
    decoding=TranscribeDecodingConfig,
    notes=(
        "`data.sample_rate`: the most frequent rate of the recordings, at most 16,000 Hz.",
        "`data.text_level`: symbols (words) if there are at most 100 different words and each "
        "occurs 20 times on average; else characters.",
        f"`training.learning_rate`: {RATES['ctc']} for ctc, {RATES['las']} for las.",
        f"`decoding.beam`: {BEAMS['ctc']} for ctc, {BEAMS['las']} for las.",
        f"Length of the run, if none of `epochs`, `minutes` and `steps` is given: {LEAST_EPOCHS} "
        f"epochs or {LEAST_STEPS:,} steps, whichever is longer.",
    ),
)
