"""What networks of several tasks share: the names of the cells, the sizes of a Transformer."""

from typing import Literal

from ..errors import ConfigError

CellName = Literal["rnn", "lstm", "gru"]
HeaderChoice = Literal["auto", "yes", "no"]  # whether line 1 of a table names its columns


def check_heads(hidden_size: int, num_heads: int) -> None:
    """Raise a ConfigError unless a Transformer's state can be divided among its heads."""
    if hidden_size % num_heads or hidden_size % 2:
        raise ConfigError(
            "config: `model.hidden_size` must be even and a multiple of "
            f"num_heads={num_heads}, got {hidden_size}. Change one of the two."
        )
