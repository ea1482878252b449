"""A model file's tensors, handed out by name and shape."""

import numpy as np

from ..errors import FormatError


class Tensors:
    """Gives each tensor once and checks its shape; `finish` finds what nobody asked for."""

    def __init__(self, tensors: dict[str, np.ndarray]) -> None:
        self._left = dict(tensors)

    def take(self, name: str, *shape: int) -> np.ndarray:
        """The tensor `name`, float32.

        Raises:
            FormatError: It is absent, or of another shape or type.
        """
        if name not in self._left:
            raise FormatError(
                f"model file: tensor `{name}` is missing. The file's settings and "
                "tensors do not fit together: write it again."
            )
        array = self._left.pop(name)
        if array.shape != shape or array.dtype != np.float32:
            raise FormatError(
                f"model file: tensor `{name}` must be float32 {shape}, got {array.dtype} "
                f"{array.shape}. The file's settings and tensors do not fit together: write it "
                "again."
            )
        return array

    def finish(self) -> None:
        """Raise a FormatError if a tensor was not taken."""
        if self._left:
            raise FormatError(
                f"model file: every tensor must belong to the network, got {sorted(self._left)[0]}"
                f" and {len(self._left) - 1} more that do not. Write the file again."
            )
