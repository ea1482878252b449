"""What plain values out of a file must be: types, ranges and keys, declared once.

    POINT = keys({"x": real(0, 1), "name": text(), "tags": items(text(), most=9)})
    checked(POINT, json.loads(line), "points.jsonl, line 3")

A rule is a function of a value and its name that returns the value, numbers of the right type, or
raises. A key that is not named is refused, a key in `maybe` may be absent. Numbers are never true
or false, and always finite. Settings have rules of their own (`rules.py`), in their dataclasses.
Checked by `tests/config/test_layout.py`.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from types import NoneType
from typing import Any, TypeVar, cast, get_args, get_type_hints

from ..errors import FormatError
from ..plain import JSON, shown

Found = TypeVar("Found")
Other = TypeVar("Other")
Rule = Callable[[object, str], Found]


class _Broken(Exception):
    """A value breaks its rule."""

    def __init__(self, name: str, rule: str, value: object) -> None:
        super().__init__(f"`{name}` must {rule}, got {shown(value)}.")


def checked(rule: Rule[Found], value: object, where: str, name: str = "contents") -> Found:
    """The value, if it keeps the rule.

    Args:
        rule: The rule.
        value: Plain values, as JSON or TOML has them.
        where: What an error message starts with.
        name: What it calls the whole value; keys inside are named by themselves.
    Raises:
        FormatError: It does not; the message names the innermost key.
    """
    try:
        return rule(value, name)
    except _Broken as error:
        raise FormatError(f"{where}: {error}") from None
    except RecursionError:
        raise FormatError(f"{where}: `{name}` must not be nested so deeply.") from None


def whole(low: int, high: int) -> Rule[int]:
    """A whole number."""

    def rule(value: object, name: str) -> int:
        if type(value) is not int or not low <= value <= high:
            raise _Broken(name, f"be a whole number from {low} to {high}", value)
        return value

    return rule


def real(low: float, high: float) -> Rule[float]:
    """A finite number, as a float."""

    def rule(value: object, name: str) -> float:
        if (
            not (type(value) is int or type(value) is float)
            or not low <= value <= high
            or math.isinf(value)
        ):
            raise _Broken(name, f"be a number from {low:g} to {high:g}", value)
        return float(value)

    return rule


def number(value: object, name: str) -> float:
    """Any number, also one that is infinite or NaN."""
    if type(value) is int or type(value) is float:
        return value
    raise _Broken(name, "be a number", value)


def flag(value: object, name: str) -> bool:
    """True or false."""
    if type(value) is not bool:
        raise _Broken(name, "be true or false", value)
    return value


def text(*, least: int = 0) -> Rule[str]:
    """A text that UTF-8 can encode."""

    def rule(value: object, name: str) -> str:
        if type(value) is not str or len(value) < least:
            raise _Broken(name, "be a text" + (" that is not empty" if least else ""), value)
        if not value.isascii() and any("\ud800" <= c <= "\udfff" for c in value):
            raise _Broken(name, "be text that UTF-8 can say", value)
        return value

    return rule


def one_of(*choices: str) -> Rule[str]:
    """One of some texts."""

    def rule(value: object, name: str) -> str:
        if type(value) is not str or value not in choices:
            raise _Broken(name, f"be one of {', '.join(choices)}", value)
        return value

    return rule


def items(one: Rule[Found], *, least: int = 0, most: int = 1_000_000) -> Rule[list[Found]]:
    """A list, each of whose items keeps a rule."""

    def rule(value: object, name: str) -> list[Found]:
        if type(value) is not list or not least <= len(value) <= most:
            count = f"{least}" if least == most else f"{least} to {most}"
            raise _Broken(name, f"be a list of {count} items", value)
        return [one(item, f"{name}.{place}") for place, item in enumerate(value)]

    return rule


def row(*rules: Rule[Found]) -> Rule[list[Found]]:
    """A list with a rule for each item."""

    def rule(value: object, name: str) -> list[Found]:
        if type(value) is not list or len(value) != len(rules):
            raise _Broken(name, f"be a list of {len(rules)} items", value)
        return [
            one(item, f"{name}.{place}")
            for place, (one, item) in enumerate(zip(rules, value, strict=True))
        ]

    return rule


def either(first: Rule[Found], second: Rule[Other]) -> Rule[Found | Other]:
    """A value that keeps one of two rules; the second one's error is shown."""

    def rule(value: object, name: str) -> Found | Other:
        try:
            return first(value, name)
        except _Broken:
            return second(value, name)

    return rule


def keys(
    rules: Mapping[str, Rule[object]],
    maybe: Mapping[str, Rule[object]] | None = None,
    others: Rule[object] | None = None,
) -> Rule[dict[str, Any]]:
    """A table with these keys.

    Args:
        rules: Of the keys that must be there.
        maybe: Of those that may be.
        others: Of all further ones; `None` refuses them.
    """
    known = {**rules, **(maybe or {})}

    def rule(value: object, name: str) -> dict[str, Any]:
        found = _table(value, name)
        missing = [key for key in rules if key not in found]
        if missing:
            raise _Broken(name, f"have `{missing[0]}`", sorted(found))
        more = [key for key in found if key not in known]
        if others is None and more:
            raise _Broken(name, f"have no key but {', '.join(known)}", more[0])
        return {
            key: known.get(key, others or anything)(inner, _inside(name, key))
            for key, inner in found.items()
        }

    return rule


def fields_of(cls: type) -> Rule[dict[str, Any]]:
    """A table of a dataclass's fields: those without a default must be there.

    Whole numbers are from 0 on; the dataclass's own types say the rest.
    """
    kinds: dict[object, Rule[object]] = {
        **{int: whole(0, 1 << 53), float: real(-1.7e308, 1.7e308), bool: flag, str: text()},
    }
    hints = get_type_hints(cls)
    rules = {}
    for one in fields(cls):
        kind = next(a for a in (*get_args(hints[one.name]), hints[one.name]) if a is not NoneType)
        rule = kinds[kind]
        rules[one.name] = either(_none, rule) if NoneType in get_args(hints[one.name]) else rule
    needed = {f.name for f in fields(cls) if f.default is MISSING and f.default_factory is MISSING}
    return keys(
        {name: rule for name, rule in rules.items() if name in needed},
        {name: rule for name, rule in rules.items() if name not in needed},
    )


def _none(value: object, name: str) -> None:
    if value is not None:
        raise _Broken(name, "be null", value)


def table(one: Rule[Found]) -> Rule[dict[str, Found]]:
    """A table with any keys, whose values all keep a rule."""
    name_of = text()

    def rule(value: object, name: str) -> dict[str, Found]:
        return {
            name_of(key, f"{name}: a key"): one(inner, _inside(name, key))
            for key, inner in _table(value, name).items()
        }

    return rule


def elsewhere(value: object, name: str) -> object:
    """Whatever it is: what reads it has checks of its own."""
    return value


def anything(value: object, name: str, depth: int = 8) -> JSON:
    """Plain values: texts, numbers, lists and tables, not nested deeply."""
    if depth == 0:
        raise _Broken(name, "not be nested so deeply", value)
    if type(value) is str:
        return text()(value, name)
    if type(value) is list:
        return [anything(item, f"{name}.{k}", depth - 1) for k, item in enumerate(value)]
    if type(value) is dict:
        return table(lambda inner, key: anything(inner, key, depth - 1))(value, name)
    return cast(JSON, value)  # JSON has nothing else


def _table(value: object, name: str) -> dict[str, object]:
    if type(value) is not dict:
        raise _Broken(name, "be a table", value)
    return value


def _inside(name: str, key: str) -> str:
    return key if name == "contents" else f"{name}.{key}"
