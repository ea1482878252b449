"""All settings of a run, and the ways in and out: nested mappings, TOML, `--set`.

    task = "transduce"        what the model does; it picks the sections' classes
    [data]                    how the user's files are read and batched
    [model]                   the network; `architecture` picks the class
    [training]                the length of the run and the optimiser
    [decoding]                how an output is searched for

`tasks.py` has the classes of each task. Checked by `tests/config/test_config.py`.
"""

import contextlib
import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import ConfigError
from ..plain import shown
from ..tasks import TASKS
from .rules import one_of, section, unknown
from .sections import sections_of
from .training import TrainingConfig

SECTION_NAMES = ("data", "model", "training", "decoding")


@dataclass(frozen=True, kw_only=True)
class Config:
    """All settings of a run; `config_from` makes one.

    Attributes:
        task: What the model does, a key of `TASKS`.
        data, model, training, decoding: The sections, of the task's own classes.
    """

    task: str
    data: Any
    model: Any
    training: TrainingConfig
    decoding: Any


def config_from(tree: Mapping[str, object], where: str = "config") -> Config:
    """Build a `Config` from nested mappings such as a TOML file's.

    Args:
        tree: `{"task": "transduce", "model": {"hidden_size": 512}, ...}`; what is missing takes
            its default.
        where: What error messages start with, e.g. the recipe's name.
    Raises:
        ConfigError: A key is unknown, or a value has the wrong type or is out of range.
    """
    given: dict[str, Mapping[str, object]] = {name: {} for name in SECTION_NAMES}
    for name, values in tree.items():
        if name == "task":
            continue
        if name not in SECTION_NAMES:
            raise ConfigError(f"{where}: {unknown(name, {'task', *SECTION_NAMES}, '')}")
        if not isinstance(values, Mapping):
            raise ConfigError(f"{where}: `{name}` must be a section, got {shown(values)}.")
        given[name] = values
    task = one_of("task", tree.get("task", "transduce"), TASKS, where)
    sections = sections_of(task)
    named = given["model"].get("architecture", next(iter(sections.models)))
    architecture = one_of("model.architecture", named, sections.models, where)
    return Config(
        task=task,
        data=section(sections.data, given["data"], "data", where),
        model=section(sections.models[architecture], given["model"], "model", where),
        training=section(sections.training, given["training"], "training", where),
        decoding=section(sections.decoding, given["decoding"], "decoding", where),
    )


def merge(*trees: Mapping[str, object]) -> dict[str, object]:
    """Lay nested mappings over one another; the last one wins, key by key."""
    out: dict[str, object] = {}
    for tree in trees:
        for key, value in tree.items():
            before = out.get(key)
            if isinstance(value, Mapping) and isinstance(before, Mapping):
                out[key] = merge(before, value)
            else:
                out[key] = dict(value) if isinstance(value, Mapping) else value
    return out


def parse_assignments(assignments: list[str]) -> dict[str, object]:
    """Turn `["model.hidden_size=512"]` into `{"model": {"hidden_size": 512}}`."""
    tree: dict[str, object] = {}
    for text in assignments:
        name, equals, value = text.partition("=")
        home, dot, key = name.strip().partition(".")
        if not (equals and dot and home and key):
            raise ConfigError(
                f"config: `--set` must be SECTION.KEY=VALUE, got {text!r}."
                " Write for example --set model.hidden_size=512."
            )
        tree = merge(tree, {home: {key: _literal(value.strip())}})
    return tree


def read_toml(path: Path) -> dict[str, object]:
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
        raise ConfigError(f"config: `{path}` cannot be read: {error.strerror}.") from error
    except ValueError as error:  # TOMLDecodeError, UnicodeDecodeError
        raise ConfigError(f"config: `{path}` is not TOML: {error}.") from error
    except RecursionError as error:
        raise ConfigError(f"config: `{path}` is nested too deeply.") from error


def to_tree(config: Config) -> dict[str, Any]:
    """The settings as nested dictionaries of plain values, `None` left out."""
    tree: dict[str, Any] = {"task": config.task}
    for name in SECTION_NAMES:
        values = dataclasses.asdict(getattr(config, name))
        tree[name] = {key: value for key, value in values.items() if value is not None}
    return tree


def to_toml(config: Config, comments: Mapping[str, str] | None = None) -> str:
    """Write the settings as TOML that `read_toml` reads back to the same `Config`.

    Args:
        comments: A remark for a key, e.g. `{"training.steps": "from minutes = 5"}`.
    """
    tree = to_tree(config)
    lines = [f"task = {json.dumps(config.task)}", ""]
    for name in SECTION_NAMES:
        lines.append(f"[{name}]")
        for key, value in tree[name].items():
            remark = (comments or {}).get(f"{name}.{key}")
            lines.append(f"{key} = {_toml(value)}" + (f"  # {remark}" if remark else ""))
        lines.append("")
    return "\n".join(lines)


def _toml(value: object) -> str:
    """A JSON string, number or boolean, which is a TOML one but for two things.

    TOML escapes no surrogates, so all beyond ASCII stands for itself; and it wants DEL escaped.
    """
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _literal(text: str) -> str | bool | float:
    """A `--set` value: number or boolean where it reads as one, else the text itself."""
    if text in ("true", "false"):
        return text == "true"
    for kind in (int, float):
        with contextlib.suppress(ValueError):
            return kind(text)
    return text
