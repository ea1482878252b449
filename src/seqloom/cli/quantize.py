"""`seqloom quantize`: a smaller model file, and what that costs."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from .choices import DTYPES, listed, one_of
from .command import ModelOptions, command, option
from .options import AsJson

NONE = "none"  # of --keep


@dataclass(frozen=True, kw_only=True)
class QuantizeOptions(ModelOptions):
    """What `quantize` is asked."""

    COMMAND = "quantize"

    out: Annotated[Path, option("The model file to write.")]
    data: Annotated[
        str | None,
        option("Data in the format of the training data: measure on them what rounding costs."),
    ] = None
    dtype: Annotated[
        str,
        option(f"What weights are rounded to: {listed(DTYPES)}.", complete=one_of(DTYPES)),
    ] = "int8"
    keep: Annotated[
        list[str] | None,
        option(
            "Keep this weight in float32, not those whose rounding costs most; none: keep none. "
            "Repeatable."
        ),
    ] = None
    as_json: AsJson = False


@command(QuantizeOptions)
def quantize(options: QuantizeOptions) -> None:
    """Round a model's weights to int8 or float16: a file of a quarter or half of the size.

    Weights whose rounding costs more than a limit stay in float32. With --data the costs are
    measured on the data, and the scores of both models are printed.

    \b
    Examples:
      seqloom quantize runs/words --out words-int8.safetensors --data test.tsv
      seqloom quantize runs/words --out words-half.safetensors --dtype float16
      seqloom quantize runs/words --out small.safetensors --keep output.weight
    """
    from ..plain import printable, to_json
    from ..quantisation import quantize as made
    from .lines import printing

    keep = [name for name in options.keep if name != NONE] if options.keep else None
    found = made(
        options.model,
        options.out,
        data=options.data,
        dtype=options.dtype,
        keep=keep,
        say=lambda note: print(printable(note), file=sys.stderr),
    )
    with printing("quantize"):
        if options.as_json:
            print(to_json(found.as_dict(), indent=2))
        else:
            from rich.console import Console

            found.print_on(Console())
