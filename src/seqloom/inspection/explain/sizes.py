"""The letters of a model's shapes with their numbers: `E 8  size of a symbol's vector`.

The letters are those of `shapes.py` and `docs/format.md`; `inner`, `query`, `layers`, `window` and
`filter` are words, where no letter is free. Checked by `tests/inspection/explain/`, which holds the
shape of every tensor of every architecture against them.
"""

from typing import Any, NamedTuple

from ...config.forecast import OUTPUT_SIZES
from ...export.model_file import ModelFile

GATES = {"lstm": 4, "gru": 3, "rnn": 1}
STATE_ARRAYS = {"lstm": 2, "gru": 1, "rnn": 1}
STEP_VECTOR = 16  # of a forecaster that says all steps at once


class Size(NamedTuple):
    """A number and what it counts."""

    number: int
    meaning: str


def sizes(file: ModelFile) -> dict[str, Size]:
    """Each letter of the shapes of a model's tensors."""
    return {**_TASKS[file.task](file), **_network(file.model)}


def _network(model: Any) -> dict[str, Size]:
    """What the settings say of themselves."""
    found = {}
    transformer = model.architecture == "transformer"
    if hasattr(model, "embedding_size"):
        found["E"] = Size(model.embedding_size, "size of a symbol's vector")
    letter = "D" if transformer else "H"
    found[letter] = Size(
        model.hidden_size, "size of a state" if letter == "H" else "size of a place"
    )
    if transformer:
        found["N"] = Size(model.num_heads, "attention heads")
        found["inner"] = Size(model.feedforward_size, "width inside the feed-forward part")
    if hasattr(model, "attention_size"):
        found["A"] = Size(model.attention_size, "width of the attention")
    if hasattr(model, "window"):
        found["window"] = Size(model.window, "symbols that the network sees")
    return found


def _classify(file: ModelFile) -> dict[str, Size]:
    model = file.model
    found = {
        "V": Size(len(file.parts.reader.vocabulary), "symbols it knows"),
        "C": Size(len(file.parts.labels), "classes"),
    }
    if model.architecture != "fully-connected":
        both = 1 + getattr(model, "bidirectional", False)
        found["M"] = Size(model.hidden_size * both, "size of a state that is pooled")
    return found


def _transduce(file: ModelFile) -> dict[str, Size]:
    model, parts = file.model, file.parts
    found = {
        "Vs": Size(len(parts.source), "source symbols"),
        "Vt": Size(len(parts.target), "target symbols"),
    }
    if model.architecture == "recurrent":
        found["M"] = Size(model.hidden_size * (1 + model.bidirectional), "size of an encoder state")
        arrays = model.decoder_layers * STATE_ARRAYS[model.decoder_cell]
        found["layers"] = Size(arrays, "arrays of the decoder's state, all layers")
    return found


def _generate(file: ModelFile) -> dict[str, Size]:
    return {"V": Size(len(file.parts.vocabulary), "symbols it knows")}


def _transcribe(file: ModelFile) -> dict[str, Size]:
    model, parts = file.model, file.parts
    both = 1 + getattr(model, "bidirectional", True)
    found = {
        "F": Size(parts.features.size, "features of a step of sound"),
        "V": Size(len(parts.text), "symbols of a transcript"),
        "M": Size(model.hidden_size * both, "size of an encoder state"),
    }
    if model.architecture == "las":
        found["R"] = Size(model.filters, "filters over where the decoder looked last")
        found["filter"] = Size(model.filter_width, "positions that a filter sees")
        found["layers"] = Size(STATE_ARRAYS[model.cell], "arrays of the decoder's state")
    return found


def _forecast(file: ModelFile) -> dict[str, Size]:
    model, parts = file.model, file.parts
    found = {
        "W": Size(parts.scaling.window, "most steps of the past"),
        "T": Size(parts.horizon, "steps of the future"),
        "P": Size(parts.past_size, "features of a step of the past"),
        "F": Size(parts.future_size, "features of a step of the future"),
        "S": Size(parts.static_size, "features of the series"),
        "O": Size(OUTPUT_SIZES[model.output], "numbers said of a step"),
    }
    if model.architecture == "fully-connected":
        return found
    if model.architecture == "recurrent":
        along = parts.future_size + parts.static_size
        size = model.hidden_size + along + STEP_VECTOR * (model.decode == "direct")
        found["query"] = Size(size, "what is known of a step of the future")
        found["layers"] = Size(STATE_ARRAYS[model.cell], "arrays of the decoder's state")
    return found


_TASKS = {
    "classify": _classify,
    "transduce": _transduce,
    "generate": _generate,
    "transcribe": _transcribe,
    "forecast": _forecast,
}
