"""`seqloom info`: what a model file holds."""

from dataclasses import dataclass

from .command import ModelOptions, command
from .options import AsJson


@dataclass(frozen=True, kw_only=True)
class InfoOptions(ModelOptions):
    """What `info` is asked."""

    COMMAND = "info"

    as_json: AsJson = False


@command(InfoOptions)
def info(options: InfoOptions) -> None:
    """Show a model's task, sizes, vocabularies and training record.

    \b
    Example:
      seqloom info runs/words
    """
    from ..plain import printable, to_json
    from ..runtime import load
    from .lines import printing

    rows = dict(load(options.model).describe())
    with printing("info"):
        if options.as_json:
            print(to_json(rows, indent=2))
            return
        width = max(map(len, rows))
        for name, value in rows.items():
            if isinstance(value, dict):
                value = ", ".join(f"{key} {inner}" for key, inner in value.items())
            print(printable(f"{name:<{width}}  {value}"))
