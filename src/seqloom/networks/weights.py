"""The weights of a network: names, shapes in letters and numbers, what each is for.

A network builds its `WeightTable` once, from settings and sizes; a model file is checked by it and
`inspect --explain` prints it. Its methods return the NamedTuples of `reference/` with a `Weight` at
each place; `Network.bound` puts arrays there. Names are those of the torch modules.

Checked by `tests/networks/test_weights.py`: torch's `state_dict()` has the same names and shapes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..errors import FormatError
from ..reference.attention import AdditiveWeights
from ..reference.attention_location import LocationWeights
from ..reference.attention_luong import LuongWeights
from ..reference.gru import GRUWeights
from ..reference.layer_norm import NormWeights
from ..reference.linear import LinearWeights
from ..reference.lstm import LSTMWeights
from ..reference.multi_head import MultiHeadWeights
from ..reference.pooling import PoolWeights
from ..reference.rnn import RNNWeights
from ..reference.transformer import DecoderLayerWeights, EncoderLayerWeights
from .ops import STATES, Module, Weights

GATES = {"lstm": 4, "gru": 3, "rnn": 1}
STATE_ARRAYS = {cell: len(state._fields) for cell, state in STATES.items()}
CELL_WEIGHTS: dict[str, Module] = {"rnn": RNNWeights, "lstm": LSTMWeights, "gru": GRUWeights}
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


class Size(NamedTuple):
    """A number and what it counts."""

    number: int
    meaning: str


@dataclass(frozen=True)
class Weight:
    """One tensor.

    Attributes:
        name: In a model file.
        letters: Its shape in letters, e.g. `("4 H", "E + M")`.
        shape: The same in numbers.
        does: What it is for.
        int8: True if it may be stored in 8 bits, with a scale for each row.
    """

    name: str
    letters: tuple[str, ...]
    shape: tuple[int, ...]
    does: str
    int8: bool


class WeightTable:
    """The weights of one network, in the order in which an input meets them.

    Attributes:
        sizes: The letters of its shapes.
    """

    def __init__(self, sizes: Mapping[str, Size]) -> None:
        """
        Args:
            sizes: The letters that shapes may use.
        """
        self.sizes = dict(sizes)
        self._weights: dict[str, Weight] = {}

    def __iter__(self) -> Iterator[Weight]:
        return iter(self._weights.values())

    def check(self, tensors: Mapping[str, np.ndarray]) -> None:
        """Raise a FormatError unless a file's tensors are these, float32."""
        for weight in self:
            if weight.name not in tensors:
                raise FormatError(
                    f"model file: tensor `{weight.name}` is missing. The file's settings and "
                    "tensors do not fit together: write it again."
                )
            array = tensors[weight.name]
            if array.shape != weight.shape or array.dtype != np.float32:
                raise FormatError(
                    f"model file: tensor `{weight.name}` must be float32 {weight.shape}, got "
                    f"{array.dtype} {array.shape}. The file's settings and tensors do not fit "
                    "together: write it again."
                )
        stray = sorted(tensors.keys() - self._weights.keys())
        if stray:
            raise FormatError(
                f"model file: every tensor must belong to the network, got {stray[0]} and "
                f"{len(stray) - 1} more that do not. Write the file again."
            )

    def take(self, name: str, *letters: str, does: str, int8: bool = False) -> Weights:
        """One more weight.

        Args:
            name: In a model file.
            *letters: Its shape: sums of products of sizes and numbers, `W P + 1`.
            does: What it is for.
            int8: See `Weight`.
        """
        shape = tuple(self._number(letter) for letter in letters)
        assert name not in self._weights, name
        self._weights[name] = Weight(name, letters, shape, does, int8)
        return self._weights[name]

    def embedding(self, name: str, symbols: str, size: str, what: str, more: str = "") -> Weights:
        """Vectors of symbols."""
        does = f"a vector for each {what}: its row is looked up{more}"
        return self.take(f"{name}.weight", symbols, size, does=does, int8=True)

    def linear(self, name: str, rows: str, columns: str, does: str) -> LinearWeights:
        """`torch.nn.Linear`, from `columns` to `rows`."""
        return LinearWeights(
            weight=self.take(f"{name}.weight", rows, columns, does=does, int8=True),
            bias=self.take(f"{name}.bias", rows, does="and a constant"),
        )

    def norm(self, name: str, size: str) -> NormWeights:
        """`torch.nn.LayerNorm`."""
        return NormWeights(
            weight=self.take(
                f"{name}.weight", size, does="normalisation: a factor for each number"
            ),
            bias=self.take(f"{name}.bias", size, does="normalisation: a constant for each number"),
        )

    def cell(self, kind: str, prefix: str, suffix: str, inputs: str, what: str) -> Weights:
        """A cell named as torch's layers name them, e.g. `encoder.weight_ih_l0`.

        Args:
            kind: `rnn`, `lstm` or `gru`.
            prefix: Of the names.
            suffix: Of the names.
            inputs: Size of the cell's input.
            what: What it reads, in words.
        """
        return self.directions(kind, prefix, suffix, inputs, what, both=False)[0]

    def directions(
        self, kind: str, prefix: str, suffix: str, inputs: str, what: str, *, both: bool
    ) -> tuple[Weights, ...]:
        """The cells of one layer: forward and, with `both`, backward."""
        rows, block = f"{GATES[kind]} H".removeprefix("1 "), _BLOCKS[kind]
        ends = {suffix: ""}
        if both:
            ends[f"{suffix}_reverse"] = "; of the layer that reads from the end"
        found: dict[str, list[Weights]] = {end: [] for end in ends}
        for name, letters, does in (
            ("weight_ih", (rows, inputs), f"{what} adds to {block}"),
            ("weight_hh", (rows, "H"), f"what its last state adds to {block}"),
            ("bias_ih", (rows,), f"a constant, added to {block}"),
            ("bias_hh", (rows,), _SECOND[kind]),
        ):
            for end, more in ends.items():
                int8 = name.startswith("weight")
                made = self.take(f"{prefix}{name}{end}", *letters, does=does + more, int8=int8)
                found[end].append(made)
        return tuple(CELL_WEIGHTS[kind](*weights) for weights in found.values())

    def layers(
        self, kind: str, number: int, first: str, later: str, what: str, *, both: bool
    ) -> tuple[tuple[Weights, ...], ...]:
        """Stacked layers under `encoder.`, as one `torch.nn.LSTM` has them."""
        below = "what the layer below"
        return tuple(
            self.directions(
                kind,
                "encoder.",
                f"_l{k}",
                later if k else first,
                below if k else f"what {what}",
                both=both,
            )
            for k in range(number)
        )

    def additive(self, name: str = "attention", size: str = "M") -> AdditiveWeights:
        """Additive attention of a decoder."""
        return AdditiveWeights(
            weight_query=self.take(
                f"{name}.weight_query",
                *("A", "H"),
                does="what the decoder asks with, from its state",
                int8=True,
            ),
            weight_memory=self.take(
                f"{name}.weight_memory",
                *("A", size),
                does="what a source position answers with",
                int8=True,
            ),
            bias=self.take(f"{name}.bias", "A", does="and a constant"),
            weight_score=self.take(
                f"{name}.weight_score", "A", does="from question and answer to one score"
            ),
        )

    def location(self) -> LocationWeights:
        """Additive attention that also reads the weights of the step before."""
        return LocationWeights(
            *self.additive(),
            weight_filter=self.take(
                "attention.weight_filter",
                *("R", "1", "filter"),
                does="filters over the last weights",
            ),
            weight_location=self.take(
                "attention.weight_location",
                *("A", "R"),
                does="what the last weights add to a score",
                int8=True,
            ),
        )

    def luong(self, *, general: bool) -> LuongWeights:
        """Multiplicative attention of a decoder; `dot` has no weights."""
        if not general:
            return LuongWeights()
        does = "compares decoder state and source position"
        return LuongWeights(self.take("attention.weight", "H", "M", does=does, int8=True))

    def pool(self, size: str) -> PoolWeights:
        """Attention over the states themselves."""
        looks = "attention over the states: what is looked for"
        score = "attention over the states: from there to one score"
        return PoolWeights(
            weight_memory=self.take("pool.weight_memory", "A", size, does=looks, int8=True),
            bias=self.take("pool.bias", "A", does="and a constant"),
            weight_score=self.take("pool.weight_score", "A", does=score),
        )

    def encoder_layer(self, name: str) -> EncoderLayerWeights:
        """`torch.nn.TransformerEncoderLayer`."""
        norm1 = self.norm(f"{name}.norm1", "D")
        self_attn = self._heads(f"{name}.self_attn", "self-attention")
        norm2 = self.norm(f"{name}.norm2", "D")
        linear1, linear2 = self._feed_forward(name)
        return EncoderLayerWeights(self_attn, linear1, linear2, norm1, norm2)

    def decoder_layer(self, name: str) -> DecoderLayerWeights:
        """`torch.nn.TransformerDecoderLayer`."""
        norm1 = self.norm(f"{name}.norm1", "D")
        self_attn = self._heads(f"{name}.self_attn", "self-attention")
        norm2 = self.norm(f"{name}.norm2", "D")
        cross = self._heads(f"{name}.multihead_attn", "attention to the source")
        norm3 = self.norm(f"{name}.norm3", "D")
        linear1, linear2 = self._feed_forward(name)
        return DecoderLayerWeights(self_attn, cross, linear1, linear2, norm1, norm2, norm3)

    def _heads(self, name: str, who: str) -> MultiHeadWeights:
        does = f"{who}: queries, keys, values of all heads"
        return MultiHeadWeights(
            in_proj_weight=self.take(f"{name}.in_proj_weight", "3 D", "D", does=does, int8=True),
            in_proj_bias=self.take(f"{name}.in_proj_bias", "3 D", does="and their constants"),
            out_proj=self.linear(f"{name}.out_proj", "D", "D", "mixes what the heads brought"),
        )

    def _feed_forward(self, name: str) -> tuple[LinearWeights, LinearWeights]:
        wide, narrow = "feed-forward part, widening; then relu", "feed-forward part, narrowing"
        return (
            self.linear(f"{name}.linear1", "inner", "D", wide),
            self.linear(f"{name}.linear2", "D", "inner", narrow),
        )

    def _number(self, letters: str) -> int:
        """What an entry of a shape comes to."""
        total = 0
        for term in letters.split(" + "):
            product = 1
            for factor in term.split():
                product *= int(factor) if factor.isdigit() else self.sizes[factor].number
            total += product
        return total
