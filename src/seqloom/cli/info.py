"""`seqloom info`: what a model file holds."""

from pathlib import Path
from typing import Annotated

import typer


def info(
    model: Annotated[Path, typer.Argument(help="A model file or a run's folder, e.g. runs/words.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show a model's task, sizes, vocabularies and training record.

    \b
    Example:
      seqloom info runs/words
    """
    from ..plain import printable, to_json
    from ..runtime import load
    from .lines import printing

    rows = dict(load(model).describe())
    with printing("info"):
        if as_json:
            print(to_json(rows, indent=2))
            return
        width = max(map(len, rows))
        for name, value in rows.items():
            if isinstance(value, dict):
                value = ", ".join(f"{key} {inner}" for key, inner in value.items())
            print(printable(f"{name:<{width}}  {value}"))
