"""Rules for the parts that networks share: recurrent layers, Transformer layers, attention.

A rule says what a tensor is for: a pattern of names, a shape in letters, a sentence. `tensors.py`
puts the rules of a network together.
"""

from typing import NamedTuple

from .sizes import GATES

_BLOCKS = {
    "lstm": "the gates i f g o (H rows each)",
    "gru": "the gates r z n (H rows each)",
    "rnn": "the new state",
}


_SECOND = {
    "lstm": "a second constant, as torch has it",
    "gru": "a second constant; its part for n is multiplied by r",
    "rnn": "a second constant, as torch has it",
}


class Rule(NamedTuple):
    """Names, the shape of their tensors in letters, and what these do."""

    pattern: str
    letters: tuple[str, ...]
    does: str


def cell(before: str, after: str, kind: str, inputs: str, what: str, more: str = "") -> list[Rule]:
    """The four tensors of a recurrent layer; `more` widens the name's end, for directions."""
    rows, block = f"{GATES[kind]} H".removeprefix("1 "), _BLOCKS[kind]
    end = f"{after}{more}"
    return [
        Rule(f"{before}weight_ih{end}", (rows, inputs), f"{what} adds to {block}"),
        Rule(f"{before}weight_hh{end}", (rows, "H"), f"what its last state adds to {block}"),
        Rule(f"{before}bias_ih{end}", (rows,), f"a constant, added to {block}"),
        Rule(f"{before}bias_hh{end}", (rows,), _SECOND[kind]),
    ]


def layers(kind: str, first: str, later: str, what: str) -> list[Rule]:
    """Stacked layers under `encoder.`, in one or both directions."""
    back = "(?:_reverse)?"
    return [
        *cell(r"encoder\.", "_l0", kind, first, f"what {what}", back),
        *cell(r"encoder\.", r"_l[1-9]\d*", kind, later, "what the layer below", back),
    ]


def linear(name: str, rows: str, columns: str, does: str) -> list[Rule]:
    return [
        Rule(rf"{name}\.weight", (rows, columns), does),
        Rule(rf"{name}\.bias", (rows,), "and a constant"),
    ]


def table(name: str, symbols: str, size: str, what: str = "symbol") -> Rule:
    return Rule(name, (symbols, size), f"a vector for each {what}: its row is looked up")


def norm(name: str, size: str) -> list[Rule]:
    return [
        Rule(rf"{name}\.weight", (size,), "normalisation: a factor for each number"),
        Rule(rf"{name}\.bias", (size,), "normalisation: a constant for each number"),
    ]


def heads(name: str, who: str) -> list[Rule]:
    return [
        Rule(
            rf"{name}\.in_proj_weight", ("3 D", "D"), f"{who}: queries, keys, values of all heads"
        ),
        Rule(rf"{name}\.in_proj_bias", ("3 D",), "and their constants"),
        *linear(rf"{name}\.out_proj", "D", "D", "mixes what the heads brought"),
    ]


def transformer_layers(name: str, *, cross: bool = False) -> list[Rule]:
    base = rf"{name}\.\d+"
    return [
        *norm(rf"{base}\.norm1", "D"),
        *heads(rf"{base}\.self_attn", "self-attention"),
        *norm(rf"{base}\.norm2", "D"),
        *(heads(rf"{base}\.multihead_attn", "attention to the source") if cross else []),
        *(norm(rf"{base}\.norm3", "D") if cross else []),
        *linear(rf"{base}\.linear1", "inner", "D", "feed-forward part, widening; then relu"),
        *linear(rf"{base}\.linear2", "D", "inner", "feed-forward part, narrowing"),
    ]


def pool(size: str) -> list[Rule]:
    return [
        Rule(r"pool\.weight_memory", ("A", size), "attention over the states: what is looked for"),
        Rule(r"pool\.bias", ("A",), "and a constant"),
        Rule(r"pool\.weight_score", ("A",), "attention over the states: from there to one score"),
    ]


def decoder(kind: str, name: str) -> list[Rule]:
    """Decoder cells, the lowest of which reads a symbol and a context."""
    return [
        *cell(rf"{name}\.", "", kind, "E + M", "what the last output symbol and the context"),
    ]


def speller() -> list[Rule]:
    return [
        *linear("initial", "layers H", "M", "from the encoder's last state to the decoder's first"),
        *linear("readout", "H", "H + M + E", "joins decoder state, context and last symbol"),
    ]


def additive() -> list[Rule]:
    return [
        Rule(r"attention\.weight_query", ("A", "H"), "what the decoder asks with, from its state"),
        Rule(r"attention\.weight_memory", ("A", "M"), "what a source position answers with"),
        Rule(r"attention\.bias", ("A",), "and a constant"),
        Rule(r"attention\.weight_score", ("A",), "from question and answer to one score"),
    ]
