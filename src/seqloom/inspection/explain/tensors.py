"""What each tensor of a model file is for: the rules of every network.

Checked by `tests/inspection/explain/`: every tensor of every architecture has a rule, and the shape
that the rule says is true.
"""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from ...export.model_file import ModelFile
from .pieces import (
    Rule,
    additive,
    cell,
    decoder,
    layers,
    linear,
    norm,
    pool,
    speller,
    table,
    transformer_layers,
)

_STACKED = r"\d"  # in patterns that are for any layer of a stack


class Explained(NamedTuple):
    """A tensor: its name, its shape in letters, and what it does."""

    name: str
    letters: tuple[str, ...]
    does: str


def explained(file: ModelFile) -> list[Explained]:
    """Every tensor of a model, in the order in which an input meets them."""
    rules = _RULES[file.task, file.model.architecture](file.model)
    return [one for _, one in sorted(_find(rules, name) for name in file.tensors)]


def _find(rules: list[Rule], name: str) -> tuple[tuple[int, int, int], Explained]:
    """What a tensor is, and its place: of its stack of layers, its layer, within the layer."""
    for place, rule in enumerate(rules):
        if not re.fullmatch(rule.pattern, name):
            continue
        first, layer = place, 0
        if _STACKED in rule.pattern:
            number = re.search(r"\d+", name)
            layer = int(number[0]) if number else 0
            while first and _STACKED in rules[first - 1].pattern:
                first -= 1
        back = "; of the layer that reads from the end" if name.endswith("_reverse") else ""
        return (first, layer, place), Explained(name, rule.letters, rule.does + back)
    raise KeyError(name)  # a reader of model files refused it before


def _classify_recurrent(model: Any) -> list[Rule]:
    return [
        table(r"embedding\.weight", "V", "E"),
        *layers(model.cell, "E", "M", "a symbol"),
        *pool("M"),
        *linear("output", "C", "M", "from the text's vector to a score for each class"),
    ]


def _classify_connected(model: Any) -> list[Rule]:
    return [
        table(r"embedding\.weight", "V", "E"),
        *linear("hidden", "H", "E", "from the mean of the vectors to the hidden layer; then relu"),
        *linear("output", "C", "H", "from the hidden layer to a score for each class"),
    ]


def _classify_transformer(model: Any) -> list[Rule]:
    return [
        table(r"embedding\.weight", "V", "D"),
        *transformer_layers("encoder"),
        *norm("norm", "D"),
        *pool("D"),
        *linear("output", "C", "D", "from the text's vector to a score for each class"),
    ]


def _transduce_recurrent(model: Any) -> list[Rule]:
    upper = cell(r"cells\.[1-9]\d*\.", "", model.decoder_cell, "H", "what the layer below")
    return [
        table(r"source_embedding\.weight", "Vs", "E", "source symbol"),
        *layers(model.encoder_cell, "E", "M", "a source symbol"),
        *speller()[:2],
        table(r"target_embedding\.weight", "Vt", "E", "target symbol"),
        *additive(),
        Rule(r"attention\.weight", ("H", "M"), "compares decoder state and source position"),
        *decoder(model.decoder_cell, r"cells\.0"),
        *upper,
        *speller()[2:],
        *linear("output", "Vt", "H", "from there to a score for each target symbol"),
    ]


def _transduce_transformer(model: Any) -> list[Rule]:
    shared = "; the output matrix too"
    target = table(r"target_embedding\.weight", "Vt", "D", "target symbol")
    return [
        table(r"source_embedding\.weight", "Vs", "D", "source symbol"),
        *transformer_layers("encoder"),
        *norm("encoder_norm", "D"),
        target._replace(does=target.does + shared),
        *transformer_layers("decoder", cross=True),
        *norm("decoder_norm", "D"),
        Rule("output_bias", ("Vt",), "a constant for each target symbol"),
    ]


def _generate_recurrent(model: Any) -> list[Rule]:
    tied = "; the output matrix too" if model.tie_weights else ""
    rows = table(r"embedding\.weight", "V", "E")
    return [
        rows._replace(does=rows.does + tied),
        *cell(r"layers\.0\.", "_l0", model.cell, "E", "what a symbol"),
        *cell(r"layers\.[1-9]\d*\.", "_l0", model.cell, "H", "what the layer below"),
        *norm(r"norms\.\d+", "H"),
        Rule(r"tied\.weight", ("E", "H"), "from the state to the size of a symbol's vector"),
        Rule(r"output\.weight", ("V", "H"), "from the state to a score for each next symbol"),
        Rule("output_bias", ("V",), "a constant for each symbol"),
    ]


def _generate_transformer(model: Any) -> list[Rule]:
    rows = table(r"embedding\.weight", "V", "D")
    return [
        rows._replace(does=rows.does + "; the output matrix too"),
        *transformer_layers("layers"),
        *norm("norm", "D"),
        Rule("output_bias", ("V",), "a constant for each symbol"),
    ]


def _generate_window(model: Any) -> list[Rule]:
    return [
        table(r"embedding\.weight", "V", "E"),
        *linear("hidden", "H", "window E", "from the window's vectors, side by side; then tanh"),
        *linear("output", "V", "H", "from the hidden layer to a score for each next symbol"),
    ]


def _transcribe_ctc(model: Any) -> list[Rule]:
    return [
        *layers(model.cell, "F", "M", "a step of sound"),
        *linear("output", "V", "M", "from a state to a score for each symbol and the blank"),
    ]


def _transcribe_las(model: Any) -> list[Rule]:
    back, higher = "(?:_reverse)?", r"layers\.[1-9]\d*\."
    return [
        *cell(r"layers\.0\.", "_l0", model.cell, "F", "what a step of sound", back),
        *cell(higher, "_l0", model.cell, "2 M", "what two steps of the layer below", back),
        *speller()[:2],
        table(r"embedding\.weight", "V", "E"),
        *additive(),
        Rule(r"attention\.weight_filter", ("R", "1", "filter"), "filters over the last weights"),
        Rule(r"attention\.weight_location", ("A", "R"), "what the last weights add to a score"),
        *decoder(model.cell, "cell"),
        *speller()[2:],
        *linear("output", "V", "H", "from there to a score for each symbol"),
    ]


def _forecast_recurrent(model: Any) -> list[Rule]:
    read = "query + H" if model.attention else "query"
    return [
        *layers(model.cell, "P + S", "H", "a step of the past"),
        Rule("steps", ("T", "16"), "a learned vector for each step of the future"),
        *linear("initial", "layers H", "H", "from the encoder's last state to the decoder's first"),
        *cell(r"cell\.", "", model.cell, "1 + F + S", "what the step before and the next features"),
        *linear("query", "H", "query", "what a step of the future asks the past"),
        *linear("readout", "H", read, "joins what is known of a step; then relu"),
        *linear("more", "H", "H", "one more layer, added to what it reads"),
        *linear("output", "O", "H", "from there to the numbers said of a step"),
    ]


def _forecast_connected(model: Any) -> list[Rule]:
    return [
        *linear(
            "input", "H", "W P + T F + S", "reads window, horizon and series at once; then relu"
        ),
        *linear(r"blocks\.\d+\.0", "H", "H", "a block: first layer; then relu"),
        *linear(r"blocks\.\d+\.1", "H", "H", "a block: second layer, added to what it read"),
        *linear("output", "T O", "H", "from there to all steps of the future"),
    ]


def _forecast_transformer(model: Any) -> list[Rule]:
    return [
        *linear("past", "D", "P + S", "makes a place of a step of the past"),
        *linear("future", "D", "F + S", "makes a place of a step of the future"),
        Rule("steps", ("T", "D"), "a learned vector for each step of the future"),
        *transformer_layers("layers"),
        *norm("norm", "D"),
        *linear("output", "O", "D", "from a step's place to the numbers said of it"),
    ]


_RULES: dict[tuple[str, str], Callable[[Any], list[Rule]]] = {
    ("classify", "recurrent"): _classify_recurrent,
    ("classify", "fully-connected"): _classify_connected,
    ("classify", "transformer"): _classify_transformer,
    ("transduce", "recurrent"): _transduce_recurrent,
    ("transduce", "transformer"): _transduce_transformer,
    ("generate", "recurrent"): _generate_recurrent,
    ("generate", "transformer"): _generate_transformer,
    ("generate", "fully-connected"): _generate_window,
    ("transcribe", "ctc"): _transcribe_ctc,
    ("transcribe", "las"): _transcribe_las,
    ("forecast", "recurrent"): _forecast_recurrent,
    ("forecast", "fully-connected"): _forecast_connected,
    ("forecast", "transformer"): _forecast_transformer,
}
