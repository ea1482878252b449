"""Runs a program on any engine: call after call, each looked at before it is made.

The arguments of an operation, and their kinds, are read off `Ops`.

Checked by `tests/networks/test_program.py`: running what was recorded is the network, bit for bit.
"""

import inspect
import math
from collections.abc import Callable, Mapping
from typing import Any, Literal, get_args, get_origin, get_type_hints

from ..errors import FormatError
from ..reference.attention import AdditiveWeights
from ..reference.attention_location import LocationWeights
from ..reference.attention_luong import LuongWeights
from ..reference.layer_norm import NormWeights
from ..reference.linear import LinearWeights
from ..reference.multi_head import MultiHeadWeights
from ..reference.pooling import PoolWeights
from ..reference.transformer import DecoderLayerWeights, EncoderLayerWeights
from .ops import Module, Ops, Value, Values, Weights
from .program import LARGEST, OpCall, Program, Setting
from .weights import CELL_WEIGHTS

_BORDER = ("value", "numbers")
_WEIGHTS: dict[str, Module] = {
    "linear": LinearWeights,
    "norm": NormWeights,
    "pool_attend": PoolWeights,
    "encoder_layer": EncoderLayerWeights,
    "advance": EncoderLayerWeights,
    "decoder_layer": DecoderLayerWeights,
    "decoder_step": DecoderLayerWeights,
    "project_heads": MultiHeadWeights,
}
_ATTENTION_WEIGHTS: dict[str, Module] = {
    "additive": AdditiveWeights,
    "general": LuongWeights,
    "dot": LuongWeights,
    "location": LocationWeights,
}


def run(
    program: Program,
    entry: str,
    weights: Mapping[str, Weights],
    inputs: Mapping[str, Value],
    ops: Ops,
) -> dict[str, Value]:
    """Run an entry.

    Args:
        program: One that was recorded, or read and validated.
        entry: Name of the entry.
        weights: By name.
        inputs: By name, as the engine wants them.
        ops: The engine.
    Returns:
        The results by name.
    Raises:
        FormatError: A call has other arguments than its operation, or names what is not there.
    """
    line = program.entries[entry]
    values = [inputs[one.name] for one in line.inputs]
    for call in line.calls:
        arguments = _arguments(call, values, weights)
        spread = arguments.pop("parts") if call.op == "join" else ()
        made = leaves(getattr(ops, call.op)(*spread, **arguments))
        if list(call.results) != list(range(len(values), len(values) + len(made))):
            raise _wrong(call, f"its results have the numbers {list(call.results)}")
        values += made
    wrong = [name for name, number in line.results.items() if number >= len(values)]
    if wrong:
        raise FormatError(f"program: result `{wrong[0]}` is a value that is not there.")
    return {name: values[number] for name, number in line.results.items()}


def leaves(tree: Values) -> list[Value]:
    """What stands in a tree of tuples, in order; `None` is nothing."""
    return list(named("", tree).values())


def named(name: str, tree: Values) -> dict[str, Value]:
    """What stands in a tree of tuples, by name: `state.layers.0.h`."""
    if tree is None:
        return {}
    if not isinstance(tree, tuple):
        return {name: tree}
    fields = getattr(tree, "_fields", range(len(tree)))
    return {
        inner: leaf
        for field, part in zip(fields, tree, strict=True)
        for inner, leaf in named(f"{name}.{field}", part).items()
    }


def call_of(op: str, arguments: Mapping[str, Values], results: tuple[int, ...]) -> OpCall:
    """A call from its arguments: values with a `number`, weights with a `name`, plain settings.

    Raises:
        TypeError: A value or a weight is an array.
    """
    values: dict[str, int | tuple[int, ...]] = {}
    weights: dict[str, str] = {}
    settings: dict[str, Setting] = {}
    for name, (kind, _) in SIGNATURES[op].items():
        given = arguments.get(name)
        if kind == "setting":
            settings[name] = given
        elif given is None:
            continue
        elif kind == "value":
            values[name] = _word(given, "number")
        elif kind == "values":
            values[name] = tuple(_word(one, "number") for one in given)
        else:
            weights |= {path: _word(one, "name") for path, one in named(name, given).items()}
    return OpCall(op, values, weights, settings, results)


def _word(value: Value, name: str) -> Any:
    if not hasattr(value, name):
        raise TypeError("record: an array was made outside the operations: no program can have it.")
    return getattr(value, name)


def _arguments(
    call: OpCall, values: list[Value], weights: Mapping[str, Weights]
) -> dict[str, Values]:
    """The arguments of a call, every one of them looked at."""
    if call.op not in SIGNATURES:
        raise _wrong(call, "there is no such operation")
    signature = SIGNATURES[call.op]
    for name in (*call.values, *(n.partition(".")[0] for n in call.weights), *call.settings):
        if name not in signature:
            raise _wrong(call, f"it has no argument `{name}`")
    found: dict[str, Values] = {}
    for name, (kind, hint) in signature.items():
        if kind == "setting":
            if name not in call.settings or not _fits(call.settings[name], hint):
                raise _wrong(call, f"its setting `{name}` is not a {_kind(hint)}")
            found[name] = call.settings[name]
        elif kind == "weights":
            found[name] = _weights(call, name, weights)
        elif name in call.values:
            found[name] = _values(call, name, kind, values)
        elif hint is not None:  # one that must be there
            raise _wrong(call, f"its argument `{name}` is not there")
    return found


def _values(call: OpCall, name: str, kind: str, values: list[Value]) -> Values:
    numbers = call.values[name]
    if isinstance(numbers, int) != (kind == "value"):
        raise _wrong(call, f"its argument `{name}` is not {'one' if kind == 'value' else 'a list'}")
    together = (numbers,) if isinstance(numbers, int) else numbers
    if any(number >= len(values) for number in together):
        raise _wrong(call, f"its argument `{name}` is a value that does not come before it")
    return values[numbers] if isinstance(numbers, int) else tuple(values[n] for n in together)


def _weights(call: OpCall, name: str, weights: Mapping[str, Weights]) -> Weights:
    """The tree of weights that an operation wants."""
    kind = _WEIGHTS.get(call.op)
    if "cell" in call.settings:
        kind = CELL_WEIGHTS[call.settings["cell"]]
    if "attention" in call.settings:
        kind = _ATTENTION_WEIGHTS[call.settings["attention"]]
    wanted = [name] if kind is None else list(_paths(name, kind))
    if call.settings.get("attention") == "dot":
        wanted = []
    if sorted(wanted) != sorted(call.weights):
        raise _wrong(call, f"its weights are not {', '.join(wanted) or 'none'}")
    strange = [one for one in call.weights.values() if one not in weights]
    if strange:
        raise _wrong(call, f"there is no weight `{strange[0]}`")
    arrays = {path: weights[one] for path, one in call.weights.items()}
    return arrays[name] if kind is None else _built(name, kind, arrays)


def _paths(name: str, kind: Module) -> list[str]:
    found = []
    for field, inner in kind.__annotations__.items():
        path = f"{name}.{field}"
        found += _paths(path, inner) if hasattr(inner, "_fields") else [path]
    return found


def _built(name: str, kind: Module, arrays: Mapping[str, Weights]) -> Weights:
    return kind(
        **{
            field: _built(f"{name}.{field}", inner, arrays)
            if hasattr(inner, "_fields")
            else arrays.get(f"{name}.{field}")
            for field, inner in kind.__annotations__.items()
        }
    )


def _signature(function: Callable[..., object]) -> dict[str, tuple[str, Module]]:
    """By argument, its kind and its type; the type of a value that may be absent is `None`."""
    hints = get_type_hints(function, include_extras=True)
    found = {}
    for name, parameter in inspect.signature(function).parameters.items():
        if name == "self":
            continue
        hint, optional = hints[name], False
        if get_origin(hint) is not None and type(None) in get_args(hint):
            left = [one for one in get_args(hint) if one is not type(None)]
            if left[0] in (Value, Values):
                hint, optional = left[0], True
        kinds = {Value: "value", Values: "values", Weights: "weights"}
        kind = next((kinds[one] for one in kinds if hint == one), "setting")
        if parameter.kind is parameter.VAR_POSITIONAL:
            kind = "values"
        found[name] = (kind, None if optional else hint)
    return found


SIGNATURES: dict[str, dict[str, tuple[str, Module]]] = {
    name: _signature(function)
    for name, function in vars(Ops).items()
    if inspect.isfunction(function) and not name.startswith("_") and name not in _BORDER
}


def _fits(value: Setting, hint: Any) -> bool:
    """Whether a setting has its type, and is no larger than an engine need expect."""
    if get_origin(hint) is Literal:
        return type(value) is str and value in get_args(hint)
    if get_args(hint):
        return any(_fits(value, one) for one in get_args(hint))
    if hint is float:
        return type(value) in (int, float) and math.isfinite(value)
    if hint is int:
        return type(value) is int and -LARGEST <= value <= LARGEST
    return type(value) is hint


def _kind(hint: Any) -> str:
    if get_origin(hint) is Literal:
        return f"text of {', '.join(get_args(hint))}"
    words = {int: "whole number", float: "number", bool: "true or false", str: "text"}
    return words.get(hint, "whole number or null")


def _wrong(call: OpCall, what: str) -> FormatError:
    return FormatError(
        f"program: the call of `{call.op}` is wrong: {what}. The file is damaged: write it again."
    )
