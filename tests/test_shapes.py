"""The one shape check, and the stand-ins where jaxtyping is not installed."""

import subprocess
import sys

import numpy as np
import pytest

from seqloom.errors import ShapeError
from seqloom.shapes import check_shape


@pytest.mark.parametrize(
    ("shape", "want", "sizes"),
    [
        ((5, 3), "B I", {"I": 3}),
        ((5, 3), "B I", {}),
        ((0, 3), "B I", {"B": 0, "I": 3}),
        ((), "", {}),
        ((5, 3), "B I", {"H": 9}),  # a letter that is not asked for
    ],
)
def test_right_shapes_pass(shape, want, sizes):
    check_shape("cell", "x", np.zeros(shape), want, **sizes)


@pytest.mark.parametrize(
    ("shape", "want", "sizes", "message"),
    [
        ((5, 8), "B I", {"I": 3}, "(B, I=3), got (5, 8)."),
        ((5, 8, 3), "B I", {"I": 3}, "(B, I=3), got (5, 8, 3)."),
        ((3,), "B I", {"I": 3}, "(B, I=3), got (3,)."),
        ((3, 5), "B I", {"B": 5, "I": 3}, "(B=5, I=3), got (3, 5)."),
        ((1,), "", {}, "(), got (1,)."),
    ],
)
def test_wrong_shapes_say_what_was_wrong(shape, want, sizes, message):
    with pytest.raises(ShapeError) as caught:
        check_shape("cell", "x", np.zeros(shape), want, **sizes)
    assert str(caught.value) == f"cell: `x` must have shape {message}"


def test_annotations_say_nothing_without_jaxtyping():
    code = (
        "import sys; sys.modules['jaxtyping'] = None\n"
        ""
        "from seqloom.shapes import Bool, Float, Int\n"
        "assert Float[int, 'B T'] is Int[int, 'B'] is Bool[int, ''] is object\n"
        "import seqloom.runtime"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
