"""Settings of the task `forecast`: the past of series to their future, with intervals."""

from dataclasses import dataclass
from typing import Literal

from .rules import ConfigSection, choice, number, text
from .sections import Sections
from .shared import CellName, check_heads
from .training import TrainingConfig

LEAST_STEPS, MOST_STEPS, EPOCHS = 1_000, 6_000, 20  # the default length of a run
LONGEST_WINDOW = 400  # of those chosen for the data
MANY = 10_000  # training windows from which a batch is larger

Output = Literal["quantile", "gaussian", "point"]
FormChoice = Literal["auto", "table", "gluonts"]
Level = Literal[50, 80, 90, 95]
LEVELS = (50, 80, 90, 95)  # %, of intervals
PROBABILITIES = (0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975)  # of quantiles
MEDIAN = 4  # place of the median among them
OUTPUT_SIZES: dict[str, int] = {"quantile": len(PROBABILITIES), "gaussian": 2, "point": 1}


@dataclass(frozen=True, kw_only=True)
class ForecastDataConfig(ConfigSection):
    """How series are read, scaled and cut into windows."""

    form: FormChoice = choice("auto", "form of the data, see tables.md; table: none of those")
    series_column: str = text("auto", "column of the names of the series, by number or name")
    time_column: str = text("auto", "column of the times, likewise")
    value_column: str = text("auto", "column of the values, likewise; other columns are covariates")
    horizon: int | None = number(None, 1, 10_000, "number of steps to forecast")
    window: int | None = number(
        None, 1, 100_000, "maximum number of past steps that a forecast reads"
    )
    season: int | None = number(None, 1, 100_000, "length of the season in steps; 1 for none")
    layout: Literal["auto", "long", "wide"] = choice(
        "auto", "long: one value per row; wide: one series per column"
    )
    transform: Literal["none", "log"] = choice(
        "none", "log: model the logarithm of positive values"
    )
    floor: Literal["none", "zero", "minimum"] = choice(
        "zero",
        "lower bound: zero if no value is negative, or the window's minimum if it is positive",
    )
    covariates: bool = choice(True, "use the other columns as covariates")
    calendar: bool = choice(True, "use hour, weekday and month as input features")
    held_out: int | None = number(
        None, 1, 1_000, "number of horizons held out for validation at the end of each series"
    )
    test_steps: int = number(
        0, 0, 1_000_000, "number of last steps of each series that are held out for testing"
    )
    batch_windows: int | None = number(None, 1, 100_000, "number of windows per batch")


@dataclass(frozen=True, kw_only=True)
class RecurrentForecasterConfig(ConfigSection):
    """An encoder over the past, a decoder over the horizon."""

    architecture: Literal["recurrent"] = "recurrent"
    cell: CellName = choice("lstm", "cell of the encoder and of the autoregressive decoder")
    attention: bool = choice(True, "attention over all encoder states")
    decode: Literal["direct", "autoregressive"] = choice(
        "direct", "predict all steps of the horizon at once, or each from the previous one"
    )
    output: Output = choice(
        "quantile",
        "predictive distribution of a step: quantiles, a normal distribution, or one value",
    )
    hidden_size: int = number(128, 1, 8192, "H, hidden size")
    layers: int = number(1, 1, 16, "number of recurrent layers of the encoder")
    dropout: float = number(0.1, 0.0, 0.95, "dropout probability")


@dataclass(frozen=True, kw_only=True)
class FullyConnectedForecasterConfig(ConfigSection):
    """Residual blocks over the whole window; no memory."""

    architecture: Literal["fully-connected"] = "fully-connected"
    output: Output = choice(
        "quantile",
        "predictive distribution of a step: quantiles, a normal distribution, or one value",
    )
    hidden_size: int = number(512, 1, 65536, "D, size of the layers")
    blocks: int = number(3, 0, 64, "number of residual blocks of two layers")
    dropout: float = number(0.1, 0.0, 0.95, "dropout probability")


@dataclass(frozen=True, kw_only=True)
class TransformerForecasterConfig(ConfigSection):
    """An encoder that reads the window and what is known of the horizon side by side."""

    architecture: Literal["transformer"] = "transformer"
    output: Output = choice(
        "quantile",
        "predictive distribution of a step: quantiles, a normal distribution, or one value",
    )
    hidden_size: int = number(64, 2, 8192, "D, model size; a multiple of num_heads and of 2")
    num_heads: int = number(4, 1, 64, "N, number of attention heads")
    feedforward_size: int = number(256, 1, 65536, "hidden size of the feed-forward layers")
    layers: int = number(2, 1, 48, "encoder layers")
    dropout: float = number(0.1, 0.0, 0.95, "dropout probability")

    def __post_init__(self) -> None:
        check_heads(self.hidden_size, self.num_heads)


ForecasterConfig = (
    RecurrentForecasterConfig | FullyConnectedForecasterConfig | TransformerForecasterConfig
)


@dataclass(frozen=True, kw_only=True)
class ForecastDecodingConfig(ConfigSection):
    """The interval around a forecast; stored in the model file as its default."""

    level: Level = choice(90, "coverage of the prediction interval, %")


SECTIONS = Sections(
    data=ForecastDataConfig,
    models={
        "recurrent": RecurrentForecasterConfig,
        "fully-connected": FullyConnectedForecasterConfig,
        "transformer": TransformerForecasterConfig,
    },
    training=TrainingConfig,
    decoding=ForecastDecodingConfig,
    notes=(
        "`data.season`: the usual season of the frequency, if the autocorrelation of the data "
        "confirms it.",
        "`data.horizon`: one season; 10 steps if there is no season.",
        "`data.window`: seven horizons, but at most half of the median training series and "
        f"{LONGEST_WINDOW} steps, and at least one season plus one step.",
        "`data.held_out`: 1 if there are 20 series or more; else enough for 20 forecasts, but at "
        "most a fifth of the median series.",
        f"`data.batch_windows`: 128; 32 if there are fewer than {MANY:,} training windows.",
        "`training.learning_rate`: 0.002 recurrent, 0.001 fully-connected and Transformer.",
        f"Length of the run, if none of `epochs`, `minutes` and `steps` is given: {EPOCHS} epochs, "
        f"but at least {LEAST_STEPS:,} and at most {MOST_STEPS:,} steps.",
    ),
)
