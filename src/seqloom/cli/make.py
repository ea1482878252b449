"""`seqloom make`: data made by rule, each a measurement that real data do not allow."""

from pathlib import Path
from typing import Annotated

import typer

make = typer.Typer(
    help="Make data by rule: for trying things out, and for measurements.",
    no_args_is_help=True,
)


@make.callback()
def _make() -> None:
    """Make data by rule: for trying things out, and for measurements."""


@make.command()
def negation(
    out: Annotated[Path, typer.Option(help="The folder of train.tsv, valid.tsv and test.tsv.")],
    distance: Annotated[
        int, typer.Option(help="Longest distance of a negation from the rest, in words.")
    ] = 40,
    sentences: Annotated[int, typer.Option(help="Training sentences.")] = 20_000,
    seed: Annotated[int, typer.Option(help="Seed of all.")] = 1,
) -> None:
    """Review sentences whose meaning hangs on nested negations far apart.

    Columns: text, label, distance, negations. A bag of words is right about half of them.

    \b
    Examples:
      seqloom make negation --out negation
      seqloom make negation --distance 20 --sentences 5000 --out negation
    """
    from ..data.negation import make_negation

    written = make_negation(out, distance=distance, sentences=sentences, seed=seed)
    for name, count in written.items():
        print(f"{out / name}.tsv: {count:,} sentences")
