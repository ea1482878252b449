"""The application that the commands are registered on."""

from typing import Annotated

import typer

from ..version import __version__
from .compare import compare
from .evaluate import evaluate
from .info import info
from .inspect import inspect
from .make import make
from .predict import predict
from .quantize import quantize
from .train import train
from .tune import tune

app = typer.Typer(
    name="seqloom",
    help="Sequence models with memory: train them from one file, see what they remember, "
    "ship them as one file.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    add_completion=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(train)
app.command()(evaluate)
app.command()(compare)
app.command()(tune)
app.command()(predict)
app.command()(inspect)
app.command()(info)
app.command()(quantize)
app.add_typer(make, name="make")


def _version(wanted: bool) -> bool:
    if wanted:
        print(__version__)
        raise typer.Exit
    return wanted


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass
