"""Settings of the task `generate`: running text to its continuation."""

from dataclasses import dataclass
from typing import Literal

from ..errors import ConfigError
from .rules import ConfigSection, choice, number, text
from .sections import Sections
from .shared import CellName

USUAL_EPOCHS, LEAST_STEPS, MOST_STEPS = 20, 1000, 20_000  # the default length of a run
RATES = {"recurrent": 4e-3, "transformer": 2e-3, "fully-connected": 2e-3}

TextLevel = Literal["characters", "subwords"]


@dataclass(frozen=True, kw_only=True)
class GenerateDataConfig(ConfigSection):
    """How a text is read, cut in two, and laid out in streams."""

    text_column: str = text(
        "auto", "column of the text in a table: a number from 1, or a column name"
    )
    level: TextLevel = choice("characters", "unit of the text")
    subword_size: int = number(2000, 100, 100_000, "size of the subword vocabulary")
    min_count: int = number(
        1, 1, 1_000_000, "symbols that occur less often are replaced by the unknown symbol"
    )
    valid_fraction: float = number(
        0.1, 0.001, 0.5, "fraction at the end of the text held out for validation"
    )
    streams: int = number(64, 1, 65_536, "B, number of streams of text per batch")
    chunk: int = number(100, 1, 65_536, "T, steps of truncated back-propagation through time")


@dataclass(frozen=True, kw_only=True)
class RecurrentTextConfig(ConfigSection):
    """Recurrent layers, one above the other."""

    architecture: Literal["recurrent"] = "recurrent"
    cell: CellName = choice("lstm", "cell of all layers")
    embedding_size: int = number(128, 1, 8192, "E, embedding size")
    hidden_size: int = number(512, 1, 8192, "H, hidden size")
    layers: int = number(1, 1, 16, "recurrent layers")
    layer_norm: bool = choice(True, "layer normalisation of each layer's output")
    tie_weights: bool = choice(False, "use the embedding as output matrix too")
    dropout: float = number(0.3, 0.0, 0.95, "dropout probability of layer outputs")
    input_dropout: float = number(0.0, 0.0, 0.95, "dropout probability of embeddings")
    recurrent_dropout: float = number(
        0.2, 0.0, 0.95, "dropout probability of hidden-to-hidden weights"
    )


@dataclass(frozen=True, kw_only=True)
class TransformerTextConfig(ConfigSection):
    """A decoder-only Transformer that looks back a fixed number of symbols."""

    architecture: Literal["transformer"] = "transformer"
    hidden_size: int = number(128, 2, 8192, "D, model size; a multiple of num_heads")
    num_heads: int = number(4, 1, 64, "N, number of attention heads")
    feedforward_size: int = number(512, 1, 65536, "hidden size of the feed-forward layers")
    layers: int = number(4, 1, 48, "layers")
    context: int = number(
        256, 1, 65_536, "number of positions that attention covers, the current one included"
    )
    dropout: float = number(0.1, 0.0, 0.95, "dropout probability")

    def __post_init__(self) -> None:
        if self.hidden_size % self.num_heads:
            raise ConfigError(
                f"config: `model.hidden_size` must be a multiple of num_heads={self.num_heads}, "
                f"got {self.hidden_size}. Change one of the two."
            )


@dataclass(frozen=True, kw_only=True)
class WindowConfig(ConfigSection):
    """A fully-connected network on the last few symbols; it has no other memory."""

    architecture: Literal["fully-connected"] = "fully-connected"
    window: int = number(16, 1, 1024, "n, number of symbols in the window")
    embedding_size: int = number(64, 1, 8192, "E, embedding size")
    hidden_size: int = number(512, 1, 8192, "H, size of the hidden layer")
    dropout: float = number(0.1, 0.0, 0.95, "dropout probability")


@dataclass(frozen=True, kw_only=True)
class GenerateDecodingConfig(ConfigSection):
    """How a continuation is sampled; stored in the model file as its default."""

    temperature: float = number(
        0.8,
        0.0,
        100.0,
        "sampling temperature; below 1 is less random, 0 takes the most probable symbol",
    )
    top_k: int | None = number(None, 1, 1_000_000, "sample from the k most probable symbols only")
    top_p: float = number(
        1.0,
        0.0001,
        1.0,
        "sample from the most probable symbols whose probabilities add up to this (nucleus)",
    )
    length: int = number(500, 0, 20_000, "number of symbols to generate")


ModelConfig = RecurrentTextConfig | TransformerTextConfig | WindowConfig


SECTIONS = Sections(
    data=GenerateDataConfig,
    models={
        "recurrent": RecurrentTextConfig,
        "transformer": TransformerTextConfig,
        "fully-connected": WindowConfig,
    },
    decoding=GenerateDecodingConfig,
    notes=(
        "`data.streams`, `data.chunk`: smaller if the text is too short for them.",
        "`training.learning_rate`: "
        + ", ".join(f"{rate:g} {name}" for name, rate in RATES.items())
        + ".",
        f"Length of the run, if none of `epochs`, `minutes` and `steps` is given: {USUAL_EPOCHS} "
        f"epochs, but at least {LEAST_STEPS:,} and at most {MOST_STEPS:,} steps.",
        "Validation: once an epoch, but at least 10 and at most 100 times in a run.",
    ),
)
