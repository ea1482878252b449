"""`seqloom evaluate`: metrics of a model file on test data."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ..plain import printable, to_json
from .command import command
from .options import EvaluateOptions

if TYPE_CHECKING:
    from ..evaluation.model_evaluation import ModelEvaluation
    from ..runtime import Model


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
    from ..files import explaining
    from ..runtime import load
    from .figures import check_figure
    from .lines import printing

    if options.outputs is not None:
        with explaining(options.outputs, "evaluate"):
            options.outputs.absolute().parent.stat()  # before the work, not after it
    model = load(options.model)
    options.check_known(model.file.task)
    check_figure(options.figure, "evaluate")
    with printing("evaluate"):
        _evaluate(model, options)


def _evaluate(model: "Model", options: EvaluateOptions) -> None:
    """Print what an evaluation finds, and write what else is asked for."""
    from ..data.given import aligned
    from ..evaluation.tasks import evaluate, options_of

    own = {name: getattr(options, name) for name in options_of(model.file.task)}
    target = options.target_file
    data = options.file if target is None else aligned(options.file, target)
    found = evaluate(model, data, say=_say, **own)
    if options.as_json:
        print(to_json(found.as_dict(), indent=2))
    else:
        from rich.console import Console

        found.print_on(Console())
    if options.outputs is not None:
        found.write_outputs(options.outputs)
    if options.figure is not None:
        _draw(found, options.figure)


def _say(note: str) -> None:
    print(printable(note), file=sys.stderr)


def _draw(found: "ModelEvaluation", path: Path) -> None:
    """The figure of a task that has one."""
    from ..evaluation.tasks.classify import ClassifyEvaluation
    from ..evaluation.tasks.forecast import ForecastEvaluation

    if isinstance(found, ClassifyEvaluation):
        from ..inspection.figures.confusion import draw_confusion

        draw_confusion(found.scores, path)
    if isinstance(found, ForecastEvaluation):
        from ..inspection.figures.forecasts import draw_errors

        draw_errors(found.scores, path)
