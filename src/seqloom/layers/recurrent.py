"""Stacked and bidirectional recurrent layers: `RNN`, `LSTM`, `GRU`.

They take all that the torch.nn layers of the same names take, their constructors and weights among
it: swapping the import is enough. Beyond them: `lengths=` instead of packing, `return_states=` for
every state and every gate of every step, and the native core's speed on a CPU, where
layers/switch.py says so.
Differs: they are `torch.nn.RNNBase`, not `torch.nn.LSTM` and so on, because torch.compile refuses
every module that is one of those; a batch of no steps is no error; `hx` may be a NamedTuple;
batch-first outputs are contiguous. torch.jit.trace, torch.export and ONNX take torch's path.

`tests/layers/test_recurrent.py` and `test_drop_in.py` check them against torch.nn.
"""

from typing import Any, final

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from ..errors import ConfigError
from .cell import Cell
from .codes import cell_code
from .gru import GRUCell
from .lengths import Lengths, as_lengths
from .lstm import LSTMCell
from .native_operators.private import transform
from .paths import LayerTrace, Stack, StackOutput, fused, fused_packed, native, traced
from .rnn import RNNCell
from .switch import use_native

Hidden = Tensor | tuple[Tensor, ...] | None  # as torch.nn takes it
_TORCHS = ("RNN_TANH", "RNN_RELU", "LSTM", "GRU")
CELLS: dict[str, type[Cell]] = {"rnn": RNNCell, "lstm": LSTMCell, "gru": GRUCell}


class Recurrent(nn.RNNBase):
    """What `RNN`, `LSTM` and `GRU` share; use those.

    A subclass names its cell. One whose cell torch does not have passes any other `mode`: its
    weights get the cell's size, and it runs step by step.
    """

    cell_class: type[Cell]

    def __init__(self, mode: str, *args: Any, **options: Any) -> None:
        super().__init__(mode if mode in _TORCHS else "RNN_TANH", *args, **options)
        if mode not in _TORCHS:
            self.mode = mode
            for name, weight in list(self.named_parameters()):
                rows = self.cell_class.num_gates * self.hidden_size
                setattr(self, name, nn.Parameter(weight.new_empty(rows, *weight.shape[1:])))
            self.reset_parameters()

    @property
    def num_directions(self) -> int:
        """2 if the layers read both ways."""
        return 2 if self.bidirectional else 1

    @property
    def output_size(self) -> int:
        """Size of one output vector: that of a state times the directions."""
        return (self.proj_size or self.hidden_size) * self.num_directions

    def check_forward_args(
        self, input: Tensor, hidden: Tensor | tuple[Tensor, ...], batch_sizes: Tensor | None
    ) -> None:
        """torch.nn's checks of an input, and of all fields of a state `(L * directions, B, H)`."""
        self.check_input(input, batch_sizes)
        rows, B, size = self.get_expected_hidden_size(input, batch_sizes)
        for n, state in enumerate(hidden):
            own = self.hidden_size if n else size
            which = f"hidden[{n}]" if len(hidden) > 1 else "hidden"
            self.check_hidden_size(state, (rows, B, own), f"Expected {which} size {{}}, got {{}}")

    def permute_hidden(self, hx: Tensor | tuple[Tensor, ...], permutation: Tensor | None) -> Any:
        """Reorder the batch of a state `(L * directions, B, H)`, or of a pair of such."""
        if permutation is None:
            return hx
        if isinstance(hx, Tensor):
            return hx.index_select(1, permutation)
        return tuple(state.index_select(1, permutation) for state in hx)

    def forward(
        self,
        input: Tensor | PackedSequence,
        hx: Hidden = None,
        lengths: Lengths | None = None,  # by position too: torch.jit and ONNX pass all there is
        return_states: bool = False,
    ) -> Any:
        """Run all layers over time.

        Args:
            input: `(T, B, I)`, or `(B, T, I)` if `batch_first`; `(T, I)` for one sequence without
                a batch; or a PackedSequence.
            hx: State before the first step, as torch has it: `(L * directions, B, H)`, for an
                LSTM the pair `(h, c)` of such; zeros if `None`.
            lengths: Real steps per sequence, `(B,)`, integers from 0 to T, on the CPU for speed;
                all T if `None`. Padding never changes a result, in either direction.
            return_states: Also return a `LayerTrace` per layer.
        Returns:
            Outputs, shaped as `input` with H times directions last and zero on padding; the last
            state, shaped as `hx`; and the list of traces if asked for, always `(B, T, H)`.
        Raises:
            ShapeError: `lengths` are no integers, have another shape, or one is not within T.
            ConfigError: `lengths` beside an input that has none, or states of projected layers.
            RuntimeError, ValueError: What torch.nn says of a wrong `input` or `hx`.
        """
        where = type(self).__name__
        if isinstance(input, PackedSequence):
            if lengths is not None:
                raise ConfigError(
                    f"{where}: `lengths` must be None for a PackedSequence, which has its own."
                )
            return self._forward_packed(input, hx, return_states)
        if input.dim() == 2:
            if lengths is not None:
                raise ConfigError(f"{where}: `lengths` must be None for an input without a batch.")
            return self._forward_single(input, hx, return_states)
        if input.dim() != 3:
            raise ValueError(f"{where}: Expected input to be 2D or 3D, got {input.dim()}D instead")
        x_BTI = input if self.batch_first else input.transpose(0, 1)
        B, T, _ = x_BTI.shape
        before = self._unpack(hx, x_BTI)
        self.check_forward_args(input, before, None)
        if lengths is not None:
            lengths = as_lengths(where, lengths, B, T)
            if not torch.compiler.is_compiling() and bool((lengths == T).all()):
                lengths = None
        ran = self._run(x_BTI, before, lengths, return_states)
        # whatever the order of x in memory: torch's can be viewed
        output = ran.output if self.batch_first else ran.output.transpose(0, 1).contiguous()
        return self._result(output, ran)

    def _run(
        self,
        x_BTI: Tensor,
        before: tuple[Tensor, ...],
        lengths: Tensor | None,
        return_states: bool,
    ) -> StackOutput:
        """Choose a path; paths.py has them."""
        stack = self._stack()
        lengths = None if lengths is None else lengths.to("cpu", torch.int64)
        if self._native(stack, x_BTI, before):
            return native(stack, x_BTI, before, lengths, return_states)
        if return_states and self.proj_size:
            raise ConfigError(
                f"{type(self).__name__}: `return_states` must be False with `proj_size`."
            )
        no_steps = x_BTI.shape[1] == 0 and not self.proj_size  # torch refuses them
        unknown = transform() is not None and not self.proj_size  # torch's own knows few of these
        if return_states or no_steps or unknown or stack.operator is None:
            ran = traced(stack, x_BTI, before, lengths)
            return ran if return_states else ran._replace(traces=None)
        return fused(stack, x_BTI, before, lengths)

    def _native(self, stack: Stack, x: Tensor, before: tuple[Tensor, ...]) -> bool:
        """Whether the core takes them; it has no projections, and no cells but torch's."""
        if self.proj_size or stack.code is None:
            return False
        return use_native(type(self).__name__, x, *before, *stack.flat_weights())

    def _forward_packed(self, packed: PackedSequence, hx: Hidden, return_states: bool) -> Any:
        """On the native path as a padded batch and back, in the order of the packed one."""
        data, B = packed.data, int(packed.batch_sizes[0])
        before = self._unpack(hx, data.new_empty(B, 0, data.shape[-1]))
        self.check_forward_args(data, before, packed.batch_sizes)
        stack = self._stack()
        in_torch = stack.operator is not None and not return_states
        if in_torch and not self._native(stack, data, before):
            in_order = self.permute_hidden(before, packed.sorted_indices)
            output, last = fused_packed(stack, packed, in_order)
            last = self.permute_hidden(last, packed.unsorted_indices)
            return self._result(output, StackOutput(output.data, last, None))
        x_BTI, lengths = pad_packed_sequence(packed, batch_first=True)
        ran = self._run(x_BTI, before, lengths, return_states)
        order = packed.sorted_indices
        output_BTH = ran.output if order is None else ran.output[order]
        sizes = lengths if order is None else lengths[order.cpu()]
        data = pack_padded_sequence(output_BTH, sizes, batch_first=True).data
        return self._result(packed._replace(data=data), ran)

    def _forward_single(self, x_TI: Tensor, hx: Hidden, return_states: bool) -> Any:
        """As a batch of one."""
        states = (hx,) if isinstance(hx, Tensor) else hx
        if states is not None and any(state.dim() != 2 for state in states):
            raise RuntimeError(
                f"For unbatched 2-D input, hx should also be 2-D but got {states[0].dim()}-D tensor"
            )
        batched = None if states is None else tuple(state[:, None] for state in states)
        x_BTI = x_TI[None]
        before = self._unpack(batched, x_BTI)
        self.check_forward_args(
            x_BTI if self.batch_first else x_TI[:, None],
            before,
            None,
        )
        ran = self._run(x_BTI, before, None, return_states)
        last = tuple(state[:, 0] for state in ran.last)
        return self._result(ran.output[0], ran._replace(last=last))

    def _result(self, output: Tensor | PackedSequence, ran: StackOutput) -> Any:
        last: Any = ran.last if len(ran.last) > 1 else ran.last[0]
        return (output, last) if ran.traces is None else (output, last, ran.traces)

    def _unpack(self, hx: Hidden, x_BTI: Tensor) -> tuple[Tensor, ...]:
        """The state as a tuple of `(L * directions, B, H)`, one for each field."""
        fields = self.cell_class.state_fields
        if hx is None:
            rows, B = self.num_layers * self.num_directions, x_BTI.shape[0]
            sizes = (self.proj_size or self.hidden_size, self.hidden_size)
            return tuple(x_BTI.new_zeros(rows, B, size) for size in sizes[: len(fields)])
        state = (hx,) if isinstance(hx, Tensor) else tuple(hx)
        if len(state) != len(fields):
            raise ConfigError(
                f"{type(self).__name__}: `hx` must have {len(fields)} arrays "
                f"({', '.join(fields)}), got {len(state)}."
            )
        return state

    def _stack(self) -> Stack:
        """The layers as they are now: weights may be parametrized, or swapped for a call."""
        names = ["weight_ih", "weight_hh", *(["bias_ih", "bias_hh"] if self.bias else [])]
        names += ["weight_hr"] if self.proj_size else []
        suffixes = ["", "_reverse"][: self.num_directions]
        weights = [
            [[getattr(self, f"{name}_l{layer}{suffix}") for name in names] for suffix in suffixes]
            for layer in range(self.num_layers)
        ]
        nonlinearity = getattr(self, "nonlinearity", None)
        return Stack(
            cell_class=self.cell_class,
            cell_options={} if nonlinearity is None else {"nonlinearity": nonlinearity},
            code=cell_code(self.cell_class, nonlinearity or "tanh"),
            operator=getattr(torch, self.mode.lower()) if self.mode in _TORCHS else None,
            weights=weights,
            bias=self.bias,
            dropout=float(self.dropout),
            training=self.training,
        )


class _Unprojected(Recurrent):
    """Without projections of the state."""

    def __init__(self, mode: str, *args: Any, **options: Any) -> None:
        if "proj_size" in options:
            raise ValueError(
                f"{type(self).__name__}: `proj_size` must be absent, got {options['proj_size']}: "
                "only LSTM has projections."
            )
        super().__init__(mode, *args, **options)


@final
class RNN(_Unprojected):
    """Vanilla recurrent layers, as `torch.nn.RNN`."""

    cell_class = RNNCell

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: str = "tanh",
        *args: Any,
        **options: Any,
    ) -> None:
        """
        Args:
            input_size: I, size of one input vector.
            hidden_size: H, size of a state.
            num_layers: Layers, each reading the outputs of the one below.
            nonlinearity: `tanh` or `relu`.
            *args: `bias`, `batch_first`, `dropout`, `bidirectional`, as torch.nn has them.
            **options: The same, and `device`, `dtype`.
        Raises:
            ValueError: An unknown `nonlinearity`, or what torch.nn refuses.
        """
        if nonlinearity not in ("tanh", "relu"):
            raise ValueError(
                f"RNN: `nonlinearity` must be 'tanh' or 'relu', got {nonlinearity!r}. Unknown "
                "nonlinearity."
            )
        super().__init__(
            f"RNN_{nonlinearity.upper()}", input_size, hidden_size, num_layers, *args, **options
        )
        self.nonlinearity = nonlinearity


@final
class LSTM(Recurrent):
    """Long short-term memory layers, as `torch.nn.LSTM`."""

    cell_class = LSTMCell

    def __init__(self, *args: Any, **options: Any) -> None:
        """
        Args:
            *args: `input_size`, `hidden_size`, `num_layers`, `bias`, `batch_first`, `dropout`,
                `bidirectional`, `proj_size`, as torch.nn has them.
            **options: The same, and `device`, `dtype`.
        Raises:
            ValueError, TypeError: What torch.nn refuses.
        """
        super().__init__("LSTM", *args, **options)


@final
class GRU(_Unprojected):
    """Gated recurrent layers, as `torch.nn.GRU`."""

    cell_class = GRUCell

    def __init__(self, *args: Any, **options: Any) -> None:
        """
        Args:
            *args: `input_size`, `hidden_size`, `num_layers`, `bias`, `batch_first`, `dropout`,
                `bidirectional`, as torch.nn has them.
            **options: The same, and `device`, `dtype`.
        Raises:
            ValueError, TypeError: What torch.nn refuses.
        """
        super().__init__("GRU", *args, **options)


LAYERS: dict[str, type[RNN] | type[LSTM] | type[GRU]] = {"rnn": RNN, "lstm": LSTM, "gru": GRU}

__all__ = ["CELLS", "GRU", "LAYERS", "LSTM", "RNN", "LayerTrace", "Recurrent"]
