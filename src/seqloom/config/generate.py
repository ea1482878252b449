"""Settings of the task `generate`: running text to its continuation."""

from dataclasses import dataclass
from typing import Literal

from ..errors import ConfigError
from .rules import choice, number
from .sections import Sections
from .shared import CellName

USUAL_EPOCHS, LEAST_STEPS, MOST_STEPS = 20, 1000, 20_000  # the default length of a run
RATES = {"recurrent": 4e-3, "transformer": 2e-3, "fully-connected": 2e-3}

TextLevel = Literal["characters", "subwords"]


@dataclass(frozen=True, kw_only=True)
class DataConfig:
    """How a text is read, cut in two, and laid out in streams."""

    level: TextLevel = choice("characters", "what one symbol is")
    subword_size: int = number(2000, 100, 100_000, "symbols of a subword vocabulary")
    min_count: int = number(1, 1, 1_000_000, "rarer symbols are read as unknown")
    valid_fraction: float = number(0.1, 0.001, 0.5, "share at the text's end for validation")
    streams: int = number(64, 1, 65_536, "B, places of the text that are read side by side")
    chunk: int = number(100, 1, 65_536, "T, steps between two updates; gradients end there")


@dataclass(frozen=True, kw_only=True)
class RecurrentConfig:
    """Recurrent layers, one above the other."""

    architecture: Literal["recurrent"] = "recurrent"
    cell: CellName = choice("lstm", "cell of every layer")
    embedding_size: int = number(128, 1, 8192, "E, size of a symbol's vector")
    hidden_size: int = number(512, 1, 8192, "H, size of a state")
    layers: int = number(1, 1, 16, "recurrent layers")
    layer_norm: bool = choice(True, "normalise what each layer passes on")
    tie_weights: bool = choice(False, "the embedding is the output matrix too")
    dropout: float = number(0.3, 0.0, 0.95, "share of a layer's outputs dropped while training")
    input_dropout: float = number(0.0, 0.0, 0.95, "share of embeddings' units dropped likewise")
    recurrent_dropout: float = number(0.2, 0.0, 0.95, "share of state-to-state weights dropped")


@dataclass(frozen=True, kw_only=True)
class TransformerConfig:
    """A decoder-only Transformer that looks back a fixed number of symbols."""

    architecture: Literal["transformer"] = "transformer"
    hidden_size: int = number(128, 2, 8192, "D, size of a state; a multiple of num_heads")
    num_heads: int = number(4, 1, 64, "N, attention heads")
    feedforward_size: int = number(512, 1, 65536, "width of the feed-forward layers")
    layers: int = number(4, 1, 48, "layers")
    context: int = number(256, 1, 65_536, "positions that one looks at, itself counted")
    dropout: float = number(0.1, 0.0, 0.95, "share of units dropped while training")

    def __post_init__(self) -> None:
        if self.hidden_size % self.num_heads:
            raise ConfigError(
                f"config: `model.hidden_size` must be a multiple of num_heads={self.num_heads}, "
                f"got {self.hidden_size}. Change one of the two."
            )


@dataclass(frozen=True, kw_only=True)
class WindowConfig:
    """A fully-connected network on the last few symbols; it has no other memory."""

    architecture: Literal["fully-connected"] = "fully-connected"
    window: int = number(16, 1, 1024, "n, symbols that it sees")
    embedding_size: int = number(64, 1, 8192, "E, size of a symbol's vector")
    hidden_size: int = number(512, 1, 8192, "H, units of the hidden layer")
    dropout: float = number(0.1, 0.0, 0.95, "share of units dropped while training")


@dataclass(frozen=True, kw_only=True)
class DecodingConfig:
    """How a continuation is drawn; stored in the model file as its default."""

    temperature: float = number(0.8, 0.0, 100.0, "below 1 sharpens; 0 takes the likeliest")
    top_k: int | None = number(None, 1, 1_000_000, "draw from the k likeliest symbols only")
    top_p: float = number(1.0, 0.0001, 1.0, "draw from the likeliest that add up to this share")
    length: int = number(500, 0, 20_000, "symbols to add to the prompt")


ModelConfig = RecurrentConfig | TransformerConfig | WindowConfig


SECTIONS = Sections(
    data=DataConfig,
    models={
        "recurrent": RecurrentConfig,
        "transformer": TransformerConfig,
        "fully-connected": WindowConfig,
    },
    decoding=DecodingConfig,
    notes=(
        "`data.streams`, `data.chunk`: less where the text is too short for them.",
        "`training.learning_rate`: "
        + ", ".join(f"{rate:g} {name}" for name, rate in RATES.items())
        + ".",
        f"Length of the run, if none of `epochs`, `minutes` and `steps` is given: {USUAL_EPOCHS} "
        f"epochs, but at least {LEAST_STEPS:,} and at most {MOST_STEPS:,} steps.",
        "Validation: once an epoch, but at least 10 and at most 100 times in a run.",
    ),
)
