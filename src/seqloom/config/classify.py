"""Settings of the task `classify`: a text to its label."""

from dataclasses import dataclass
from typing import Literal

from .rules import ConfigSection, choice, number, text
from .sections import Sections
from .shared import CellName, HeaderChoice, check_heads
from .training import TrainingConfig

LEAST_EPOCHS, LEAST_STEPS = 5, 1000  # the default length of a run: whichever is longer
MOST_SYMBOLS = 20_000  # of a vocabulary, before rare ones are left out
SHORTEST_CUT, LONGEST_CUT = 400, 1_000  # symbols: the default of `max_symbols` lies between
CUT_SHARE = 0.02  # of the training texts may be longer than it

TextLevelChoice = Literal["auto", "words", "characters", "subwords"]
FormChoice = Literal["auto", "table", "fasttext", "class-folder"]
PoolName = Literal["max", "mean", "attention", "last"]


@dataclass(frozen=True, kw_only=True)
class ClassifyDataConfig(ConfigSection):
    """Where text and label stand, how text is read, split and batched."""

    form: FormChoice = choice("auto", "form of the data, see tables.md; table: none of those")
    header: HeaderChoice = choice("auto", "whether line 1 contains the column names")
    text_column: str = text("auto", "column of the text: a number from 1, or a column name")
    label_column: str = text("auto", "column of the label, likewise")
    group_column: str = text(
        "none", "column whose rows are held out together or not at all, by number or name"
    )
    split_column: str = text(
        "auto", "column that says train, valid or test; auto: one that is named split"
    )
    level: TextLevelChoice = choice("auto", "unit of the text")
    lowercase: bool = choice(True, "convert to lower case")
    min_count: int | None = number(
        None, 1, 1_000_000, "symbols that occur less often are replaced by the unknown symbol"
    )
    subword_size: int = number(4000, 100, 100_000, "size of the subword vocabulary")
    max_symbols: int | None = number(
        None,
        2,
        5_000,
        "maximum length in symbols; of longer texts the first and last half of it are kept",
    )
    valid_fraction: float = number(0.1, 0.001, 0.5, "fraction of the texts held out for validation")
    batch_size: int = number(32, 1, 100_000, "number of texts per batch")


@dataclass(frozen=True, kw_only=True)
class RecurrentClassifierConfig(ConfigSection):
    """Recurrent layers, and a pool over their states."""

    architecture: Literal["recurrent"] = "recurrent"
    cell: CellName = choice("lstm", "recurrent cell")
    layers: int = number(1, 1, 16, "recurrent layers")
    bidirectional: bool = choice(True, "bidirectional layers")
    pool: PoolName = choice(
        "max", "pooling over the hidden states: maximum, mean, attention, or the last state"
    )
    embedding_size: int = number(128, 1, 8192, "E, embedding size")
    hidden_size: int = number(64, 1, 8192, "H, hidden size per direction")
    attention_size: int = number(64, 1, 8192, "A, hidden size of attention pooling")
    dropout: float = number(0.5, 0.0, 0.95, "dropout probability")
    word_dropout: float = number(
        0.3, 0.0, 0.95, "fraction of symbols replaced by the unknown symbol during training"
    )


@dataclass(frozen=True, kw_only=True)
class FullyConnectedClassifierConfig(ConfigSection):
    """The mean of the symbols' vectors, then one hidden layer: order is lost."""

    architecture: Literal["fully-connected"] = "fully-connected"
    embedding_size: int = number(128, 1, 8192, "E, embedding size")
    hidden_size: int = number(128, 1, 8192, "H, size of the hidden layer")
    dropout: float = number(0.5, 0.0, 0.95, "dropout probability")
    word_dropout: float = number(
        0.3, 0.0, 0.95, "fraction of symbols replaced by the unknown symbol during training"
    )


@dataclass(frozen=True, kw_only=True)
class TransformerClassifierConfig(ConfigSection):
    """Transformer encoder layers, and a pool over their states."""

    architecture: Literal["transformer"] = "transformer"
    hidden_size: int = number(128, 2, 8192, "D, model size; a multiple of num_heads and of 2")
    num_heads: int = number(4, 1, 64, "N, number of attention heads")
    feedforward_size: int = number(256, 1, 65536, "hidden size of the feed-forward layers")
    layers: int = number(2, 1, 48, "encoder layers")
    pool: Literal["max", "mean", "attention"] = choice("mean", "pooling over the hidden states")
    attention_size: int = number(64, 1, 8192, "A, hidden size of attention pooling")
    dropout: float = number(0.3, 0.0, 0.95, "dropout probability")
    word_dropout: float = number(
        0.3, 0.0, 0.95, "fraction of symbols replaced by the unknown symbol during training"
    )

    def __post_init__(self) -> None:
        check_heads(self.hidden_size, self.num_heads)


ClassifierConfig = (
    FullyConnectedClassifierConfig | RecurrentClassifierConfig | TransformerClassifierConfig
)


@dataclass(frozen=True, kw_only=True)
class ClassifyTrainingConfig(TrainingConfig):
    """The length of a run, the optimiser, the loss, and when to stop."""

    weight_decay: float = number(0.1, 0.0, 1.0, "weight decay of AdamW, on weight matrices")
    averaging: float = number(
        0.99, 0.0, 0.99999, "decay of the exponential moving average of the weights, per step"
    )
    class_weights: Literal["none", "balanced"] = choice(
        "none", "balanced: texts are weighted so that every class has the same total weight"
    )
    label_smoothing: float = number(0.1, 0.0, 0.9, "label smoothing")
    label_ratios: float = number(
        0.1,
        0.0,
        10.0,
        "scale of the label statistics that initialise the embeddings, see below; 0 for none",
    )


SECTIONS = Sections(
    data=ClassifyDataConfig,
    models={
        "recurrent": RecurrentClassifierConfig,
        "fully-connected": FullyConnectedClassifierConfig,
        "transformer": TransformerClassifierConfig,
    },
    training=ClassifyTrainingConfig,
    notes=(
        "`data.level`: words if at least half of the texts contain a space, unless most letters "
        "are of a script that writes none between words (Thai, Lao, Khmer, Burmese, Chinese, "
        "Japanese); else characters. Words are split from punctuation.",
        "`data.header`: line 1 is a header if a column is selected by name, if both columns have "
        "known names such as text and label, or if one column has a known name and the label in "
        "line 1 occurs in no other line.",
        "`data.text_column`, `data.label_column`: columns 1 and 2 of a file with two columns. With "
        "more columns, those that the header names; without such names training stops and asks "
        "for them.",
        "`data.min_count`: 1, or the smallest that leaves a vocabulary of words or characters of "
        f"at most {MOST_SYMBOLS:,}.",
        f"`data.max_symbols`: the smallest value from {SHORTEST_CUT} to {LONGEST_CUT:,} for which "
        f"at most {100 * CUT_SHARE:g} % of the training texts are cut.",
        "`training.learning_rate`: 0.001; 0.002 for the fully-connected network.",
        "`training.label_ratios`: the first components of each embedding are initialised with the "
        "log-count ratios of the symbol and the labels (Wang & Manning 2012) times this value; "
        "with 0 all components are random.",
        f"Length of the run, if none of `epochs`, `minutes` and `steps` is given: {LEAST_EPOCHS} "
        f"epochs or {LEAST_STEPS:,} steps, whichever is longer.",
        "Validation: once an epoch, but at least 10 and at most 100 times in a run.",
    ),
)
