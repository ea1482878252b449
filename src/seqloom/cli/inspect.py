"""`seqloom inspect`: how a model computed one output, as text, HTML page, figure or file."""

import dataclasses

from .command import command, flag_of, given_options
from .options import InspectOptions


@command(InspectOptions)
def inspect(options: InspectOptions) -> None:
    """Show what a model computed: gradients through time, gates, states, attention, importance.

    Needs neither PyTorch nor the training data. Writes one HTML page that opens from disk; the
    model runs in it, so that you can change the input and the attention there.

    \b
    Examples:
      seqloom inspect runs/reviews "not a bad film at all"
      seqloom inspect runs/words remember --figure a.pdf --what attention
      seqloom inspect runs/words remember --trace a.safetensors --json
      seqloom inspect runs/reviews "not bad" --data reviews.tsv --span 0:2
      seqloom inspect runs/words a --data words.tsv --alignments all.jsonl
      seqloom inspect runs/words --explain
    """
    from ..errors import ConfigError
    from ..export.model_file import model_path
    from ..inspection.page import write_page
    from ..plain import printable, to_json
    from ..runtime import load
    from .inspected import PAGE, check_outputs, json_of, searched, summary, write_alignments
    from .lines import printing
    from .tasks import commands_of

    options = dataclasses.replace(options, model=model_path(options.model))
    if options.explain:
        _explain(options)
        return
    if options.given is None:
        raise ConfigError("inspect: INPUT is missing. Give one, or --explain.")
    check_outputs(options)
    model = load(options.model)
    options.check_known(model.file.task)
    trace = commands_of(model.file.task).trace(model, options.given, options)
    if options.data is not None:
        trace = searched(trace, model, options.data, options)
    path = options.page or PAGE
    write_page(trace, path, options.model.read_bytes())
    if options.trace is not None:
        trace.save(options.trace)
    if options.figure is not None:
        from ..inspection.figures import draw

        draw(trace, options.figure, options.what)
    if options.alignments is not None and options.data is not None:
        write_alignments(options.alignments, model, options.data)
    with printing("inspect"):
        if options.as_json:
            print(to_json(json_of(trace), indent=2))
        else:
            print("\n".join(map(printable, summary(trace))))
            print(f"page: {path}")


def _explain(options: InspectOptions) -> None:
    """Print what the model is, in words and with its own numbers."""
    from ..errors import ConfigError
    from ..inspection.explain import explain
    from ..plain import printable
    from ..runtime import load
    from .lines import printing

    for name, _ in given_options(options):
        if name not in ("model", "explain"):
            shown = "INPUT" if name == "given" else f"`--{flag_of(name)}`"
            raise ConfigError(f"inspect: {shown} and --explain exclude each other. Drop one.")
    with printing("inspect"):
        print(printable(explain(load(options.model).file), lines=True))
