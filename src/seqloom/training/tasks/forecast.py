"""The task `forecast` at work: windows of series, quantiles of what follows.

Source: the pinball loss of quantile regression, Koenker & Bassett 1978; twice its mean over the
    quantiles is close to the CRPS. Errors are in units of each window's own seasonal naive error.
"""

import dataclasses
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn

from ...config import Config
from ...config.forecast import (
    EPOCHS,
    LEAST_STEPS,
    LEVELS,
    MOST_STEPS,
    RecurrentForecasterConfig,
)
from ...data.batching import shuffled
from ...data.series.prepare import PreparedSeries, prepare_series
from ...data.series.scaling import ForecastInputs, Scale, scale
from ...data.series.windows import Origins, WindowSource
from ...decoding.conformal import calibrate
from ...decoding.quantiles import LOG_DEVIATION, PROBABILITIES, interval, quantiles
from ...decoding.restore import restore
from ...evaluation.forecast_scores import mase_unit, score
from ...evaluation.measure import Measure
from ...export.parts import Parts
from ...export.parts.forecast import MOST_SERIES, ForecastParts
from ...models.forecaster import ForecastModel, FullyConnectedForecaster
from ...models.recurrent_forecaster import RecurrentForecaster
from ...models.transformer_forecaster import TransformerForecaster
from ..device import widened
from ..sample import SampleOutput
from ..work import Work, places_of, resolved, spread

NETWORKS: dict[str, Callable[..., ForecastModel]] = {
    "recurrent": RecurrentForecaster,
    "fully-connected": FullyConnectedForecaster,
    "transformer": TransformerForecaster,
}
NO_MASE = (
    "no MASE and no CRPS: the seasonal differences of every series are all 0 before what is held "
    "out; sMAPE is shown in their place, and decides"
)
SHOWN = 5  # steps of a forecast that a sample shows
AT_ONCE = 256  # windows that a validation sends through the network together


class Forecast(Work):
    """One network for all series."""

    unit = "value"
    volume_unit = "values"
    measures: tuple[Measure, ...] = (
        Measure("mase", "MASE", digits=4),
        Measure("smape", "sMAPE", "%"),
        Measure("crps", "CRPS", digits=4),
    )

    def __init__(self, data: PreparedSeries, config: Config) -> None:
        super().__init__(data, config)
        self.data = data
        self.parts = ForecastParts(
            horizon=config.data.horizon,
            scaling=data.scaling,
            features=data.features,
            calibration=np.zeros((len(LEVELS), config.data.horizon)),
            seen=_seen(data),
        )
        self._cut_valid()
        if not np.isfinite(self._units).any():
            self.report = (*data.report, NO_MASE)

    def _cut_valid(self) -> None:
        """The validation windows, and the units of their errors."""
        data = self.data
        self._inputs, self._scale = scale(data.valid.cut(data.valid_origins), data.scaling)
        self._targets = data.valid.targets(data.valid_origins)
        self._units = np.array(
            [
                mase_unit(data.data.series[which].values[:origin], data.scaling.season)
                for which, origin in data.valid_origins
            ]
        )

    @classmethod
    def open(
        cls, data: object, valid: object | None, config: Config, known: Parts | None = None
    ) -> "Forecast":
        features = known.features if isinstance(known, ForecastParts) else None
        prepared, settings = prepare_series(data, valid, config, features)
        rate = 2e-3 if isinstance(config.model, RecurrentForecasterConfig) else 1e-3
        found = cls(prepared, resolved(config, settings, rate))
        if isinstance(known, ForecastParts):
            seen = {**known.seen, **found.parts.seen}
            if len(seen) <= MOST_SERIES:
                found.parts = dataclasses.replace(found.parts, seen=seen)
        return found

    def build(self) -> ForecastModel:
        return NETWORKS[self.config.model.architecture](
            self.config.model,
            window=self.data.scaling.window,
            horizon=self.parts.horizon,
            past_size=self.parts.past_size,
            future_size=self.parts.future_size,
            static_size=self.parts.static_size,
        )

    def plan(self, epoch: int) -> list[np.ndarray]:
        number, seed = len(self.data.train_origins), self.config.training.seed
        rows, _ = shuffled(number, seed=seed, epoch=epoch)
        return np.array_split(rows, range(self._batch, len(rows), self._batch))

    def size(self, rows: np.ndarray) -> int:
        targets = self.data.train.targets(self.data.train_origins.rows(rows))
        return int(np.isfinite(targets).sum())

    def volume(self, rows: np.ndarray) -> int:
        origin = self.data.train_origins.rows(rows).origin
        return int(np.minimum(origin, self.data.scaling.window).sum()) + self.size(rows)

    def loss(self, network: nn.Module, rows: np.ndarray, device: torch.device) -> Tensor:
        origins = self.data.train_origins.rows(rows)
        inputs, by = scale(self.data.train.cut(origins), self.data.scaling)
        wanted = scaled_targets(self.data.train, origins, by)
        said = widened(network(*tensors(inputs, device)))
        return value_loss(said, torch.from_numpy(wanted).to(said), self.config.model.output)

    def validate(self, network: nn.Module, device: torch.device) -> dict[str, float]:
        found = quantiles(self._say(network, device), self.config.model.output)
        log = self.data.scaling.log
        done = restore(found, interval(found, 90), self._scale, log=log)
        actual = np.exp(self._targets) if log else self._targets
        scores = score(
            actual, done.point, done.lower, done.upper, self._units, done.quantiles, PROBABILITIES
        )
        worst = {"mase": scores.mase, "smape": scores.smape, "crps": scores.crps}
        # where no series has a scale, sMAPE stands in, as the report says
        values = {k: v if np.isfinite(v) else scores.smape for k, v in worst.items()}
        return {**values, "valid_loss": values["crps"]}

    def samples(
        self, network: nn.Module, device: torch.device, number: int
    ) -> tuple[SampleOutput, ...]:
        """The first steps of some forecasts."""
        places = places_of(number, len(self._targets))
        alone = [tensor[places] for tensor in tensors(self._inputs, device)]
        with torch.inference_mode():
            said = quantiles(network(*alone).cpu().double().numpy(), self.config.model.output)
        log = self.data.scaling.log
        by = Scale(*(part[places] for part in self._scale))
        points = restore(said, interval(said, 90), by, log=log).point
        found = []
        for place, point in zip(places.tolist(), points, strict=True):
            which, origin = next(iter(self.data.valid_origins.rows(np.array([place]))))
            series = self.data.data.series[which]
            actual = np.exp(self._targets[place]) if log else self._targets[place]
            begins = f"{series.name} from {series.label(series.start + origin)}"
            found.append(SampleOutput(begins, _shown(point), _shown(actual)))
        return tuple(found)

    def keep_valid(self, share: float) -> str:
        number = len(self.data.valid_origins)
        origins = self.data.valid_origins.rows(spread(number, share))
        self.data = dataclasses.replace(self.data, valid_origins=origins)
        self._cut_valid()
        return f"{len(origins):,} of {number:,} validation windows"

    def contents(self, network: nn.Module) -> tuple[Parts, dict[str, object]]:
        device = next(network.parameters()).device
        found = quantiles(self._say(network, device), self.config.model.output)
        unit = np.where(self._scale.unit > 0, self._scale.unit, np.nan)[:, None]
        wanted = (self._targets - self._scale.base) / unit
        parts = dataclasses.replace(self.parts, calibration=calibrate(found, wanted))
        windows = len(self.data.train_origins)
        return parts, {"series": len(self.data.data.series), "windows": windows}

    def default_steps(self) -> int:
        return min(MOST_STEPS, max(LEAST_STEPS, self.steps_of(EPOCHS)))

    def validation_steps(self) -> float:
        return len(self.data.valid_origins) / (3 * self._batch)

    @property
    def _batch(self) -> int:
        assert self.config.data.batch_windows is not None, "resolved"
        size: int = self.config.data.batch_windows
        return size

    def _say(self, network: nn.Module, device: torch.device) -> np.ndarray:
        """What the network says about the validation windows."""
        found = []
        with torch.inference_mode():
            given = tensors(self._inputs, device)
            for first in range(0, len(self._targets), AT_ONCE):
                some = [tensor[first : first + AT_ONCE] for tensor in given]
                found.append(network(*some).cpu().double().numpy())
        return np.concatenate(found)


def scaled_targets(source: WindowSource, origins: Origins, by: Scale) -> np.ndarray:
    """What the network is to say: errors of b in the unit s; NaN where there is none."""
    unit = np.where(by.unit > 0, by.unit, np.nan)[:, None]
    wanted: np.ndarray = (source.targets(origins) - by.base) / unit
    return wanted


def tensors(inputs: ForecastInputs, device: torch.device) -> list[Tensor]:
    """Inputs as the network takes them: lengths stay on the CPU."""
    dtype = torch.get_default_dtype()
    past, lengths, future, static, ratio = inputs
    return [
        torch.from_numpy(past).to(device, dtype),
        torch.from_numpy(lengths),
        *(torch.from_numpy(array).to(device, dtype) for array in (future, static, ratio)),
    ]


def value_loss(said: Tensor, wanted: Tensor, output: str) -> Tensor:
    """Loss summed over the values that are known.

    Args:
        said: What the network says, `(B, T, O)`.
        wanted: Values in the same unit, `(B, T)`; NaN where there is none.
        output: What it means: quantiles: twice the mean pinball loss; a normal: nats; a point: the
            absolute error.
    """
    known = torch.isfinite(wanted)
    error = torch.where(known, wanted, 0.0)[:, :, None] - said[:, :, :9]
    if output == "quantile":
        p = torch.from_numpy(PROBABILITIES).to(said)
        loss = 2.0 * torch.maximum(p * error, (p - 1.0) * error).mean(dim=2)
    elif output == "gaussian":
        log_deviation = said[:, :, 1].clamp(-LOG_DEVIATION, LOG_DEVIATION)
        loss = log_deviation + 0.5 * (error[:, :, 0] / log_deviation.exp()) ** 2
    else:
        loss = error[:, :, 0].abs()
    return torch.where(known, loss, 0.0).sum()


def _shown(values: np.ndarray) -> str:
    """The first of some values, with four digits each."""
    return " ".join(f"{value:.4g}" for value in values[:SHOWN])


def _seen(data: PreparedSeries) -> dict[str, str]:
    series = data.data.series
    if len(series) <= MOST_SERIES:
        return {one.name: one.label(one.end - 1) for one in series}
    latest = max(series, key=lambda one: one.axis.times(np.array([one.end - 1]))[0])
    return {"": latest.label(latest.end - 1)}
