"""Settings of the task `transduce`: one sequence of symbols to another."""

from dataclasses import dataclass
from typing import Literal

from ..errors import ConfigError
from .rules import ConfigSection, choice, number, text
from .sections import Sections
from .shared import CellName, HeaderChoice, check_heads
from .training import TrainingConfig

LEAST_EPOCHS, LEAST_STEPS = 12, 2400  # the default length of a run: whichever is longer
LARGE = 1_000_000  # training symbols from which a batch is twice as large

LevelChoice = Literal["auto", "characters", "symbols", "subwords"]
FormChoice = Literal["auto", "table", "mfa", "cmudict", "lexicon", "misaki", "inflection"]
Link = Literal["attention", "context"]
Scorer = Literal["additive", "dot", "general"]


@dataclass(frozen=True, kw_only=True)
class TransduceDataConfig(ConfigSection):
    """How text is read, split and batched."""

    header: HeaderChoice = choice("auto", "whether line 1 contains the column names")
    source_column: str = text(
        "auto", "column of the source: a number from 1, a column name, or several, e.g. 1,3"
    )
    target_column: str = text("auto", "column of the target, likewise")
    group_column: str = text(
        "none", "column whose rows are held out together or not at all, by number or name"
    )
    split_column: str = text(
        "auto", "column that says train, valid or test; auto: one that is named split"
    )
    form: FormChoice = choice("auto", "form of the data, see tables.md; table: none of those")
    features_column: str = text(
        "auto",
        "column of features of the source, e.g. V;PST, by number or name; auto: one that is named "
        "features, feats or tags, or that the form of the file has",
    )
    weight_column: str = text(
        "auto",
        "column of weights, e.g. frequencies, for weighted error rates, by number or name; auto: "
        "the probabilities of a dictionary that has some",
    )
    source_level: LevelChoice = choice("auto", "unit of the source")
    target_level: LevelChoice = choice("auto", "unit of the target")
    subword_size: int = number(8000, 100, 100_000, "size of the subword vocabulary")
    min_count: int = number(
        1, 1, 1_000_000, "symbols that occur less often are replaced by the unknown symbol"
    )
    max_symbols: int = number(500, 1, 5_000, "maximum length of source and target, in symbols")
    valid_fraction: float = number(
        0.05, 0.001, 0.5, "fraction of the sources held out for validation"
    )
    batch_symbols: int | None = number(
        None, 8, 1_000_000, "batch size in source plus target symbols, padding included"
    )
    stress: bool = choice(False, "keep the stress digits of the data set `cmudict`")


@dataclass(frozen=True, kw_only=True)
class RecurrentPairsConfig(ConfigSection):
    """A recurrent encoder-decoder: two cells and the link between them."""

    architecture: Literal["recurrent"] = "recurrent"
    encoder_cell: CellName = choice("lstm", "cell of the encoder")
    decoder_cell: CellName = choice("lstm", "cell of the decoder")
    link: Link = choice(
        "attention", "what the decoder reads: all encoder states (attention) or one context vector"
    )
    attention: Scorer = choice("additive", "score function of the attention")
    embedding_size: int = number(128, 1, 8192, "E, embedding size")
    hidden_size: int = number(256, 1, 8192, "H, hidden size; of the encoder, per direction")
    attention_size: int = number(128, 1, 8192, "A, hidden size of additive attention")
    encoder_layers: int = number(2, 1, 16, "number of recurrent layers of the encoder")
    decoder_layers: int = number(1, 1, 16, "number of recurrent layers of the decoder")
    bidirectional: bool = choice(True, "bidirectional encoder")
    dropout: float = number(0.3, 0.0, 0.95, "dropout probability")

    def __post_init__(self) -> None:
        width = self.hidden_size * (2 if self.bidirectional else 1)
        if self.link == "attention" and self.attention == "dot" and width != self.hidden_size:
            raise ConfigError(
                "config: `model.attention` must be additive or general for a bidirectional "
                f"encoder, got dot: states of {self.hidden_size} and {width} have no dot product."
                " Set model.attention=general."
            )


@dataclass(frozen=True, kw_only=True)
class TransformerPairsConfig(ConfigSection):
    """An encoder-decoder Transformer."""

    architecture: Literal["transformer"] = "transformer"
    hidden_size: int = number(256, 2, 8192, "D, model size; a multiple of num_heads and of 2")
    num_heads: int = number(4, 1, 64, "N, number of attention heads")
    feedforward_size: int = number(1024, 1, 65536, "hidden size of the feed-forward layers")
    encoder_layers: int = number(3, 1, 48, "encoder layers")
    decoder_layers: int = number(3, 1, 48, "decoder layers")
    dropout: float = number(0.1, 0.0, 0.95, "dropout probability")

    def __post_init__(self) -> None:
        check_heads(self.hidden_size, self.num_heads)


ModelConfig = RecurrentPairsConfig | TransformerPairsConfig


@dataclass(frozen=True, kw_only=True)
class TransduceTrainingConfig(TrainingConfig):
    """The length of a run, the optimiser, the loss, and when to stop."""

    label_smoothing: float = number(0.1, 0.0, 0.9, "label smoothing")
    exceptions: bool = choice(
        False, "put the training pairs that the finished model gets wrong into its file, see below"
    )


@dataclass(frozen=True, kw_only=True)
class TransduceDecodingConfig(ConfigSection):
    """How an output is searched for; stored in the model file as its default."""

    beam: int = number(5, 1, 1000, "beam size; 1 is greedy search")
    length_penalty: float = number(
        1.0, 0.0, 10.0, "exponent of the length by which a score is divided"
    )


SECTIONS = Sections(
    data=TransduceDataConfig,
    models={"recurrent": RecurrentPairsConfig, "transformer": TransformerPairsConfig},
    training=TransduceTrainingConfig,
    decoding=TransduceDecodingConfig,
    notes=(
        "`data.header`: line 1 is a header if a column is selected by name, or if both columns "
        "have known names such as word and pronunciation.",
        "`data.source_column`, `data.target_column`: columns 1 and 2 of a file with two columns. "
        "With more columns, those that the header names; without such names training stops and "
        "asks for them. Several columns are joined by a space.",
        "`data.source_level`, `data.target_level`: characters if fewer than half of the texts "
        "contain a space; else symbols if there are at most 1,000 different ones, at most a tenth "
        "of them in the text occur once, and the validation data have few others; else subwords, "
        "or characters if more than a quarter occur once.",
        f"`data.batch_symbols`: 1,024; 2,048 if the training pairs have {LARGE:,} symbols or "
        "more, source and target together.",
        "`training.learning_rate`: 0.002 recurrent, 0.001 Transformer.",
        f"Length of the run, if none of `epochs`, `minutes` and `steps` is given: {LEAST_EPOCHS} "
        f"epochs or {LEAST_STEPS:,} steps, whichever is longer.",
        "`training.exceptions`: once training is over, the best model predicts every training "
        "source; those of which it predicts none of the targets are stored in the model file and "
        "looked up before the network is asked. The search takes time beyond `training.minutes`.",
        "Validation: once an epoch, but at least 10 and at most 100 times in a run.",
    ),
)
