"""The measured figures of the story; files in `docs/story/figures/`.

Pictures of one input are those of `seqloom.inspection.figures`, which `seqloom inspect --figure`
draws too. The drawings of networks are in `drawings/`.
"""

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np

from seqloom.data.texts.negation import ARTICLE
from seqloom.inspection import Layer, Named, Trace
from seqloom.inspection.figures import draw
from seqloom.inspection.figures.alignment import draw_alignments
from seqloom.inspection.figures.style import BLUE, GREEN, ORANGE, paper, plain, save
from seqloom.reference import linear, pooling
from seqloom.reference.functions import log_softmax, softmax

from .arrows import draw_arrows
from .gradients import difference, remembered
from .learning import draw_learning, history
from .measures import (
    CHANGED,
    CODERS,
    KINDS,
    LENGTHS,
    LONG,
    WORD,
    trained_trace,
    untrained_trace,
    word_errors,
)
from .networks import trained

COLOURS = {"context": ORANGE, "attention": BLUE, "transformer": GREEN}
NAMES = {"context": "fixed context", "attention": "attention", "transformer": "Transformer"}


def draw_untrained(figures: Path) -> None:
    """Gradients of untrained networks; the same on every machine."""
    draw(untrained_trace("rnn"), figures / "02-untrained.png", "gradient")
    forget = "LSTM, {} added to the bias of the forget gate: the cell state c"
    rows = {
        "RNN: the state h": untrained_trace("rnn"),
        "LSTM: the cell state c": untrained_trace("lstm"),
        forget.format(1): untrained_trace("lstm", 1.0),
        forget.format(2): untrained_trace("lstm", 2.0),
    }
    sizes = {title: remembered(trace) for title, trace in rows.items()}
    draw_arrows(sizes, LONG.split(), figures / "03-untrained.png")


def draw_negation(figures: Path, runs: Path) -> None:
    """The article's picture: one gradient, or one per time step; and the gates."""
    models = {name: trained(f"negation-{name}", Path(), runs) for name in KINDS}
    draw(bag_trace(models["fully-connected"], ARTICLE), figures / "01-gradient.png", "gradient")
    texts = (LONG, LONG.replace(*CHANGED))
    for number, cell in enumerate(("rnn", "lstm", "gru"), 2):
        trace = trained_trace(models[cell])
        if cell != "lstm":
            draw(trace, figures / f"0{number}-gradient.png", "gradient")
        if cell != "rnn":
            draw(trace, figures / f"0{number}-gates.png", "gates")
    changes = {
        title: difference(*(trained_trace(models[cell], text) for text in texts))
        for title, cell in {"RNN: the state h": "rnn", "LSTM: the cell state c": "lstm"}.items()
    }
    draw_arrows(changes, LONG.split(), figures / "03-memory.png", forward=True)
    names = {"RNN": "negation-rnn-longer", "LSTM": "negation-lstm"}
    learning = {title: history(runs / name) for title, name in names.items()}
    draw_learning(learning, figures / "03-training.png")


def draw_words(figures: Path, data: Path, runs: Path) -> None:
    """Errors by length, an alignment, the heads of a Transformer."""
    errors = {coder: word_errors(coder, data, runs)[1] for coder in CODERS}
    for count, name in enumerate(("05-length", "06-length", "07-length"), 1):
        _by_length({coder: errors[coder] for coder in CODERS[:count]}, figures / f"{name}.png")
    model = trained("words-attention", data, runs)
    draw_alignments([model.align(WORD)], figures / "06-alignment.png")
    heads = heads_trace(trained("words-transformer", data, runs), WORD)
    draw(heads, figures / "07-heads.png", "attention")


def bag_trace(model: Any, text: str) -> Trace:
    """The hidden layer of the mean of the words, and the one gradient it gets."""
    network, symbols = model.network, model.encode(text)
    x = network.embedding[symbols][None].astype(np.float64)
    hidden = np.maximum(
        linear.forward(pooling.mean(x, np.array([len(symbols)])), network.hidden), 0
    )
    log_p = log_softmax(linear.forward(hidden, network.output))
    d_logits = softmax(log_p) - np.eye(2)[[int(log_p[0].argmax())]]
    d_hidden, _ = linear.backward(d_logits, hidden, network.output)
    axes = ("hidden.unit",)
    layer = Layer(name="hidden", kind="fully-connected", steps="", size=hidden.shape[1])
    return Trace(
        **{"task": "classify", "kind": "fully-connected", "input": text, "output": ""},
        labels={"source": tuple(model.parts.reader.symbols(text))},
        layers=(layer,),
        arrays={
            "states/hidden/h": Named(hidden[0], axes),
            "gradient/hidden/h": Named(d_hidden[0], axes),
        },
    )


def heads_trace(model: Any, word: str) -> Trace:
    """What the heads of a Transformer's encoder look at, and nothing else of its trace."""
    trace = model.trace(word, gradients=False, jacobians=False, importance=False)
    wanted = [name for name in trace if name.startswith("attention/encoder.")]
    return dataclasses.replace(trace, layers=(), arrays={name: trace[name] for name in wanted})


def _by_length(errors: dict[str, list[float]], path: Path) -> None:
    """Phone error rate by letters of the word, a curve for each network."""
    from matplotlib.figure import Figure

    with paper():
        figure = Figure(figsize=(5.0, 2.8), layout="constrained")
        axes = figure.subplots()
        places = range(len(LENGTHS))
        for coder, values in errors.items():
            axes.plot(places, values, marker="o", color=COLOURS[coder], label=NAMES[coder])
        axes.set_xticks(places, [f"{low} to {high}" for low, high in LENGTHS[:-1]] + ["12 or more"])
        axes.set_xlabel("letters of the word")
        axes.set_ylabel("phone error rate, %")
        axes.set_ylim(0, 1.1 * max(map(max, errors.values())))
        plain(axes)
        axes.legend(loc="upper left")
        save(figure, path, "draw_words")
