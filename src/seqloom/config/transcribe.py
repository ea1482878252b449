"""Settings of the task `transcribe`: speech to text."""

from dataclasses import dataclass
from typing import Literal

from .rules import choice, number
from .sections import Sections
from .shared import CellName
from .training import TrainingConfig

LEAST_EPOCHS, LEAST_STEPS = 15, 4000  # the default length of a run: whichever is longer
BATCH_SECONDS = 20.0
RATES = {"ctc": 4e-3, "las": 3e-3}
BEAMS = {"ctc": 1, "las": 5}

TextLevel = Literal["auto", "characters", "symbols", "subwords"]


@dataclass(frozen=True, kw_only=True)
class DataConfig:
    """How sound and text are read, changed and batched."""

    sample_rate: int | None = number(None, 1000, 192_000, "Hz that all sound is brought to")
    window_ms: float = number(25.0, 1.0, 200.0, "length of a window of sound, ms")
    hop_ms: float = number(10.0, 1.0, 100.0, "from one window to the next, ms")
    mels: int = number(40, 4, 256, "mel filters, the numbers of a frame")
    stack: int = number(3, 1, 16, "frames that are one step of the network")
    text_level: TextLevel = choice("auto", "what one symbol of a transcript is")
    subword_size: int = number(1000, 100, 100_000, "symbols of a subword vocabulary")
    min_count: int = number(1, 1, 1_000_000, "rarer symbols are read as unknown")
    max_seconds: float = number(30.0, 0.1, 3600.0, "longest recording trained on, seconds")
    valid_fraction: float = number(0.05, 0.001, 0.5, "share of recordings cut off for validation")
    batch_seconds: float = number(
        BATCH_SECONDS, 0.1, 100_000.0, "sound of one batch, padding counted"
    )
    speed_change: float = number(0.1, 0.0, 0.5, "share by which recordings are slowed and sped up")
    gain_db: float = number(6.0, 0.0, 40.0, "most that a recording is made louder or quieter, dB")
    time_masks: float = number(0.35, 0.0, 10.0, "spans of time hidden, per second of sound")
    time_mask_ms: float = number(120.0, 0.0, 2000.0, "longest of them, ms")
    mel_masks: int = number(1, 0, 10, "spans of mels hidden in a recording")
    mel_mask_share: float = number(0.15, 0.0, 1.0, "widest of them, as a share of the mels")


@dataclass(frozen=True, kw_only=True)
class CTCConfig:
    """Recurrent layers and connectionist temporal classification."""

    architecture: Literal["ctc"] = "ctc"
    cell: CellName = choice("lstm", "cell of the layers")
    hidden_size: int = number(128, 1, 8192, "H, size of a state, per direction")
    layers: int = number(2, 1, 16, "recurrent layers")
    bidirectional: bool = choice(True, "the layers hear both ways; false can follow a stream")
    dropout: float = number(0.2, 0.0, 0.95, "share of units dropped while training")


@dataclass(frozen=True, kw_only=True)
class ListenConfig:
    """Listen, attend and spell: a pyramid of layers, a decoder with location-aware attention."""

    architecture: Literal["las"] = "las"
    cell: CellName = choice("lstm", "cell of the layers and of the decoder")
    hidden_size: int = number(128, 1, 8192, "H, size of a state, per direction")
    pyramid_layers: int = number(1, 0, 6, "layers that halve time, above the first layer")
    embedding_size: int = number(64, 1, 8192, "E, size of a symbol's vector")
    attention_size: int = number(64, 1, 8192, "A, width of the attention")
    filters: int = number(8, 1, 256, "R, filters over where the decoder looked last")
    filter_reach: int = number(7, 0, 250, "positions that a filter sees to each side")
    dropout: float = number(0.2, 0.0, 0.95, "share of units dropped while training")

    @property
    def filter_width(self) -> int:
        """K, positions that a filter sees, its middle counted."""
        return 2 * self.filter_reach + 1


ModelConfig = CTCConfig | ListenConfig


@dataclass(frozen=True, kw_only=True)
class SpeechTrainingConfig(TrainingConfig):
    """The length of a run, the optimiser, the loss, and when to stop."""

    # CTC says nothing but blanks for a while before it says anything
    patience: int = number(
        30, 1, 100_000, "validations without a better score before the rate falls and the run ends"
    )
    label_smoothing: float = number(
        0.1, 0.0, 0.9, "of `las`: share of the target spread over all symbols"
    )


@dataclass(frozen=True, kw_only=True)
class DecodingConfig:
    """How a transcript is searched for; stored in the model file as its default."""

    beam: int | None = number(None, 1, 1000, "transcripts kept; 1 is greedy")
    length_penalty: float = number(
        1.0, 0.0, 10.0, "of `las`: scores are divided by length to this power"
    )


SECTIONS = Sections(
    data=DataConfig,
    models={"ctc": CTCConfig, "las": ListenConfig},
    training=SpeechTrainingConfig,
    decoding=DecodingConfig,
    notes=(
        "`data.sample_rate`: the one that most recordings have, at most 16,000 Hz.",
        "`data.text_level`: symbols, here words, if there are at most 100 different ones, each "
        "used 20 times on average; else characters.",
        f"`training.learning_rate`: {RATES['ctc']} for ctc, {RATES['las']} for las.",
        f"`decoding.beam`: {BEAMS['ctc']} for ctc, {BEAMS['las']} for las.",
        f"Length of the run, if none of `epochs`, `minutes` and `steps` is given: {LEAST_EPOCHS} "
        f"epochs or {LEAST_STEPS:,} steps, whichever is longer.",
    ),
)
