"""Stacked and bidirectional recurrent layers: `RNN`, `LSTM`, `GRU`.

Weights and results are those of the torch.nn layers of the same names, so a state_dict loads in
both directions. Beyond them: `lengths=` instead of packing, and `return_states=` for every state
and every gate of every step.
Differs: options are keyword-only; biases are always there; no `proj_size`, no unbatched and no
packed input.

Two paths compute the same thing. Where only outputs are wanted, torch's fused operator runs;
where states and gates are wanted, `unroll` runs the cell. `tests/layers/test_recurrent.py` checks
both against torch.nn and each other.
"""

from collections.abc import Iterator
from typing import Any, Literal, NamedTuple, final

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from ..errors import ConfigError
from ..shapes import Float, Int, check_lengths, check_shape
from .cell import Cell
from .gru import GRUCell
from .lstm import LSTMCell
from .rnn import RNNCell
from .unroll import Unrolled, unroll

CELLS: dict[str, type[Cell]] = {"rnn": RNNCell, "lstm": LSTMCell, "gru": GRUCell}


class LayerTrace(NamedTuple):
    """What one layer did: an `Unrolled` per direction; `backward` is `None` in one direction."""

    forward: Unrolled
    backward: Unrolled | None


class Recurrent(nn.Module):
    """What `RNN`, `LSTM` and `GRU` share; use those."""

    cell_class: type[Cell]

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        *,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        **cell_options: Any,
    ) -> None:
        """
        Args:
            input_size: I, the size of one input vector.
            hidden_size: H, the size of a state, per direction.
            num_layers: L; a layer reads the outputs of the one below.
            batch_first: Inputs and outputs are `(B, T, ...)`, else `(T, B, ...)`.
            dropout: Share of units dropped between layers while training.
            bidirectional: A second set of cells reads from the end; outputs are joined.
            **cell_options: What the cell takes beside its sizes, e.g. `nonlinearity`.
        """
        super().__init__()
        if not 0.0 <= dropout < 1.0:
            raise ConfigError(
                f"{type(self).__name__}: `dropout` must be from 0 to below 1, got {dropout}."
            )
        self.input_size, self.hidden_size, self.num_layers = input_size, hidden_size, num_layers
        self.batch_first, self.dropout, self.bidirectional = batch_first, dropout, bidirectional
        self.num_directions = 2 if bidirectional else 1
        self._cell_options = cell_options
        for layer in range(num_layers):
            size = input_size if layer == 0 else hidden_size * self.num_directions
            for suffix in self._suffixes(layer):
                cell = self.cell_class(size, hidden_size, **cell_options)
                for name, weight in cell.named_parameters():
                    self.register_parameter(name + suffix, nn.Parameter(weight.detach()))

    @property
    def output_size(self) -> int:
        """Size of one output vector: H times the directions."""
        return self.hidden_size * self.num_directions

    def forward(
        self,
        x: Float[Tensor, "_ _ I"],
        state: Any = None,
        *,
        lengths: Int[Tensor, " B"] | None = None,
        return_states: bool = False,
    ) -> Any:
        """Run all layers over time.

        Args:
            x: Inputs, `(T, B, I)`, or `(B, T, I)` if `batch_first`.
            state: State before the first step, as torch has it: `(L * directions, B, H)`, for an
                LSTM the pair `(h, c)` of such; zeros if `None`.
            lengths: Real steps per sequence, `(B,)`, each from 0 to T, on the CPU for speed; all T
                if `None`. Padding never changes a result, in either direction.
            return_states: Also return a `LayerTrace` per layer.
        Returns:
            Outputs, shaped as `x` with H times directions last and zero on padding; the last
            state, shaped as `state`; and the list of traces if asked for, always `(B, T, H)`.
        Raises:
            ShapeError: `x` or `lengths` has another shape, or a length is not within T.
        """
        where = type(self).__name__
        check_shape(where, "x", x, "B T I" if self.batch_first else "T B I", I=self.input_size)
        x_BTI = x if self.batch_first else x.transpose(0, 1)
        B, T, _ = x_BTI.shape
        if lengths is not None:
            check_lengths(where, lengths, B, T)
            if bool((lengths == T).all()):
                lengths = None
        before = self._unpack(state, x_BTI)
        traces = None
        if return_states or T == 0:
            output, last, traces = self._traced(x_BTI, before, lengths)
        else:
            output, last = self._fused(x_BTI, before, lengths)
        output = output if self.batch_first else output.transpose(0, 1)
        packed = last if len(last) > 1 else last[0]
        return (output, packed, traces) if return_states else (output, packed)

    def _traced(
        self, x_BTI: Tensor, before: tuple[Tensor, ...], lengths: Tensor | None
    ) -> tuple[Tensor, tuple[Tensor, ...], list[LayerTrace]]:
        """Layer by layer through `unroll`, keeping every state and gate."""
        traces, last = [], []
        for layer in range(self.num_layers):
            runs = []
            for direction, suffix in enumerate(self._suffixes(layer)):
                cell = self.cell_class.of_weights(self._weights(suffix), **self._cell_options)
                row = layer * self.num_directions + direction
                kind = type(cell.initial_state(0))
                runs.append(
                    unroll(
                        cell,
                        x_BTI,
                        kind(*(field[row] for field in before)),
                        lengths=lengths,
                        reverse=direction == 1,
                        return_states=True,
                    )
                )
            traces.append(LayerTrace(runs[0], runs[1] if len(runs) > 1 else None))
            last += [run.last for run in runs]
            x_BTI = torch.cat([run.output for run in runs], dim=-1)
            if layer < self.num_layers - 1:
                x_BTI = F.dropout(x_BTI, self.dropout, self.training)
        return x_BTI, tuple(torch.stack(field) for field in zip(*last, strict=True)), traces

    def _fused(
        self, x_BTI: Tensor, before: tuple[Tensor, ...], lengths: Tensor | None
    ) -> tuple[Tensor, tuple[Tensor, ...]]:
        """All layers in torch's own operator."""
        T = x_BTI.shape[1]
        weights = [w for layer in range(self.num_layers) for w in self._layer_weights(layer)]
        hx: Any = list(before) if len(before) > 1 else before[0]
        options = (True, self.num_layers, self.dropout, self.training, self.bidirectional)
        run: Any = self._operator()
        if lengths is None:
            output, *last = run(x_BTI, hx, weights, *options, True)
            return output, tuple(last)
        # a packed sequence has at least one step; what an empty one computes is masked out below
        on_cpu = lengths.to("cpu", torch.int64)
        packed = pack_padded_sequence(
            torch.where((on_cpu > 0).to(x_BTI.device)[:, None, None], x_BTI, 0.0),
            on_cpu.clamp(min=1),
            batch_first=True,
            enforce_sorted=False,
        )
        order = packed.sorted_indices
        assert order is not None
        hx = [h[:, order] for h in before] if len(before) > 1 else before[0][:, order]
        data, *last = run(packed.data, packed.batch_sizes, hx, weights, *options)
        output, _ = pad_packed_sequence(
            packed._replace(data=data), batch_first=True, total_length=T
        )
        last = [h[:, packed.unsorted_indices] for h in last]
        empty_B1 = (on_cpu == 0).to(x_BTI.device)[:, None]
        if bool(empty_B1.any()):
            output = torch.where(empty_B1[:, :, None], 0.0, output)
            last = [torch.where(empty_B1, b, a) for a, b in zip(last, before, strict=True)]
        return output, tuple(last)

    def _operator(self) -> Any:
        raise NotImplementedError

    def _unpack(self, state: Any, x_BTI: Tensor) -> tuple[Tensor, ...]:
        """The state as a tuple of `(L * directions, B, H)`, one for each field."""
        fields = len(self.cell_class.state_fields)
        rows, B, H = self.num_layers * self.num_directions, x_BTI.shape[0], self.hidden_size
        if state is None:
            return (x_BTI.new_zeros(rows, B, H),) * fields
        state = (state,) if isinstance(state, Tensor) else tuple(state)
        if len(state) != fields:
            raise ConfigError(
                f"{type(self).__name__}: `state` must have {fields} arrays "
                f"({', '.join(self.cell_class.state_fields)}), got {len(state)}."
            )
        for name, array in zip(self.cell_class.state_fields, state, strict=True):
            check_shape(type(self).__name__, name, array, "L B H", L=rows, B=B, H=H)
        return tuple(state)

    def _suffixes(self, layer: int) -> Iterator[str]:
        yield f"_l{layer}"
        if self.bidirectional:
            yield f"_l{layer}_reverse"

    def _weights(self, suffix: str) -> list[Tensor]:
        names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        return [getattr(self, name + suffix) for name in names]

    def _layer_weights(self, layer: int) -> Iterator[Tensor]:
        for suffix in self._suffixes(layer):
            yield from self._weights(suffix)


@final
class RNN(Recurrent):
    """Vanilla recurrent layers, as `torch.nn.RNN`."""

    cell_class = RNNCell

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        *,
        nonlinearity: Literal["tanh", "relu"] = "tanh",
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
    ) -> None:
        """Takes what `Recurrent` takes, and `nonlinearity`: `tanh` or `relu`."""
        super().__init__(
            input_size,
            hidden_size,
            num_layers,
            batch_first=batch_first,
            dropout=dropout,
            bidirectional=bidirectional,
            nonlinearity=nonlinearity,
        )
        self.nonlinearity = nonlinearity

    def _operator(self) -> Any:
        return torch.rnn_tanh if self.nonlinearity == "tanh" else torch.rnn_relu


@final
class LSTM(Recurrent):
    """Long short-term memory layers, as `torch.nn.LSTM`."""

    cell_class = LSTMCell

    def _operator(self) -> Any:
        return torch.lstm


@final
class GRU(Recurrent):
    """Gated recurrent layers, as `torch.nn.GRU`."""

    cell_class = GRUCell

    def _operator(self) -> Any:
        return torch.gru


LAYERS: dict[str, type[RNN] | type[LSTM] | type[GRU]] = {"rnn": RNN, "lstm": LSTM, "gru": GRU}
