"""`seqloom predict`: one line in, one line out, in order."""

from pathlib import Path
from typing import Annotated

import typer


def predict(
    model: Annotated[Path, typer.Argument(help="A model file, e.g. runs/words/best.safetensors.")],
    texts: Annotated[
        list[str] | None,
        typer.Argument(
            help="Sources; standard input if none. forecast: a CSV with the past.",
            metavar="[TEXT]...",
        ),
    ] = None,
    beam: Annotated[
        int | None, typer.Option(help="Hypotheses kept; 1 is greedy. [default: the model's]")
    ] = None,
    nbest: Annotated[
        int | None, typer.Option(help="Outputs per source, tab-separated. [default: 1]")
    ] = None,
    scores: Annotated[
        bool, typer.Option("--scores", help="A score behind each output: nats per symbol.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per line.")] = False,
    length_penalty: Annotated[
        float | None, typer.Option(help="0 favours short outputs. [default: the model's]")
    ] = None,
    sample: Annotated[
        bool, typer.Option("--sample", help="Draw outputs at random instead of searching.")
    ] = False,
    temperature: Annotated[
        float | None, typer.Option(help="With --sample: below 1 sharpens. [default: 1]")
    ] = None,
    top_k: Annotated[
        int | None, typer.Option(help="With --sample: from the k likeliest symbols only.")
    ] = None,
    top_p: Annotated[
        float | None,
        typer.Option(help="With --sample: from the likeliest symbols that have this share only."),
    ] = None,
    seed: Annotated[int | None, typer.Option(help="With --sample. [default: 0]")] = None,
    length: Annotated[
        int | None, typer.Option(help="generate: symbols to add. [default: the model's]")
    ] = None,
    level: Annotated[
        int | None, typer.Option(help="forecast: of the interval, 50, 80, 90 or 95 %.")
    ] = None,
    figure: Annotated[
        Path | None, typer.Option(help="forecast: draw history, forecast and interval.")
    ] = None,
    stream: Annotated[
        bool, typer.Option("--stream", help="transcribe: raw 16-bit sound on standard input.")
    ] = False,
) -> None:
    """Predict with a model file. Needs neither PyTorch nor the data.

    A line that comes in goes out at once, so it can stand in a pipe. An empty line stays empty.

    \b
    Examples:
      seqloom predict runs/words/best.safetensors remember attention
      seqloom predict runs/words/best.safetensors --nbest 3 --scores < words.txt
      cut -f1 test.tsv | seqloom predict runs/words/best.safetensors --json > out.jsonl
      seqloom predict runs/sales/best.safetensors sales.csv --figure next.png > forecast.csv
    """
    from ..runtime import load
    from .request import Request
    from .tasks import task_module

    loaded = load(model)
    options = {
        "texts": texts,
        "beam": beam,
        "nbest": nbest,
        "scores": scores,
        "as_json": as_json,
        "length_penalty": length_penalty,
        "sample": sample,
        "temperature": temperature,
        "top_k": top_k,
        "top_p": top_p,
        "length": length,
        "seed": seed,
        "level": level,
        "figure": figure,
        "stream": stream,
    }
    task_module(loaded.file.task).predict(loaded, Request("predict", model, options))
