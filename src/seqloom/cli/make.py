"""`seqloom make`: data that is generated, for trying a task without a download."""

from pathlib import Path
from typing import Annotated

import typer

make = typer.Typer(
    name="make",
    help="Make data to try a task on.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@make.callback()
def _make() -> None:
    """Make data to try a task on."""


@make.command()
def tones(
    out: Annotated[Path, typer.Option(help="The folder to fill, new or empty.")],
    count: Annotated[int, typer.Option(help="Recordings; a tenth of them for testing.")] = 400,
    seed: Annotated[int, typer.Option(help="Another seed, other recordings.")] = 0,
) -> None:
    """Sound with transcripts: numbers dialled on a telephone's keys, for `transcribe`.

    Leaves DIR/train.tsv, DIR/test.tsv and DIR/wav/.

    \b
    Example:
      seqloom make tones --out tones --count 400
    """
    from ..data.tones import make_tones
    from ..errors import ConfigError

    if seed < 0:
        raise ConfigError(f"make: `--seed` must be at least 0, got {seed}.")
    for part, lines in make_tones(out, count=count, seed=seed).items():
        print(f"{out / part}.tsv: {lines} recordings")
