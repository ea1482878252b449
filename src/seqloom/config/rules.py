"""The rule of a setting, kept in its field's metadata, and the one check that knows them all.

A section is a `ConfigSection` whose fields are made by `number`, `choice` and `text`. `section`
builds one from a mapping: unknown keys are refused with the nearest name, wrong types and values
out of range with the rule. Checked by `tests/config/test_config.py`.
"""

import difflib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from ..errors import ConfigError
from ..plain import shown

Value = TypeVar("Value")


@dataclass(frozen=True, kw_only=True)
class ConfigSection:
    """Base of the sections: settings with their defaults and rules."""


Own = TypeVar("Own", bound=ConfigSection)


def number(default: Value, low: float, high: float, doc: str) -> Value:
    """A field of a number from `low` to `high`."""
    return field(default=default, metadata={"low": low, "high": high, "doc": doc})


def choice(default: Value, doc: str) -> Value:
    """A field of one of a Literal's values, or of true or false."""
    return field(default=default, metadata={"doc": doc})


def text(default: Value, doc: str) -> Value:
    """A field of any text."""
    return field(default=default, metadata={"doc": doc, "text": True})


def section(cls: type[Own], values: Mapping[str, object], name: str, where: str) -> Own:
    """Build a section from a mapping; what is missing takes its default.

    Args:
        cls: The section's dataclass.
        values: Its keys and values.
        name: What it is called in files, e.g. `model`.
        where: What error messages start with.
    Raises:
        ConfigError: A key is unknown, or a value has the wrong type or is out of range.
    """
    known = {f.name: f for f in fields(cls)}
    hints = get_type_hints(cls)
    out = {}
    for key, value in values.items():
        if key not in known:
            raise ConfigError(f"{where}: {unknown(key, set(known), name + '.')}")
        out[key] = checked(f"{name}.{key}", value, hints[key], known[key].metadata, where)
    return cls(**out)


def checked(name: str, value: object, hint: Any, rule: Mapping[str, Any], where: str) -> object:
    """`value` as the field's type.

    Raises:
        ConfigError: It breaks the field's rule.
    """
    if get_origin(hint) is UnionType or NoneType in get_args(hint):
        if value is None:
            return None
        hint = next(a for a in get_args(hint) if a is not NoneType)
    if get_origin(hint) is Literal:
        return one_of(name, value, get_args(hint), where)
    if hint is float and type(value) is int:
        value = float(value) if abs(value) < 1 << 1023 else math.inf if value > 0 else -math.inf
    if hint is str and type(value) is int:  # `--set data.text_column=2`
        value = str(value)
    if type(value) is not hint:
        kinds = {int: "a whole number", float: "a number", bool: "true or false", str: "a text"}
        raise ConfigError(f"{where}: `{name}` must be {kinds[hint]}, got {shown(value)}.")
    if "low" in rule and not rule["low"] <= value <= rule["high"]:
        low, high = (f"{n:g}" if type(n) is float else n for n in (rule["low"], rule["high"]))
        raise ConfigError(f"{where}: `{name}` must be from {low} to {high}, got {shown(value)}.")
    return value


def check_known(
    cls: type[ConfigSection], values: Mapping[str, object], name: str, where: str
) -> None:
    """Check the values of those keys that a section knows; what a release wrote that has others
    passes.

    Raises:
        ConfigError: A value has the wrong type or is out of range.
    """
    hints = get_type_hints(cls)
    for known in fields(cls):
        if known.name in values:
            key = f"{name}.{known.name}"
            checked(key, values[known.name], hints[known.name], known.metadata, where)


def one_of(name: str, value: object, choices: Iterable[Value], where: str) -> Value:
    """`value`, which must be one of the choices.

    Raises:
        ConfigError: It is not; the message has the nearest choice.
    """
    choices = list(choices)
    if type(value) in map(type, choices):  # 1 is not True
        for one in choices:
            if one == value:
                return one
    names = [str(c) for c in choices]
    near = difflib.get_close_matches(str(value), names, 1)
    fix = f" Did you mean {near[0]}?" if near else ""
    raise ConfigError(
        f"{where}: `{name}` must be one of {', '.join(names)}, got {shown(value)}.{fix}"
    )


def unknown(key: str, known: set[str], prefix: str) -> str:
    """The part of a message that names an unknown key and the nearest known one."""
    near = difflib.get_close_matches(key, sorted(known), n=1, cutoff=0.5)
    names = f"Known: {', '.join(sorted(known))}." if known else "There are none."
    fix = f"Did you mean {prefix}{near[0]}?" if near else names
    return f"`{prefix}{key}` is not a known setting. {fix}"
