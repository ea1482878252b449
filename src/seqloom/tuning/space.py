"""What is searched: ranges and choices of settings.

    [model]
    hidden_size = { low = 64, high = 256, step = 64 }
    cell = ["lstm", "gru"]

    [training]
    learning_rate = { low = 5e-4, high = 5e-3, log = true }

A dimension of `[model]` applies to the architectures that have the setting, so `architecture` may
be searched too. `model.cell` stands for both cells of an encoder-decoder. Checked by
`tests/tuning/test_space.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import NoneType
from typing import Any, get_args, get_type_hints

from optuna import Trial

from ..config import SECTION_NAMES, Config, config_from, merge, sections_of
from ..config.rules import one_of, unknown
from ..config.short_names import LENGTHS, OWN
from ..errors import ConfigError
from ..plain import shown

Value = bool | int | float | str
_ARCHITECTURE = "model.architecture"
# what makes scores of two runs incomparable, or is the search's own
UNSEARCHED = (
    *(f"training.{name}" for name in (*sorted(LENGTHS), "pace", "valid_share", "seed")),
    "data.valid_fraction",
)
_SHORT = {"model.cell": OWN["cell"][1:]}  # what is short for several
_RANGE = "a list of values or a range such as { low = 0.1, high = 0.5 }"


@dataclass(frozen=True)
class Dimension:
    """A setting that is searched.

    Attributes:
        name: The setting, e.g. `model.dropout`.
        choices: Its values; empty for a range.
        low, high: The ends of a range, both included; whole numbers if both are.
        step: Distance between two values, from `low` on; any number if `None`.
        log: Drawn evenly on a logarithmic scale.
    """

    name: str
    choices: tuple[Value, ...] = ()
    low: float = 0
    high: float = 0
    step: float | None = None
    log: bool = False

    @property
    def whole(self) -> bool:
        """Whether a range is one of whole numbers."""
        return not self.choices and type(self.low) is int and type(self.high) is int

    def ends(self) -> tuple[Value, ...]:
        """Values that are allowed if all are."""
        return self.choices or (self.low, self.high)

    def contains(self, value: object) -> bool:
        """Whether a value can be drawn."""
        if self.choices:
            return any(type(value) is type(one) and value == one for one in self.choices)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        if not self.low <= value <= self.high:
            return False
        steps = 0.0 if self.step is None else (value - self.low) / self.step
        return abs(steps - round(steps)) < 1e-8

    def suggest(self, trial: Trial) -> Value:
        """Draw a value."""
        if self.choices:
            found: Value = trial.suggest_categorical(self.name, self.choices)  # type: ignore[assignment]
            return found
        if self.whole:
            low, high, step = int(self.low), int(self.high), int(self.step or 1)
            return trial.suggest_int(self.name, low, high, step=step, log=self.log)
        return trial.suggest_float(self.name, self.low, self.high, step=self.step, log=self.log)

    def plain(self) -> object:
        """The dimension as TOML and JSON have it."""
        if self.choices:
            return list(self.choices)
        found: dict[str, object] = {"low": self.low, "high": self.high}
        return {
            **found,
            **({} if self.step is None else {"step": self.step}),
            **({"log": True} if self.log else {}),
        }


class Space:
    """The dimensions of a search over the settings of a task."""

    def __init__(
        self, dimensions: tuple[Dimension, ...], settings: Mapping[str, object], where: str = "tune"
    ) -> None:
        """
        Args:
            dimensions: What is searched; those of a section are put together, as in a file, since
                what is drawn depends on the order.
            settings: Nested settings of every trial, `task` among them.
            where: What error messages start with.
        Raises:
            ConfigError: A setting is not known, set and searched at once, or a value of it is out
                of range; or nothing is searched.
        """
        sections = list(dict.fromkeys(_section_of(one.name) for one in dimensions))
        self.dimensions = tuple(
            sorted(dimensions, key=lambda d: sections.index(_section_of(d.name)))
        )
        self.settings = settings
        base = config_from(settings, where)
        self.task, self._architecture = base.task, str(base.model.architecture)
        self._check(where)

    def _check(self, where: str) -> None:
        if not self.dimensions:
            raise ConfigError(f"{where}: the search space must name a setting, got none.")
        for dimension in self.dimensions:
            if dimension.name in UNSEARCHED:
                raise ConfigError(
                    f"{where}: `{dimension.name}` must be left out of the search space: the "
                    "scores of the trials would not be comparable. Set it with --set."
                )
            if dimension.name == _ARCHITECTURE:
                for value in dimension.choices:
                    one_of(dimension.name, value, sections_of(self.task).models, where)
                continue
            used = [a for a in self._architectures() if self.targets(dimension.name, a)]
            if not used:
                raise ConfigError(f"{where}: {self._unknown(dimension.name)}")
            for architecture in used:
                for target in self.targets(dimension.name, architecture):
                    self._check_values(dimension, target, architecture, where)

    def _check_values(
        self, dimension: Dimension, target: str, architecture: str, where: str
    ) -> None:
        section, _, key = target.partition(".")
        given = self.settings.get(section, {})
        if isinstance(given, Mapping) and key in given:
            raise ConfigError(
                f"{where}: `{target}` must be either searched or set, got both. "
                "Drop it from the search space, or from the settings."
            )
        model = {
            k: v
            for k, v in _section(self.settings, "model").items()
            if k in self._keys("model", architecture)
        }
        tree = {**self.settings, "model": {**model, "architecture": architecture}}
        for value in dimension.ends():
            config_from(merge(tree, {section: {key: value}}), where)

    def _architectures(self) -> tuple[str, ...]:
        """All that trials can have."""
        searched = [d.choices for d in self.dimensions if d.name == _ARCHITECTURE]
        return tuple(map(str, searched[0])) if searched else (self._architecture,)

    def _keys(self, section: str, architecture: str) -> set[str]:
        return set(_hints(self.task, section, architecture))

    def _unknown(self, name: str) -> str:
        section, _, key = name.partition(".")
        if section not in SECTION_NAMES:
            return unknown(section, set(SECTION_NAMES), "")
        known = {key for one in self._architectures() for key in self._keys(section, one)}
        return unknown(key, known, f"{section}.")

    def targets(self, name: str, architecture: str) -> tuple[str, ...]:
        """The settings that a dimension sets in a network of this architecture; may be none."""
        section, _, key = name.partition(".")
        if section not in SECTION_NAMES:
            return ()
        keys = self._keys(section, architecture)
        if key in keys:
            return (name,)
        both = _SHORT.get(name, ())
        return both if both and all(one.partition(".")[2] in keys for one in both) else ()

    def architecture_of(self, values: Mapping[str, object]) -> str:
        """The architecture of a trial."""
        return str(values.get(_ARCHITECTURE, self._architecture))

    def suggest(self, trial: Trial) -> None:
        """Draw every dimension of a trial, the architecture first."""
        first = [d for d in self.dimensions if d.name == _ARCHITECTURE]
        for dimension in (*first, *(d for d in self.dimensions if d not in first)):
            if self.targets(dimension.name, self.architecture_of(trial.params)):
                dimension.suggest(trial)

    def settings_of(self, values: Mapping[str, object]) -> dict[str, object]:
        """The nested settings of a trial."""
        architecture = self.architecture_of(values)
        tree: dict[str, object] = dict(self.settings)
        if architecture != self._architecture:
            own = self._keys("model", architecture)
            model = {k: v for k, v in _section(tree, "model").items() if k in own}
            tree["model"] = {**model, "architecture": architecture}
        for name, value in values.items():
            for target in self.targets(name, architecture):
                section, _, key = target.partition(".")
                tree = merge(tree, {section: {key: value}})
        return tree

    def defaults(self, config: Config) -> dict[str, Value]:
        """The values that settings have, as far as the space contains them.

        Args:
            config: Settings, those that depend on the data filled in.
        """
        found: dict[str, Value] = {}
        for dimension in self.dimensions:
            targets = self.targets(dimension.name, str(config.model.architecture))
            for target in targets[:1]:
                section, _, key = target.partition(".")
                value = getattr(getattr(config, section), key)
                if dimension.contains(value):
                    found[dimension.name] = value
        return found

    def plain(self) -> dict[str, dict[str, object]]:
        """The space as `space_from` reads it."""
        tree: dict[str, dict[str, object]] = {}
        for dimension in self.dimensions:
            section, _, key = dimension.name.partition(".")
            tree.setdefault(section, {})[key] = dimension.plain()
        return tree


def space_from(
    tree: Mapping[str, object], settings: Mapping[str, object], where: str = "tune"
) -> Space:
    """A space from nested mappings such as a TOML file's.

    Args:
        tree: `{"model": {"dropout": {"low": 0.1, "high": 0.5}}}`; a list has choices.
        settings: Nested settings of every trial, `task` among them.
        where: What error messages start with, e.g. the file's name.
    Raises:
        ConfigError: A key is unknown, or a range or a value in it is none of the setting's.
    """
    task = config_from(settings, where).task
    dimensions = []
    for section, keys in tree.items():
        if section not in SECTION_NAMES:
            raise ConfigError(f"{where}: {unknown(section, set(SECTION_NAMES), '')}")
        if not isinstance(keys, Mapping):
            raise ConfigError(f"{where}: `{section}` must be a section, got {shown(keys)}.")
        for key, given in keys.items():
            dimensions.append(_dimension(f"{section}.{key}", given, task, where))
    return Space(tuple(dimensions), settings, where)


def _dimension(name: str, given: object, task: str, where: str) -> Dimension:
    """One dimension of a TOML file."""
    if isinstance(given, list | tuple):
        if len(given) < 2 or not all(isinstance(v, bool | int | float | str) for v in given):
            raise ConfigError(f"{where}: `{name}` must be a list of 2 values or more, got {given}.")
        return Dimension(name, choices=tuple(given))
    if not isinstance(given, Mapping) or not {"low", "high"} <= {*given}:
        raise ConfigError(f"{where}: `{name}` must be {_RANGE}, got {shown(given)}.")
    more = [str(key) for key in given if key not in ("low", "high", "step", "log")]
    if more:
        raise ConfigError(
            f"{where}: {unknown(more[0], {'low', 'high', 'step', 'log'}, name + '.')}"
        )
    low, high, step, log = (given.get(key) for key in ("low", "high", "step", "log"))
    for key, value in (("low", low), ("high", high), ("step", step)):
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number and (key != "step" or value is not None):
            raise ConfigError(f"{where}: `{name}.{key}` must be a number, got {shown(value)}.")
    if not isinstance(log, bool | None):
        raise ConfigError(f"{where}: `{name}.log` must be true or false, got {shown(log)}.")
    assert isinstance(low, int | float)
    assert isinstance(high, int | float)
    whole = _is_whole(task, name)
    if whole is None:
        raise ConfigError(f"{where}: `{name}` must be a list of values, got a range.")
    if not whole:
        low, high = float(low), float(high)
    elif any(v is not None and v != int(v) for v in (low, high, step)):
        raise ConfigError(f"{where}: `{name}` must have whole numbers, got {shown(dict(given))}.")
    else:
        low, high = int(low), int(high)
    if low >= high or (log and (low <= 0 or step is not None)):
        raise ConfigError(
            f"{where}: `{name}` must have low < high, and with log = true low > 0 and no step, "
            f"got {shown(dict(given))}."
        )
    if step is not None:
        assert isinstance(step, int | float)
        steps = (high - low) / step if step > 0 else 0.5
        if abs(steps - round(steps)) > 1e-9 or round(steps) < 1:
            raise ConfigError(
                f"{where}: `{name}.step` must divide high - low, got {shown(dict(given))}."
            )
    return Dimension(name, low=low, high=high, step=step, log=bool(log))


def _is_whole(task: str, name: str) -> bool | None:
    """Whether a setting is a whole number; `None` if it is none; True for unknown ones."""
    section, _, key = name.partition(".")
    if name in _SHORT:
        return None
    for architecture in sections_of(task).models:
        hint = _hints(task, section, architecture).get(key)
        if hint is not None:
            kind = next(a for a in (*get_args(hint), hint) if a is not NoneType)
            return True if kind is int else False if kind is float else None
    return False


def _hints(task: str, section: str, architecture: str) -> dict[str, Any]:
    """The types of a section's settings."""
    sections = sections_of(task)
    cls = sections.models[architecture] if section == "model" else getattr(sections, section)
    hints = get_type_hints(cls)
    return {field.name: hints[field.name] for field in fields(cls)}


def _section_of(name: str) -> str:
    return name.partition(".")[0]


def _section(tree: Mapping[str, object], name: str) -> Mapping[str, object]:
    found = tree.get(name, {})
    return found if isinstance(found, Mapping) else {}
