"""Which functions of seqloom are checked at run time, and by what, while tests run.

`--jaxtyping-packages` decorates every function with `jaxtyping.jaxtyped`, whose bookkeeping of
letters costs more than most functions that it wraps: half of a small training run. Here functions
whose annotations name an array keep it. All others get beartype alone, which checks the same
types. A function made within another is decorated at each call of the outer one, which costs more
than either; it is checked only if it names an array. Checked by `tests/test_runtime_types.py`.
"""

import inspect
from collections.abc import Callable
from dataclasses import is_dataclass
from typing import Any, get_args, get_type_hints

import jaxtyping

with_shapes = jaxtyping.jaxtyped


def jaxtyped(one: Any = None, *, typechecker: Any) -> Any:
    """Stands for `jaxtyping.jaxtyped` where its import hook decorates functions and classes."""
    if one is None:
        return lambda one: jaxtyped(one, typechecker=typechecker)
    if inspect.isclass(one):
        if not is_dataclass(one) or named(one.__init__):
            return with_shapes(one, typechecker=typechecker)
        one.__init__ = typechecker(one.__init__)  # type: ignore[misc]
        return one
    function = plain(one)
    if named(function):
        return with_shapes(one, typechecker=typechecker)
    nested = "<locals>" in function.__qualname__
    return one if nested or not function.__annotations__ else typechecker(one)


def plain(one: Any) -> Callable[..., Any]:
    """The function within a property, a class method or a static one."""
    if isinstance(one, property):
        return one.fget  # type: ignore[return-value]
    return one.__func__ if isinstance(one, (classmethod, staticmethod)) else one


def named(function: Callable[..., Any]) -> bool:
    """Whether annotations name an array, or a class that is not there yet, which may be one."""
    try:
        hints = get_type_hints(function)
    except (NameError, TypeError):
        return True
    return any(map(is_array, hints.values()))


def is_array(hint: Any) -> bool:
    """Whether an annotation has a shape anywhere in it."""
    if inspect.isclass(hint) and issubclass(hint, jaxtyping.AbstractArray):
        return True
    return any(map(is_array, get_args(hint)))
