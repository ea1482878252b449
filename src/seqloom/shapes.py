"""The letters of our shapes, and the one check that names them.

    B batch    T time (target)    S time (source)    I input size    H hidden size
    G gates (4H, 3H, H)    V vocabulary    D model size    N heads    K head size
    L layers    A attention size    E embedding size    M memory size (encoder output)
    forecast: W window    P past, F future, S static features    O numbers predicted    Q quantiles

A tensor local carries its shape as a suffix, `x_BTI`; a public signature states it as
`Float[Tensor, "B T I"]`. A letter means the same thing in every file. The annotations are
jaxtyping's, which only the tests check and only the `dev` extra installs.
"""

from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from .errors import ShapeError

if TYPE_CHECKING:
    from jaxtyping import Bool, Float, Int
else:
    try:
        from jaxtyping import Bool, Float, Int
    except ImportError:

        class Float:
            """Stands in for jaxtyping's where it is absent: an annotation that says nothing."""

            def __class_getitem__(cls, item: object) -> object:
                return object

        Int = Bool = Float


@runtime_checkable
class HasShape(Protocol):
    """An array of NumPy, a tensor of torch."""

    @property
    def shape(self) -> tuple[int, ...]:
        """The size of each axis."""


__all__ = ["Bool", "Float", "Int", "check_lengths", "check_shape"]


def check_shape(where: str, name: str, array: HasShape, want: str, **sizes: int) -> None:
    """Check that `array` has the shape `want` describes.

    Args:
        where: The class or function the caller used, e.g. `"LSTMCell"`.
        name: The argument's name.
        array: Anything with a `.shape`.
        want: Letters separated by spaces, e.g. `"B I"`.
        **sizes: The letters whose size is known, e.g. `I=8`.

    Raises:
        ShapeError: The rank differs, or a known letter has another size.
    """
    letters = want.split()
    got = tuple(array.shape)
    if len(got) == len(letters) and all(
        sizes.get(letter, n) == n for letter, n in zip(letters, got, strict=True)
    ):
        return
    shown = ", ".join(f"{a}={sizes[a]}" if a in sizes else a for a in letters)
    raise ShapeError(f"{where}: `{name}` must have shape ({shown}), got {got}.")


def check_lengths(
    where: str, lengths: Any, batch_size: int, num_steps: int, *, values: bool = True
) -> None:
    """Check that `lengths` has one whole number from 0 to T per sequence.

    Args:
        where: The class or function the caller used.
        lengths: Real steps per sequence, a tensor or an array.
        batch_size: B.
        num_steps: T.
        values: Else only type and shape are looked at.

    Raises:
        ShapeError: The type, the shape or a number is wrong.
    """
    if getattr(lengths.dtype, "kind", "") not in ("i", "u"):  # an array's, at once
        dtype = str(lengths.dtype).removeprefix("torch.")
        if not dtype.startswith(("int", "uint")):
            raise ShapeError(
                f"{where}: `lengths` are {dtype}, not integers. Pass each sequence's number of "
                "real steps."
            )
    check_shape(where, "lengths", lengths, "B", B=batch_size)
    if not values:
        return
    wrong = (lengths < 0) | (lengths > num_steps)
    if bool(wrong.any()):
        raise ShapeError(
            f"{where}: `lengths` must be from 0 to T={num_steps}, got {int(lengths[wrong][0])}."
        )
