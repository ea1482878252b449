"""Settings: frozen dataclasses inside, TOML outside.

    [data]      how text is read and batched                     DataConfig
    [model]     the network; `architecture` picks the class      RecurrentConfig | TransformerConfig
    [training]  the length of the run and the optimiser          TrainingConfig
    [decoding]  how an output is searched for                    DecodingConfig

A field's metadata holds its rule, so one function checks them all: unknown keys are refused
with the nearest name, wrong types and values out of range with the rule. Checked by
`tests/test_config.py`.
"""

import dataclasses
import difflib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from .errors import ConfigError

LevelChoice = Literal["auto", "characters", "symbols", "subwords"]
CellName = Literal["rnn", "lstm", "gru"]
Link = Literal["attention", "context"]
Scorer = Literal["additive", "dot", "general"]
Architecture = Literal["recurrent", "transformer"]


def _number(default: Any, low: float, high: float, doc: str) -> Any:
    return field(default=default, metadata={"low": low, "high": high, "doc": doc})


def _choice(default: Any, doc: str) -> Any:
    return field(default=default, metadata={"doc": doc})


@dataclass(frozen=True, kw_only=True)
class DataConfig:
    """How text is read, split and batched."""

    source_level: LevelChoice = _choice("auto", "what one source symbol is")
    target_level: LevelChoice = _choice("auto", "what one target symbol is")
    subword_size: int = _number(8000, 100, 100_000, "symbols of a subword vocabulary")
    min_count: int = _number(1, 1, 1_000_000, "rarer symbols are read as unknown")
    max_symbols: int = _number(500, 1, 5_000, "longest source or target, in symbols")
    valid_fraction: float = _number(0.05, 0.001, 0.5, "share of sources cut off for validation")
    batch_symbols: int | None = _number(
        None, 8, 1_000_000, "source plus target symbols of one batch, padding counted"
    )
    stress: bool = _choice(False, "keep the stress digits of the data set `cmudict`")


@dataclass(frozen=True, kw_only=True)
class RecurrentConfig:
    """A recurrent encoder-decoder: two cells and the link between them."""

    architecture: Literal["recurrent"] = "recurrent"
    encoder_cell: CellName = _choice("lstm", "cell of the encoder")
    decoder_cell: CellName = _choice("lstm", "cell of the decoder")
    link: Link = _choice("attention", "what the decoder sees: all encoder states or one vector")
    attention: Scorer = _choice("additive", "how a decoder state scores an encoder state")
    embedding_size: int = _number(128, 1, 8192, "E, size of a symbol's vector")
    hidden_size: int = _number(256, 1, 8192, "H, size of a state; the encoder's, per direction")
    attention_size: int = _number(128, 1, 8192, "A, width of additive attention")
    encoder_layers: int = _number(2, 1, 16, "recurrent layers of the encoder")
    decoder_layers: int = _number(1, 1, 16, "recurrent layers of the decoder")
    bidirectional: bool = _choice(True, "the encoder reads both ways")
    dropout: float = _number(0.3, 0.0, 0.95, "share of units dropped while training")

    def __post_init__(self) -> None:
        width = self.hidden_size * (2 if self.bidirectional else 1)
        if self.link == "attention" and self.attention == "dot" and width != self.hidden_size:
            raise ConfigError(
                "config: `model.attention` must be additive or general for a bidirectional "
                f"encoder, got dot: states of {self.hidden_size} and {width} have no dot product."
                " Set model.attention=general."
            )


@dataclass(frozen=True, kw_only=True)
class TransformerConfig:
    """An encoder-decoder Transformer."""

    architecture: Literal["transformer"] = "transformer"
    hidden_size: int = _number(256, 2, 8192, "D, size of a state; a multiple of num_heads and 2")
    num_heads: int = _number(4, 1, 64, "N, attention heads")
    feedforward_size: int = _number(1024, 1, 65536, "width of the feed-forward layers")
    encoder_layers: int = _number(3, 1, 48, "encoder layers")
    decoder_layers: int = _number(3, 1, 48, "decoder layers")
    dropout: float = _number(0.1, 0.0, 0.95, "share of units dropped while training")

    def __post_init__(self) -> None:
        if self.hidden_size % self.num_heads or self.hidden_size % 2:
            raise ConfigError(
                "config: `model.hidden_size` must be even and a multiple of "
                f"num_heads={self.num_heads}, got {self.hidden_size}. Change one of the two."
            )


ModelConfig = RecurrentConfig | TransformerConfig
MODEL_CONFIGS: dict[str, type[RecurrentConfig] | type[TransformerConfig]] = {
    "recurrent": RecurrentConfig,
    "transformer": TransformerConfig,
}


@dataclass(frozen=True, kw_only=True)
class TrainingConfig:
    """The length of a run, the optimiser, and when to stop."""

    epochs: float | None = _number(None, 0.01, 100_000, "passes over the training pairs")
    minutes: float | None = _number(None, 0.05, 100_000, "length of the run; becomes steps")
    steps: int | None = _number(None, 1, 1_000_000_000, "optimiser steps")
    seed: int = _number(1, 0, 2**31 - 1, "seed of weights, batches and dropout")
    learning_rate: float | None = _number(None, 1e-7, 10.0, "peak of the schedule")
    warmup: float = _number(0.1, 0.0, 0.9, "share of the steps in which the rate rises")
    weight_decay: float = _number(0.01, 0.0, 1.0, "AdamW's, of weight matrices")
    label_smoothing: float = _number(0.1, 0.0, 0.9, "share of the target spread over all symbols")
    clip_norm: float = _number(1.0, 1e-3, 1e6, "gradients are scaled down to this norm")
    averaging: float = _number(0.998, 0.0, 0.99999, "decay per step of the averaged weights")
    patience: int = _number(15, 1, 100_000, "validations without a better error before stopping")

    def __post_init__(self) -> None:
        given = [n for n in ("epochs", "minutes", "steps") if getattr(self, n) is not None]
        if len(given) > 1:
            raise ConfigError(
                "config: only one of epochs, minutes and steps must be given, got "
                f"{' and '.join(given)}. Drop one; a recipe written by a run carries steps."
            )


@dataclass(frozen=True, kw_only=True)
class DecodingConfig:
    """How an output is searched for; stored in the model file as its default."""

    beam: int = _number(5, 1, 1000, "hypotheses kept; 1 is greedy")
    length_penalty: float = _number(1.0, 0.0, 10.0, "scores are divided by length to this power")


@dataclass(frozen=True, kw_only=True)
class Config:
    """All settings of a run."""

    data: DataConfig = DataConfig()
    model: ModelConfig = RecurrentConfig()
    training: TrainingConfig = TrainingConfig()
    decoding: DecodingConfig = DecodingConfig()


Section = TypeVar("Section")


def config_from(tree: Mapping[str, Any], where: str = "config") -> Config:
    """Build a `Config` from nested mappings such as a TOML file's.

    Args:
        tree: `{"model": {"hidden_size": 512}, ...}`; what is missing takes its default.
        where: What error messages start with, e.g. the recipe's name.
    Raises:
        ConfigError: A key is unknown, or a value has the wrong type or is out of range.
    """
    sections = {f.name for f in fields(Config)}
    for name, values in tree.items():
        if name not in sections:
            raise ConfigError(f"{where}: {_unknown(name, sections, '')}")
        if not isinstance(values, Mapping):
            raise ConfigError(f"{where}: `{name}` must be a section, got {values!r}.")
    model = dict(tree.get("model", {}))
    architecture = model.get("architecture", "recurrent")
    _checked("model.architecture", architecture, Architecture, {}, where)
    return Config(
        data=_section(DataConfig, tree.get("data", {}), "data", where),
        model=_section(MODEL_CONFIGS[architecture], model, "model", where),
        training=_section(TrainingConfig, tree.get("training", {}), "training", where),
        decoding=_section(DecodingConfig, tree.get("decoding", {}), "decoding", where),
    )


def merge(*trees: Mapping[str, Any]) -> dict[str, Any]:
    """Lay nested mappings over one another; the last one wins, key by key."""
    out: dict[str, Any] = {}
    for tree in trees:
        for key, value in tree.items():
            if isinstance(value, Mapping) and isinstance(out.get(key), Mapping):
                out[key] = merge(out[key], value)
            else:
                out[key] = dict(value) if isinstance(value, Mapping) else value
    return out


def parse_assignments(assignments: list[str]) -> dict[str, Any]:
    """Turn `["model.hidden_size=512"]` into `{"model": {"hidden_size": 512}}`."""
    tree: dict[str, Any] = {}
    for text in assignments:
        name, equals, value = text.partition("=")
        section, dot, key = name.strip().partition(".")
        if not (equals and dot and section and key):
            raise ConfigError(
                f"config: `--set` must be SECTION.KEY=VALUE, got {text!r}."
                " Write for example --set model.hidden_size=512."
            )
        tree = merge(tree, {section: {key: _literal(value.strip())}})
    return tree


def read_toml(path: Path) -> dict[str, Any]:
    """Read a recipe.

    Raises:
        ConfigError: The file is absent, unreadable, or not TOML.
    """
    try:
        import tomllib
    except ImportError:  # Python 3.10
        import tomli as tomllib  # type: ignore[import-not-found, no-redef, unused-ignore]
    try:
        return dict(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise ConfigError(f"config: `{path}` must be readable, got {error.strerror}.") from error
    except ValueError as error:  # TOMLDecodeError, UnicodeDecodeError
        raise ConfigError(f"config: `{path}` must be TOML, got {error}.") from error


def to_tree(config: Config) -> dict[str, dict[str, Any]]:
    """The settings as nested dictionaries of plain values, `None` left out."""
    return {
        name: {key: value for key, value in section.items() if value is not None}
        for name, section in dataclasses.asdict(config).items()
    }


def to_toml(config: Config, comments: Mapping[str, str] | None = None) -> str:
    """Write the settings as TOML that `read_toml` reads back to the same `Config`.

    Args:
        comments: A remark for a key, e.g. `{"training.steps": "from minutes = 5"}`.
    """
    lines = []
    for name, section in to_tree(config).items():
        lines.append(f"[{name}]")
        for key, value in section.items():
            remark = (comments or {}).get(f"{name}.{key}")
            # a JSON string, number or boolean is a TOML one
            lines.append(f"{key} = {json.dumps(value)}" + (f"  # {remark}" if remark else ""))
        lines.append("")
    return "\n".join(lines)


def _section(cls: type[Section], values: Mapping[str, Any], name: str, where: str) -> Section:
    known = {f.name: f for f in fields(cls)}  # type: ignore[arg-type]
    hints = get_type_hints(cls)
    out = {}
    for key, value in values.items():
        if key not in known:
            raise ConfigError(f"{where}: {_unknown(key, set(known), name + '.')}")
        out[key] = _checked(f"{name}.{key}", value, hints[key], known[key].metadata, where)
    return cls(**out)


def _checked(name: str, value: Any, hint: Any, rule: Mapping[str, Any], where: str) -> Any:
    """`value` as the field's type, or a ConfigError with the field's rule."""
    if get_origin(hint) is UnionType or NoneType in get_args(hint):
        if value is None:
            return None
        hint = next(a for a in get_args(hint) if a is not NoneType)
    if get_origin(hint) is Literal:
        choices = get_args(hint)
        if value not in choices:
            near = difflib.get_close_matches(str(value), [str(c) for c in choices], 1)
            fix = f" Did you mean {near[0]}?" if near else ""
            raise ConfigError(
                f"{where}: `{name}` must be one of {', '.join(map(str, choices))}, "
                f"got {value!r}.{fix}"
            )
        return value
    if hint is float and type(value) is int:
        value = float(value)
    if type(value) is not hint:
        kind = {int: "a whole number", float: "a number", bool: "true or false"}[hint]
        raise ConfigError(f"{where}: `{name}` must be {kind}, got {value!r}.")
    if "low" in rule and not rule["low"] <= value <= rule["high"]:
        low, high = (f"{n:g}" if type(n) is float else n for n in (rule["low"], rule["high"]))
        raise ConfigError(f"{where}: `{name}` must be from {low} to {high}, got {value!r}.")
    return value


def _unknown(key: str, known: set[str], prefix: str) -> str:
    near = difflib.get_close_matches(key, sorted(known), n=1, cutoff=0.5)
    fix = f"Did you mean {prefix}{near[0]}?" if near else f"Known: {', '.join(sorted(known))}."
    return f"`{prefix}{key}` must be a known setting, got an unknown one. {fix}"


def _literal(text: str) -> Any:
    """A `--set` value: number or boolean where it reads as one, else the text itself."""
    if text in ("true", "false"):
        return text == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
