"""Shapes and types are checked while tests run, with jaxtyping's letters only where arrays are."""

from dataclasses import dataclass

import numpy as np
import pytest
from beartype import beartype
from jaxtyping import Float

from seqloom.data.words import split_words
from seqloom.reference.attention_edit import reweigh

from .runtime_types import jaxtyped

checked = jaxtyped(typechecker=beartype)
Array = Float[np.ndarray, "B I"]


@checked
def product(one: Array, other: Float[np.ndarray, "I H"], *, scale: int = 1) -> Array:
    return scale * one @ other


@checked
def listed(every: dict[str, list[Array]]) -> None:
    pass


@checked
def doubled(number: int) -> int:
    return 2 * number


@checked
def later(number: int, other: "NotThere") -> None:
    pass


class Holder:
    @checked
    @classmethod
    def made(cls, number: int) -> int:
        return number

    @checked
    @property
    def size(self) -> int:
        return "a size"


@checked
@dataclass
class Numbers:
    number: int


@checked
@dataclass
class Arrays:
    one: Array
    other: Array


def zeros(*shape):
    return np.zeros(shape)


def inner():
    @checked
    def plain(number: int) -> int:
        return number

    @checked
    def shaped(one: Array, other: Array) -> None:
        pass

    return plain, shaped


def test_what_is_right_passes():
    assert product(zeros(2, 3), zeros(3, 3)).shape == (2, 3)
    listed({"a": [zeros(2, 3)]})
    assert doubled(4) == 8
    later(1, 2)
    assert Holder.made(3) == 3
    assert (Numbers(2).number, Arrays(zeros(2, 3), zeros(2, 3)).one.shape) == (2, (2, 3))


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(lambda: product(zeros(2, 3), zeros(4, 3)), id="letters of two arguments"),
        pytest.param(lambda: product(zeros(2, 3), zeros(3, 4)), id="letters of the result"),
        pytest.param(lambda: product(zeros(2, 3), zeros(3, 3), scale=0.5), id="beside arrays"),
        pytest.param(lambda: listed({"a": [zeros(2)]}), id="an array within"),
        pytest.param(lambda: doubled("a"), id="a type"),
        pytest.param(lambda: later("a", 2), id="beside a class that is not there"),
        pytest.param(lambda: Holder.made("a"), id="a class method"),
        pytest.param(lambda: Holder().size, id="a property"),
        pytest.param(lambda: Numbers("a"), id="a dataclass"),
        pytest.param(lambda: Arrays(zeros(2, 3), zeros(2, 4)), id="letters of a dataclass"),
        pytest.param(lambda: inner()[1](zeros(2, 3), zeros(2, 4)), id="within a function"),
    ],
)
def test_what_is_wrong_is_refused(call):
    with pytest.raises(Exception, match=r"(?i)type.check|violates|violation"):
        call()


def test_a_function_within_another_is_checked_only_where_arrays_are():
    assert inner()[0]("a") == "a"


def test_this_package_is_checked_so():
    with pytest.raises(TypeError, match="violates type hint"):
        split_words(3, lowercase=True)
    with pytest.raises(TypeError, match="Type-check error"):
        reweigh(zeros(2, 3), zeros(2, 4, 5), {0: 0.5})
