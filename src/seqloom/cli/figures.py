"""The option `--figure`, which several tasks have."""

from pathlib import Path

from ..errors import ConfigError
from ..extras import require


def check_figure(path: Path | None, where: str) -> None:
    """Find what is wrong with a figure before the work, not after it.

    Args:
        path: The picture to draw, if any.
        where: The command, for messages.
    Raises:
        ConfigError: No such kind of picture can be drawn, or there is no such folder.
        MissingExtraError: matplotlib is not installed.
    """
    if path is None:
        return
    require(where, "matplotlib")
    from matplotlib.figure import Figure

    known = sorted(Figure().canvas.get_supported_filetypes())
    ending = path.suffix.lstrip(".") or "png"
    if ending not in known:
        raise ConfigError(
            f"{where}: `--figure` must end in one of {', '.join(known)}, got {ending}."
        )
    if not path.absolute().parent.is_dir():
        raise ConfigError(
            f"{where}: the folder of `--figure` {path} does not exist. Make it first."
        )
