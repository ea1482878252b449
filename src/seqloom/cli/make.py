"""`seqloom make`: synthetic data for experiments and benchmarks."""

from pathlib import Path
from typing import Annotated

import typer

make = typer.Typer(
    help="Generate synthetic data for experiments and benchmarks.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@make.callback()
def _make() -> None:
    """Generate synthetic data for experiments and benchmarks."""


@make.command()
def negation(
    out: Annotated[Path, typer.Option(help="Output folder, new or empty.")],
    distance: Annotated[
        int,
        typer.Option(
            help="Longest distance of a negation from the words that it negates, in words."
        ),
    ] = 40,
    sentences: Annotated[int, typer.Option(help="Number of training sentences.")] = 20_000,
    seed: Annotated[int, typer.Option(help="Random seed.")] = 1,
) -> None:
    """Review sentences with nested negations that are far apart, for `classify`.

    Columns: text, label, distance, negations. A bag of words classifies half of them correctly.

    \b
    Examples:
      seqloom make negation --out negation
      seqloom make negation --distance 20 --sentences 5000 --out negation
    """
    from ..data.texts.negation import make_negation

    written = make_negation(out, distance=distance, sentences=sentences, seed=seed)
    for name, count in written.items():
        print(f"{out / name}.tsv: {count:,} sentences")


@make.command()
def tones(
    out: Annotated[Path, typer.Option(help="Output folder, new or empty.")],
    count: Annotated[
        int, typer.Option(help="Number of recordings; a tenth of them is the test set.")
    ] = 400,
    seed: Annotated[int, typer.Option(help="Random seed.")] = 0,
) -> None:
    """Recordings with transcripts: numbers dialled on a telephone keypad, for `transcribe`.

    Leaves DIR/train.tsv, DIR/test.tsv and DIR/wav/.

    \b
    Example:
      seqloom make tones --out tones --count 400
    """
    from ..data.speech.tones import make_tones
    from ..errors import ConfigError

    if seed < 0:
        raise ConfigError(f"make: `--seed` must be at least 0, got {seed}.")
    for part, lines in make_tones(out, count=count, seed=seed).items():
        print(f"{out / part}.tsv: {lines} recordings")
