"""How an input runs through a network, step by step, with the names of its tensors.

What is here joins the parts whose equations `words.py` prints; `models/` has the same at the heads
of its files. Checked by `tests/inspection/explain/`: no tensor is named that a model has not.
"""

from collections.abc import Callable
from typing import Any

from ...config import generate, transcribe, transduce
from ...config.classify import ClassifierConfig
from ...config.forecast import ForecasterConfig
from ...export.model_file import ModelFile

POOLS = {
    "last": "y = the state after the last symbol (of each direction)",
    "max": "y = for each unit, the largest of its values over all steps",
    "mean": "y = the mean of the states",
    "attention": "y = sum_j a_j h_j, weights a from `pool` (equations below)",
}


def steps(file: ModelFile) -> list[str]:
    """How an input runs through a network, one line a step, with the names of its tensors."""
    return _TASKS[file.task](file.model, file)


def _count(number: int, what: str) -> str:
    return f"{number} {what}" + "s" * (number != 1)


def _classify(model: ClassifierConfig, file: ModelFile) -> list[str]:
    reader = file.parts.reader
    read = f"the text is split into {reader.level}; each becomes its row of `embedding.weight`"
    if model.architecture == "fully-connected":
        return [
            f"{read}: x_1 ... x_T",
            "their mean: m = (x_1 + ... + x_T) / T; the order of the words is lost here",
            "y = relu(hidden.weight m + hidden.bias)",
            "probabilities = softmax(output.weight y + output.bias), one for each class",
        ]
    if model.architecture == "transformer":
        stack = _count(model.layers, "encoder layer")
        through = f"x_j sqrt(D) + position j, {stack}, then `norm`: states h_1 ... h_T"
    else:
        ways = "from both ends" if model.bidirectional else "from the first to the last"
        through = (
            f"`encoder` reads them {ways}, {_count(model.layers, 'layer')}: states h_1 ... h_T"
        )
    return [
        f"{read}: x_1 ... x_T",
        through,
        POOLS[model.pool],
        "probabilities = softmax(output.weight y + output.bias), one for each class",
    ]


def _transduce(model: transduce.ModelConfig, file: ModelFile) -> list[str]:
    ends = "until `<eos>` wins or the output is too long; the beam keeps the best few outputs"
    read = f"the source is split into {file.parts.source.level}, each its row of `source_embedding`"
    if model.architecture == "transformer":
        return [
            f"{read}, times sqrt(D), plus its position",
            f"{_count(model.encoder_layers, 'encoder layer')}, then `encoder_norm`: the memory",
            "the outputs so far: rows of `target_embedding`, times sqrt(D), plus positions",
            f"{_count(model.decoder_layers, 'decoder layer')}: attention to those outputs and to "
            "the memory; then `decoder_norm`: x",
            "logits = target_embedding.weight x + output_bias: a score for each next symbol",
            f"the likeliest is appended, and so on {ends}",
        ]
    ways = "from both ends" if model.bidirectional else "from the first to the last"
    context = (
        "c_t = attend(s_{t-1}, h_1 ... h_S): a mixture of all source states"
        if model.link == "attention"
        else "c_t = the encoder's last state, the same at every step"
    )
    return [
        read,
        f"`encoder` reads them {ways}: states h_1 ... h_S",
        "s_0 = tanh(initial.weight summary + initial.bias); summary: the encoder's last state",
        context,
        "s_t = cells([target_embedding[y_{t-1}]; c_t], s_{t-1})",
        "r_t = tanh(readout.weight [s_t; c_t; target_embedding[y_{t-1}]] + readout.bias)",
        "logits = output.weight r_t + output.bias: a score for each next symbol",
        f"the likeliest is appended, and so on {ends}",
    ]


def _generate(model: generate.ModelConfig, file: ModelFile) -> list[str]:
    last = "the next symbol is drawn from softmax(logits / temperature), and is read next"
    if model.architecture == "fully-connected":
        return [
            f"the last {model.window} symbols become rows of `embedding.weight`, side by side: x_t",
            "h_t = tanh(hidden.weight x_t + hidden.bias)",
            "logits = output.weight h_t + output.bias",
            last,
        ]
    if model.architecture == "transformer":
        return [
            "each symbol becomes its row of `embedding.weight`, times sqrt(D)",
            f"{_count(model.layers, 'layer')}: a position sees the last {model.context}, the near "
            "ones more",
            "logits = embedding.weight norm(x_t) + output_bias",
            last,
        ]
    tied = "embedding.weight" + (" tied.weight" if "tied.weight" in file.tensors else "")
    return [
        "each symbol becomes its row of `embedding.weight`",
        f"{_count(model.layers, 'layer')} (`layers`): each updates its state"
        + (", and what each passes on is normalised by `norms`" if model.layer_norm else ""),
        f"logits = {tied if model.tie_weights else 'output.weight'} h_t + output_bias",
        last,
    ]


def _transcribe(model: transcribe.ModelConfig, file: ModelFile) -> list[str]:
    setup = file.parts.features
    frames = _count(setup.stack, "frame")
    sound = f"sound becomes {setup.mels} mels per frame, {frames} a step: F features"
    if model.architecture == "ctc":
        return [
            sound,
            f"`encoder`, {_count(model.layers, 'layer')}: states h_1 ... h_T",
            "p_t = softmax(output.weight h_t + output.bias): a symbol or the blank at each step",
            "repeated symbols are joined, blanks dropped: the transcript",
        ]
    return [
        sound,
        f"`layers` read it from both ends; the steps are halved {model.pyramid_layers} times",
        "s_0 = tanh(initial.weight summary + initial.bias); summary: the encoder's last states",
        "c_t = attend(s_{t-1}, states, last weights): a mixture of the states of the sound",
        "s_t = cell([embedding[y_{t-1}]; c_t], s_{t-1})",
        "logits = output.weight tanh(readout.weight [s_t; c_t; embedding[y_{t-1}]] + readout.bias)"
        " + output.bias",
        "the likeliest symbol is appended, and so on until `<eos>` wins",
    ]


def _forecast(model: ForecasterConfig, file: ModelFile) -> list[str]:
    parts = file.parts
    read = (
        f"the last {parts.scaling.window} values at most, scaled by themselves, with their features"
    )
    said = (
        f"each step's numbers ({model.output}) become a forecast and an interval in the user's unit"
    )
    if model.architecture == "fully-connected":
        return [
            f"{read}, the features of the future and of the series: one long vector",
            "x = relu(input.weight that + input.bias)",
            f"x = x + blocks(x), {model.blocks} times",
            "output.weight relu(x) + output.bias: all steps of the future at once",
            said,
        ]
    if model.architecture == "transformer":
        return [
            f"{read}: a place each, by `past`, with its age",
            "each step of the future: a place, by `future` and `steps`",
            f"{_count(model.layers, 'encoder layer')}: every place sees every other",
            "output.weight norm(place of a future step) + output.bias",
            said,
        ]
    lines = [f"{read}: `encoder` reads them, states h_1 ... h_n"]
    if model.decode == "direct":
        lines.append("for step t of the future: q_t = [h_n; steps[t]; its features; the series']")
    else:
        lines += [
            "s_0 = tanh(initial.weight h_n + initial.bias)",
            "s_t = cell([forecast of step t-1; features], s_{t-1}); q_t = [s_t; features]",
        ]
    if model.attention:
        lines.append("c_t = sum_j softmax_j((query.weight q_t + query.bias) . h_j / sqrt H) h_j")
    joined = "[q_t; c_t]" if model.attention else "q_t"
    return [
        *lines,
        f"r_t = relu(readout.weight {joined} + readout.bias)",
        "out_t = output.weight (r_t + relu(more.weight r_t + more.bias)) + output.bias",
        said,
    ]


_TASKS: dict[str, Callable[[Any, ModelFile], list[str]]] = {
    "classify": _classify,
    "transduce": _transduce,
    "generate": _generate,
    "transcribe": _transcribe,
    "forecast": _forecast,
}
