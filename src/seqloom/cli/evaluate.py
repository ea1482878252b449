"""`seqloom evaluate`: metrics of a model file on test data."""

import dataclasses

from .command import command
from .options import EvaluateOptions


@command(EvaluateOptions)
def evaluate(options: EvaluateOptions) -> None:
    """Measure a model on test data, with confidence intervals and baselines.

    Several targets of one source are alternative references; an output may equal any of them.

    \b
    Examples:
      seqloom evaluate runs/words test.tsv --json --outputs out.tsv
      seqloom evaluate runs/reviews test.tsv --baselines reviews.tsv
      seqloom evaluate runs/sales sales.csv --windows 5
      seqloom evaluate runs/speech test-recordings.tsv
      seqloom evaluate runs/shakespeare end.txt --baselines begin.txt
    """
    from ..export.model_file import model_path
    from ..files import explaining
    from ..runtime import load
    from .lines import printing
    from .tasks import commands_of

    if options.outputs is not None:
        with explaining(options.outputs, "evaluate"):
            options.outputs.absolute().parent.stat()  # before the work, not after it
    options = dataclasses.replace(options, model=model_path(options.model))
    model = load(options.model)
    options.check_known(model.file.task)
    with printing("evaluate"):
        commands_of(model.file.task).evaluate(model, options)
