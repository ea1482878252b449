"""What a kind of network is, in words: its idea, its equations, where to look, which chapter.

Equations of cells, attention and Transformer layers are those at the head of the files of
`reference/`, word for word. Checked by `tests/inspection/explain/`.
"""

from importlib import import_module

from ...export.model_file import ModelFile

IDEAS = {
    "fully-connected": (
        "One look at everything, with no memory. What the network sees is made one vector of "
        "a fixed size, and layers of weighted sums turn that into the answer."
    ),
    "rnn": (
        "A state that is updated at each step. It has to hold all that matters of what was "
        "read; each step multiplies it by one matrix and squashes it, so old things fade, and "
        "so does the gradient on its way back."
    ),
    "lstm": (
        "A cell beside the state, which is changed by adding. The forget gate says what share "
        "of it stays, the input gate what is written, the output gate what is shown. Where "
        "the forget gate is near 1, memory and gradient both last."
    ),
    "gru": (
        "A state that is partly kept and partly replaced. The update gate z says how much of "
        "the old state stays; the reset gate r says how much of it the candidate may see. "
        "Fewer numbers than an LSTM, no separate cell."
    ),
    "context": (
        "One network reads the source into a vector of a fixed size, another writes the "
        "output from it. However long the source, everything must fit into that vector."
    ),
    "attention": (
        "The states of all source positions are kept, and at each output step weights, which "
        "sum to 1, say how much of each is read. Nothing has to be squeezed into one vector."
    ),
    "pool": (
        "All states are kept, and weights, which sum to 1, say how much of each is read. They "
        "can be looked at."
    ),
    "transformer": (
        "No recurrence: in each layer, each position asks all others directly and mixes what "
        "they say. Any two positions are one step apart; the price is a table of weights that "
        "grows with the square of the length."
    ),
}
CHAPTERS = {
    "fully-connected": "01-fully-connected",
    "rnn": "02-rnn",
    "lstm": "03-lstm",
    "gru": "04-gru",
    "context": "05-encoder-decoder",
    "attention": "06-attention",
    "pool": "06-attention",
    "transformer": "07-transformer",
}
LOOK = {
    "fully-connected": (
        "Which inputs mattered: which of them moved the answer. There is one gradient, and no "
        "steps."
    ),
    "rnn": "Gradient through time: at which step it has fallen to 1 %, and what was before it.",
    "lstm": (
        "Gates: units whose forget gate stays near 1 carry something; see which step opened "
        "their input gate. Gradient through time: the path along the cell against the path "
        "through the gates."
    ),
    "gru": (
        "Gates: units whose update gate stays near 1 carry something; where it falls, they "
        "are rewritten."
    ),
    "context": (
        "Gradient through time of the encoder: what was lost before the one vector was made."
    ),
    "attention": (
        "Attention: where each output looked; edit a weight and see what it writes then."
    ),
    "pool": "Attention: how much of each input was read.",
    "transformer": (
        "Attention: a matrix for each head and layer; some heads look at neighbours, some at "
        "one kind of symbol."
    ),
}
SHOWN = {  # files of reference/ whose equations are printed
    "fully-connected": ["linear"],
    "rnn": ["rnn"],
    "lstm": ["lstm"],
    "gru": ["gru"],
    "context": [],
    "attention": ["attention"],
    "general": ["attention_luong"],
    "dot": ["attention_luong"],
    "location": ["attention_location"],
    "pool": ["pooling"],
    "transformer": ["transformer", "multi_head", "layer_norm"],
}


def ideas_of(file: ModelFile) -> list[str]:
    """The steps of the story that a network is made of, the first the one that it is named by."""
    model = file.model
    architecture = model.architecture
    if architecture in ("fully-connected", "transformer"):
        found = [architecture]
    elif file.task == "transduce":
        cells = dict.fromkeys([model.encoder_cell, model.decoder_cell])
        found = [model.link, *cells]
    elif architecture == "las":
        found = ["attention", model.cell]
    else:
        found = [model.cell]
    pooled = getattr(model, "pool", None) == "attention"
    looks_back = file.task == "forecast" and getattr(model, "attention", False)
    return found + ["pool"] * (pooled or looks_back)


def equations(file: ModelFile) -> list[tuple[str, str]]:
    """Name of a file of `reference/` and its equations, for each part of a network."""
    names: list[str] = []
    for idea in ideas_of(file):
        if file.task == "forecast" and idea == "pool":
            continue  # its equation is among those of the path
        names += SHOWN[_kind(file) if idea == "attention" else idea]
    return [(f"reference/{name}.py", _equations(name)) for name in dict.fromkeys(names)]


def _kind(file: ModelFile) -> str:
    """Which attention a decoder has."""
    if file.task == "transcribe":
        return "location"
    return "attention" if file.model.attention == "additive" else str(file.model.attention)


def _equations(name: str) -> str:
    """The indented part of the head of a file of `reference/`."""
    head = import_module(f"...reference.{name}", __package__).__doc__ or ""
    lines = head.partition("\nSource:")[0].splitlines()
    kept = [line for line in lines if line.startswith("    ") or not line]
    return "\n".join(kept).strip("\n")
