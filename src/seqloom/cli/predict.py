"""`seqloom predict`: a model file at work; the task of the model does the rest."""

from typing import TYPE_CHECKING, cast

from .command import command
from .options import PredictOptions

if TYPE_CHECKING:
    from ..runtime.model import Engine


@command(PredictOptions)
def predict(options: PredictOptions) -> None:
    """Predict with a model file: a sequence, a label, a forecast, a transcript or a continuation.

    Needs neither PyTorch nor the training data. Each input line is answered at once, so that the
    command works in pipes.

    \b
    Examples:
      seqloom predict runs/words remember attention
      cut -f1 test.tsv | seqloom predict runs/words --json > out.jsonl
      seqloom predict runs/reviews "a dull, lifeless mess" --scores
      seqloom predict runs/words words.txt --write mfa --nbest 3 --out words.dict
      seqloom predict runs/reviews reviews.csv --write csv --out labelled.csv
      seqloom predict runs/sales sales.csv --figure next.png > next.csv
      seqloom predict runs/speech call.wav
      seqloom predict runs/shakespeare "ROMEO:" --length 500
    """
    from ..runtime import load
    from .tasks import commands_of

    model = load(options.model, engine=cast("Engine", options.engine), threads=options.threads)
    options.check_known(model.file.task)
    commands_of(model.file.task).predict(model, options)
