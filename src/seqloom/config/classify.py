"""Settings of the task `classify`: a text to its label."""

from dataclasses import dataclass
from typing import Literal

from .rules import choice, number, text
from .sections import Sections
from .shared import CellName, HeaderChoice, check_heads
from .training import TrainingConfig

LEAST_EPOCHS, LEAST_STEPS = 5, 1000  # the default length of a run: whichever is longer
MOST_SYMBOLS = 20_000  # of a vocabulary, before rare ones are left out
SHORTEST_CUT, LONGEST_CUT = 400, 1_000  # symbols: the default of `max_symbols` lies between
CUT_SHARE = 0.02  # of the training texts may be longer than it

TextLevelChoice = Literal["auto", "words", "characters", "subwords"]
PoolName = Literal["max", "mean", "attention", "last"]


@dataclass(frozen=True, kw_only=True)
class ClassifyDataConfig:
    """Where text and label stand, how text is read, split and batched."""

    header: HeaderChoice = choice("auto", "whether line 1 names the columns")
    text_column: str = text("auto", "the text's column: a number from 1, or a name in the header")
    label_column: str = text("auto", "the label's column, likewise")
    level: TextLevelChoice = choice("auto", "what one symbol is")
    lowercase: bool = choice(True, "fold case")
    min_count: int | None = number(None, 1, 1_000_000, "rarer symbols are read as unknown")
    subword_size: int = number(4000, 100, 100_000, "symbols of a subword vocabulary")
    max_symbols: int | None = number(
        None,
        2,
        5_000,
        "longer texts are cut to so many symbols, half at the start, half at the end",
    )
    valid_fraction: float = number(0.1, 0.001, 0.5, "share of texts cut off for validation")
    batch_size: int = number(32, 1, 100_000, "texts of one batch")


@dataclass(frozen=True, kw_only=True)
class RecurrentConfig:
    """Recurrent layers, and a pool over their states."""

    architecture: Literal["recurrent"] = "recurrent"
    cell: CellName = choice("lstm", "the recurrent cell")
    layers: int = number(1, 1, 16, "recurrent layers")
    bidirectional: bool = choice(True, "the layers read both ways")
    pool: PoolName = choice(
        "max", "what is read of the states: their maximum, mean or attention, or the last one"
    )
    embedding_size: int = number(128, 1, 8192, "E, size of a symbol's vector")
    hidden_size: int = number(64, 1, 8192, "H, size of a state, per direction")
    attention_size: int = number(64, 1, 8192, "A, width of the attention, if `pool` is that")
    dropout: float = number(0.5, 0.0, 0.95, "share of units dropped while training")
    word_dropout: float = number(0.3, 0.0, 0.95, "share of symbols read as unknown while training")


@dataclass(frozen=True, kw_only=True)
class FullyConnectedConfig:
    """The mean of the symbols' vectors, then one hidden layer: order is lost."""

    architecture: Literal["fully-connected"] = "fully-connected"
    embedding_size: int = number(128, 1, 8192, "E, size of a symbol's vector")
    hidden_size: int = number(128, 1, 8192, "H, size of the hidden layer")
    dropout: float = number(0.5, 0.0, 0.95, "share of units dropped while training")
    word_dropout: float = number(0.3, 0.0, 0.95, "share of symbols read as unknown while training")


@dataclass(frozen=True, kw_only=True)
class TransformerConfig:
    """Transformer encoder layers, and a pool over their states."""

    architecture: Literal["transformer"] = "transformer"
    hidden_size: int = number(128, 2, 8192, "D, size of a state; a multiple of num_heads and 2")
    num_heads: int = number(4, 1, 64, "N, attention heads")
    feedforward_size: int = number(256, 1, 65536, "width of the feed-forward layers")
    layers: int = number(2, 1, 48, "encoder layers")
    pool: Literal["max", "mean", "attention"] = choice("mean", "what is read of the states")
    attention_size: int = number(64, 1, 8192, "A, width of the attention, if `pool` is that")
    dropout: float = number(0.3, 0.0, 0.95, "share of units dropped while training")
    word_dropout: float = number(0.3, 0.0, 0.95, "share of symbols read as unknown while training")

    def __post_init__(self) -> None:
        check_heads(self.hidden_size, self.num_heads)


ClassifierConfig = FullyConnectedConfig | RecurrentConfig | TransformerConfig


@dataclass(frozen=True, kw_only=True)
class ClassifyTrainingConfig(TrainingConfig):
    """The length of a run, the optimiser, the loss, and when to stop."""

    weight_decay: float = number(0.1, 0.0, 1.0, "AdamW's, of weight matrices")
    averaging: float = number(0.99, 0.0, 0.99999, "decay per step of the averaged weights")
    class_weights: Literal["none", "balanced"] = choice(
        "none", "balanced: a text of a rare class weighs more, each class as much in sum"
    )
    label_smoothing: float = number(0.1, 0.0, 0.9, "share of the target spread over all classes")
    label_ratios: float = number(
        0.1, 0.0, 10.0, "how strongly a symbol's vector starts from the labels it is seen with"
    )


SECTIONS = Sections(
    data=ClassifyDataConfig,
    models={
        "recurrent": RecurrentConfig,
        "fully-connected": FullyConnectedConfig,
        "transformer": TransformerConfig,
    },
    training=ClassifyTrainingConfig,
    notes=(
        "`data.level`: words if at least half of the texts contain a space, unless most letters "
        "are of a script that writes none between words (Thai, Lao, Khmer, Burmese, Chinese, "
        "Japanese); else characters. Words are split from punctuation.",
        "`data.header`: line 1 is one if a column is given by its name, if both columns have names "
        "that are known, such as text and label, or if one has and its label is on no other line.",
        "`data.text_column`, `data.label_column`: columns 1 and 2 of two; of more, those that line "
        "1 names; else they are asked for.",
        "`data.min_count`: 1, or the smallest that leaves a vocabulary of words or characters of "
        f"at most {MOST_SYMBOLS:,}.",
        f"`data.max_symbols`: the smallest of {SHORTEST_CUT} to {LONGEST_CUT:,} that at most "
        f"{100 * CUT_SHARE:g} % of the training texts are longer than.",
        "`training.learning_rate`: 0.001; 0.002 for the fully-connected network.",
        "`training.label_ratios`: the first numbers of a symbol's vector start from how much more "
        "often it is seen in texts of each label than in others (the log-count ratios of Wang & "
        "Manning 2012), times this; 0 starts all at random.",
        f"Length of the run, if none of `epochs`, `minutes` and `steps` is given: {LEAST_EPOCHS} "
        f"epochs or {LEAST_STEPS:,} steps, whichever is longer.",
        "Validation: once an epoch, but at least 10 and at most 100 times in a run.",
    ),
)
