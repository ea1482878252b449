"""Swapping the import is enough: `seqloom.layers` for `torch.nn`.

First torch's own samples of its recurrent modules, as its test_modules.py runs them; then what
users of those modules do. Every test runs on both paths.
"""

import copy
import io
import pickle
from functools import partial
from typing import NamedTuple, final

import pytest
import torch
from torch.nn.utils import parametrizations
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pack_sequence

from seqloom import native
from seqloom.layers import GRU, LSTM, RNN, Cell
from seqloom.layers.cell import HiddenState
from seqloom.layers.recurrent import Recurrent

OURS = {"RNN": RNN, "LSTM": LSTM, "GRU": GRU}
# fmt: off
OPTIONS = [
    {}, {"bidirectional": True}, {"num_layers": 2, "batch_first": True},
    {"num_layers": 2, "bias": False, "bidirectional": True},
]
# fmt: on


@pytest.fixture(autouse=True, params=["torch", "native"])
def kernels(request, monkeypatch):
    if request.param == "native" and not native.available():
        pytest.skip("the native core was not built")
    # a path that cannot take a call is an error when forced, and projections have but one
    monkeypatch.setenv("SEQLOOM_KERNELS", request.param)
    return request.param


def twins(name, *args, **options):
    """Ours and torch's, with the same weights."""
    theirs = getattr(torch.nn, name)(*args, **options)
    ours = OURS[name](*args, **options)
    ours.load_state_dict(theirs.state_dict())
    return ours, theirs


def arrays(result):
    """All tensors in what a module returns."""
    if isinstance(result, torch.Tensor):
        return [result]
    if isinstance(result, PackedSequence):
        return [x for x in result if x is not None]
    return [x for part in result for x in arrays(part)]


def gradients(module, result, inputs):
    torch.manual_seed(1)
    floats = [x for x in arrays(result) if x.is_floating_point()]
    loss = sum((x * torch.randn(x.shape)).sum() for x in floats)
    leaves = [*(x for x in inputs if x.requires_grad), *(p for _, p in module.named_parameters())]
    return torch.autograd.grad(loss, leaves)


def check_same(ours, theirs, *inputs):
    """Results and all gradients."""
    got, want = ours(*inputs), theirs(*inputs)
    torch.testing.assert_close(arrays(got), arrays(want))
    tensors = arrays([x for x in inputs if x is not None])
    torch.testing.assert_close(gradients(ours, got, tensors), gradients(theirs, want, tensors))


# -- torch's own samples ---------------------------------------------------------------------------


def torchs_samples(name, training=True):
    pytest.importorskip("expecttest")  # torch's test helpers need it
    from torch.testing._internal import common_modules

    info = next(info for info in common_modules.module_db if info.name == f"nn.{name}")
    samples = info.module_inputs_func(info, "cpu", torch.float64, True, training)
    if name != "LSTM":
        make = partial(info.module_inputs_func, with_packed_sequence=True)
        samples = make(info, "cpu", torch.float64, True, training)
    assert len(samples) >= 16
    return samples


@pytest.mark.filterwarnings("ignore")  # torch's helpers import deprecated modules of their own
@pytest.mark.parametrize("name", OURS)
def test_torchs_own_samples(name):
    for sample in torchs_samples(name):
        built, given = sample.constructor_input, sample.forward_input
        ours, theirs = (module.double() for module in twins(name, *built.args, **built.kwargs))
        assert repr(ours) == repr(theirs)
        args = [arg for arg in given.args if arg is not None]
        want = sample.reference_fn(ours, *args) if "Packed" not in str(type(args[0])) else None
        if want is not None:
            torch.testing.assert_close(arrays(ours(*args)), arrays(want))
        check_same(ours, theirs, *args)
        again = pickle.loads(pickle.dumps(ours))
        torch.testing.assert_close(arrays(again(*args)), arrays(ours(*args)))


# -- what users do ---------------------------------------------------------------------------------


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("name", OURS)
def test_packed_sequences_in_and_out(name, options):
    ours, theirs = twins(name, 3, 4, **options)
    rows = options.get("num_layers", 1) * (2 if options.get("bidirectional") else 1)
    lengths = torch.tensor([4, 1, 6, 2, 6])
    x = torch.randn(5, 6, 3)
    state = [torch.randn(rows, 5, 4, requires_grad=True) for _ in range(2 if name == "LSTM" else 1)]
    hx = tuple(state) if name == "LSTM" else state[0]
    order = lengths.argsort(descending=True)
    for packed in (
        pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False),
        pack_padded_sequence(x[order], lengths[order], batch_first=True),
        pack_sequence([x[0, :3]]),
    ):
        packed.data.requires_grad_()
        n = int(packed.batch_sizes[0])
        own = tuple(s[:, :n] for s in state) if name == "LSTM" else hx[:, :n]
        check_same(ours, theirs, packed, own)
        check_same(ours, theirs, packed)


def test_a_packed_sequence_keeps_its_order_and_has_states():
    ours, _ = twins("GRU", 3, 4)
    x, lengths = torch.randn(5, 6, 3), torch.tensor([4, 1, 6, 2, 6])
    packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    output, _, traces = ours(packed, return_states=True)
    assert torch.equal(output.unsorted_indices, packed.unsorted_indices)
    padded, _ = torch.nn.utils.rnn.pad_packed_sequence(output, batch_first=True)
    torch.testing.assert_close(traces[0].forward.output, padded)


@pytest.mark.parametrize("name", OURS)
def test_one_sequence_without_a_batch(name):
    for batch_first in (False, True):
        ours, theirs = twins(name, 3, 4, 2, batch_first=batch_first, bidirectional=True)
        x = torch.randn(6, 3, requires_grad=True)
        h, c = (torch.randn(4, 4, requires_grad=True) for _ in range(2))
        check_same(ours, theirs, x)
        check_same(ours, theirs, x, (h, c) if name == "LSTM" else h)


def test_projections(monkeypatch):
    monkeypatch.delenv("SEQLOOM_KERNELS")
    for options in OPTIONS:
        ours, theirs = twins("LSTM", 3, 4, proj_size=2, **options)
        x = torch.randn(5, 6, 3, requires_grad=True)
        check_same(ours, theirs, x)
        assert ours.output_size == theirs(x)[0].shape[2]
        packed = pack_sequence([x[0].detach(), x[1, :2].detach()])
        check_same(ours, theirs, packed)
        lengths = (
            torch.tensor([6, 2, 4, 1, 3]) if ours.batch_first else torch.tensor([5, 2, 4, 1, 3, 5])
        )
        ragged, _ = ours(x, lengths=lengths)
        want, _ = theirs(
            pack_padded_sequence(x, lengths, batch_first=ours.batch_first, enforce_sorted=False)
        )
        want, _ = torch.nn.utils.rnn.pad_packed_sequence(want, batch_first=ours.batch_first)
        torch.testing.assert_close(ragged, want)


def test_wrong_uses_raise_what_torch_raises():
    for name in OURS:
        ours, theirs = twins(name, 3, 4, 2)
        x, h = torch.randn(5, 6, 3), torch.randn(2, 6, 4)
        pair = (lambda s: (s, s)) if name == "LSTM" else (lambda s: s)
        for inputs in (
            (torch.randn(5, 6, 2),),
            (torch.randn(5, 6, 3).float(),),
            (torch.randn(5, 6, 3, 1),),
            (torch.randn(3),),
            (x, pair(h[:, :5])),
            (x, pair(h[:1])),
            (x, pair(h[:, :, :3])),
            (x, pair(h[:, 0])),
            (x[:, 0], pair(h)),
        ):
            with pytest.raises((RuntimeError, ValueError)) as theirs_said:
                theirs(*inputs)
            with pytest.raises(theirs_said.type):
                ours(*inputs)
        with pytest.raises(RuntimeError):  # torch.nn.LSTM does not look
            ours(pack_sequence([x[:, 0]]), pair(h))
        for args, options in (
            ((3, 0), {}),
            ((3, -1), {}),
            ((3, 4, 0), {}),
            ((3, 4), {"dropout": 1.5}),
            ((3, 4.0), {}),
            ((3, 4), {"proj_size": 4}),
            ((3, 4), {"nonlinearity": "sine"}),
            ((3, 4), {"unknown": 1}),
            *((((0, 4), {}), ((3, 4), {"bias": 1})) if torch.__version__ >= "2.13" else ()),
        ):
            with pytest.raises((RuntimeError, ValueError, TypeError)) as theirs_said:
                getattr(torch.nn, name)(*args, **options)
            with pytest.raises(theirs_said.type):
                OURS[name](*args, **options)


def test_positional_arguments_in_torchs_order():
    assert RNN(3, 4, 2, "relu", False, True, 0.1, True).extra_repr() == (
        torch.nn.RNN(3, 4, 2, "relu", False, True, 0.1, True).extra_repr()
    )
    for name in ("LSTM", "GRU"):
        args = (3, 4, 2, False, True, 0.1, True)
        assert repr(OURS[name](*args)) == repr(getattr(torch.nn, name)(*args))


@pytest.mark.parametrize("name", OURS)
def test_initial_weights_are_torchs(name):
    both = []
    for make in (OURS[name], getattr(torch.nn, name)):
        torch.manual_seed(5)
        both.append(make(3, 4, 2, bidirectional=True))
    torch.testing.assert_close(both[0].state_dict(), both[1].state_dict(), rtol=0, atol=0)
    assert [[w.shape for w in ws] for ws in both[0].all_weights] == [
        [w.shape for w in ws] for ws in both[1].all_weights
    ]
    both[0].flatten_parameters()


@pytest.mark.parametrize("name", OURS)
def test_copies_saves_and_devices(name, tmp_path):
    ours, _ = twins(name, 3, 4, 2)
    x = torch.randn(5, 6, 3)
    want = arrays(ours(x))
    buffer = io.BytesIO()
    torch.save(ours, buffer)
    buffer.seek(0)
    for other in (copy.deepcopy(ours), torch.load(buffer, weights_only=False)):
        torch.testing.assert_close(arrays(other(x)), want)
    with torch.no_grad():
        ours.weight_hh_l0.mul_(0.5)
    assert not torch.allclose(ours(x)[0], want[0])
    assert ours.float()(x.float())[0].dtype == torch.float32
    assert OURS[name](3, 4, dtype=torch.float32).weight_ih_l0.dtype == torch.float32
    with torch.device("meta"):
        assert OURS[name](3, 4).weight_ih_l0.is_meta
    torch.optim.SGD(ours.parameters(), 0.1).zero_grad()


@pytest.mark.parametrize("name", OURS)
def test_weights_that_are_computed_or_passed(name):
    ours, theirs = twins(name, 3, 4)
    x = torch.randn(5, 6, 3)
    other = {key: value * 0.5 for key, value in ours.state_dict().items()}
    torch.testing.assert_close(
        arrays(torch.func.functional_call(ours, other, x)),
        arrays(torch.func.functional_call(theirs, other, x)),
    )
    for module in (ours, theirs):
        parametrizations.weight_norm(module, "weight_hh_l0")
    torch.testing.assert_close(arrays(ours(x)), arrays(theirs(x)))
    torch.nn.utils.clip_grad_norm_(ours.parameters(), 1.0)


def test_other_dtypes_and_autocast_take_torchs_path(monkeypatch):
    monkeypatch.delenv("SEQLOOM_KERNELS")
    ours, theirs = (module.bfloat16() for module in twins("LSTM", 3, 4))
    x = torch.randn(5, 6, 3).bfloat16()
    torch.testing.assert_close(arrays(ours(x)), arrays(theirs(x)))
    ours, theirs = (module.float() for module in twins("GRU", 3, 4))
    with torch.autocast("cpu", torch.bfloat16):
        got, want = ours(x.float()), theirs(x.float())
    torch.testing.assert_close(arrays(got), arrays(want))


def test_hooks_and_containers():
    ours, theirs = twins("LSTM", 3, 4)
    seen = []
    ours.register_forward_hook(lambda module, args, output: seen.append(output[0].shape))
    torch.nn.ModuleDict({"rnn": ours})["rnn"](torch.randn(5, 6, 3))
    assert seen == [(5, 6, 4)]
    model = torch.nn.Sequential(torch.nn.Linear(2, 3), ours)
    assert list(model.state_dict()) == list(
        torch.nn.Sequential(torch.nn.Linear(2, 3), theirs).state_dict()
    )


# -- a cell that neither torch nor the core has ----------------------------------------------------


class LeakyGates(NamedTuple):
    f: torch.Tensor
    candidate: torch.Tensor


@final
class LeakyCell(Cell):
    """h' = f h + (1 - f) x', with a gate f and no squashing: two blocks of weights."""

    num_gates = 2
    state_fields = ("h",)

    def initial_state(self, batch_size):
        return HiddenState(self.weight_hh.new_zeros(batch_size, self.hidden_size))

    def gates(self, projected, state):
        both = projected + torch.nn.functional.linear(state.h, self.weight_hh, self.bias_hh)
        f, candidate = both.chunk(2, dim=1)
        return LeakyGates(f.sigmoid(), candidate)

    def combine(self, gates, state):
        return HiddenState(gates.f * state.h + (1 - gates.f) * gates.candidate)


@final
class Leaky(Recurrent):
    cell_class = LeakyCell

    def __init__(self, *args, **options):
        super().__init__("LEAKY", *args, **options)


def test_a_layer_of_a_new_cell(monkeypatch):
    monkeypatch.delenv("SEQLOOM_KERNELS")
    layer = Leaky(3, 4, 2, bidirectional=True, batch_first=True)
    assert layer.weight_ih_l1.shape == (8, 8)
    x, lengths = torch.randn(5, 6, 3), torch.tensor([6, 0, 2, 1, 5])
    output, last, traces = layer(x, lengths=lengths, return_states=True)
    torch.testing.assert_close(layer(x, lengths=lengths), (output, last))
    packed = pack_padded_sequence(x[[0, 2]], torch.tensor([6, 2]), batch_first=True)
    padded = torch.nn.utils.rnn.pad_packed_sequence(layer(packed)[0], batch_first=True)[0]
    torch.testing.assert_close(padded, output[[0, 2]])
    gate = traces[0].forward.gates.f[0]
    h = torch.zeros(4)
    weights = [getattr(layer, f"{n}_l0") for n in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
    for t in range(6):
        a = weights[0] @ x[0, t] + weights[2] + weights[1] @ h + weights[3]
        f = a[:4].sigmoid()
        h = f * h + (1 - f) * a[4:]
        torch.testing.assert_close((gate[t], traces[0].forward.output[0, t]), (f, h))
    single = layer.float()(x.float(), lengths=lengths)[0]  # the core takes float32 of its own cells
    torch.testing.assert_close(single, output.float())
