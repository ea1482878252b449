"""The files of a held-out test: what is trained on and what is tested on, written once."""

from collections.abc import Iterable
from pathlib import Path

from ...files import replacing


def write_lines(path: Path, lines: Iterable[str]) -> str:
    """Write lines as UTF-8; return the file's whole path.

    Raises:
        RunError: The file cannot be written.
    """
    return write_text(path, "".join(f"{line}\n" for line in lines))


def write_text(path: Path, text: str) -> str:
    """Write a text as it is; return the file's whole path.

    Raises:
        RunError: The file cannot be written.
    """
    with replacing(path, "compare") as beside:
        beside.write_text(text, encoding="utf-8", errors="surrogatepass", newline="")
    return str(path.resolve())
