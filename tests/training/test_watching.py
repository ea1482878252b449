"""`seqloom.watch` against autograd with each h_t a tensor of its own, however sequences come."""

import itertools

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pack_sequence

import seqloom
from seqloom import layers
from seqloom.errors import ConfigError, RunError

KINDS = ["rnn", "relu", "lstm", "gru"]
T, B, I, H = 6, 3, 4, 5


def make(kind, home=nn, **options):
    torch.manual_seed(1)
    given = {"nonlinearity": "relu"} if kind == "relu" else {}
    cls = getattr(home, "RNN" if kind == "relu" else kind.upper())
    return cls(I, H, **given, **options).double()


def one_step(kind, x, state, w):
    """A step by the textbook, from torch's weights; returns state and gates by name."""
    a = x @ w["weight_ih"].T + w["bias_ih"]
    b = state["h"] @ w["weight_hh"].T + w["bias_hh"]
    if kind in ("rnn", "relu"):
        return {"h": torch.tanh(a + b) if kind == "rnn" else torch.relu(a + b)}, {}
    if kind == "lstm":
        i, f, g, o = (a + b).chunk(4, -1)
        i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
        c = f * state["c"] + i * g
        return {"h": o * c.tanh(), "c": c}, {"i": i, "f": f, "g": g, "o": o}
    r, z = torch.sigmoid(a + b)[..., :H], torch.sigmoid(a + b)[..., H : 2 * H]
    n = torch.tanh(a[..., 2 * H :] + r * b[..., 2 * H :])
    return {"h": (1 - z) * n + z * state["h"]}, {"r": r, "z": z, "n": n}


def by_hand(net, kind, x_TI, loss):
    """States, gates and dL/dstate of all layers and directions over one sequence.

    h_t is cut off from what made it and counted as a leaf; the chain rule then goes from leaf to
    leaf by hand, through `torch.autograd.grad` of one step at a time.
    """
    D = 2 if net.bidirectional else 1
    runs, x = {}, x_TI
    for layer in range(net.num_layers):
        outs = []
        for d in range(D):
            suffix = f"_l{layer}" + ("_reverse" if d else "")
            w = {n: getattr(net, n + suffix) for n in ("weight_ih", "weight_hh")}
            bias = {n: getattr(net, n + suffix, torch.zeros(len(w["weight_ih"])).double())
                    for n in ("bias_ih", "bias_hh")}  # fmt: skip
            state = {"h": x.new_zeros(H)} | ({"c": x.new_zeros(H)} if kind == "lstm" else {})
            steps = [None] * len(x)
            for t in reversed(range(len(x))) if d else range(len(x)):
                state, gates = one_step(kind, x[t], state, w | bias)
                # what goes on along the cell, apart from what h has read of it
                state = {n: s if n == "h" else s * 1.0 for n, s in state.items()}
                steps[t] = (state, gates)
            name = f"{layer}" + (".reverse" if d else "")
            runs[name] = (steps, state)
            outs.append(torch.stack([s["h"] for s, _ in steps]))
        x = torch.cat(outs, -1)
    value = loss(x, [last for _, last in runs.values()])
    found = {}
    for name, (steps, _) in runs.items():
        for field in steps[0][0]:
            nodes = [s[field] for s, _ in steps]
            grads = torch.autograd.grad(value, nodes, retain_graph=True, allow_unused=True,
                                        materialize_grads=True)  # fmt: skip
            found[f"states/{name}/{field}"] = torch.stack(nodes)
            found[f"gradient/{name}/{field}"] = torch.stack(grads)
        for field in steps[0][1]:
            found[f"states/{name}/{field}"] = torch.stack([g[field] for _, g in steps])
    return {name: array.detach().numpy() for name, array in found.items()}


def agree(trace, want, prefix):
    got = {name: a for name, a in trace.items() if name.startswith(("states/", "gradient/"))}
    assert len(got) == len(want)
    for name, values in want.items():
        room, rest = name.split("/", 1)
        np.testing.assert_allclose(got[f"{room}/{prefix}.{rest}"].values, values, rtol=2e-6,
                                   atol=1e-9, err_msg=name)  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "bidirectional", "num_layers"), [*itertools.product(KINDS, (False, True), (1, 2))]
)
def test_states_gates_and_gradients_are_those_of_autograd(kind, bidirectional, num_layers):
    net = make(kind, bidirectional=bidirectional, num_layers=num_layers, batch_first=True)
    x = torch.randn(B, T, I, dtype=torch.float64)
    a = torch.randn(T, net.hidden_size * (2 if bidirectional else 1), dtype=torch.float64)
    with seqloom.watch(net) as seen:
        output, last = net(x)
        h_n = last[0] if kind == "lstm" else last
        (output * a).sum().backward(retain_graph=True)  # losses of several passes add up
        ((h_n**2).sum() + (last[1].sin().sum() if kind == "lstm" else 0)).backward()
    for row in range(B):
        want = by_hand(net, kind, x[row], lambda out, lasts: (out * a).sum() + sum(
            (s["h"] ** 2).sum() + (s["c"].sin().sum() if "c" in s else 0) for s in lasts
        ))  # fmt: skip
        trace = seen.trace(row, jacobians=row == 0)
        agree(trace, want, net.mode.split("_")[0].lower())
    assert trace.task == "watch"
    assert trace.layers[-1].reverse == bidirectional
    assert "memory" in trace.facts


@pytest.mark.parametrize("form", ["time first", "packed", "packed sorted", "lengths", "single"])
@pytest.mark.parametrize("kind", ["lstm", "gru"])
def test_sequences_in_every_form(kind, form):
    """Ragged ones too, whose order the packing changes; the last is not the longest."""
    home = layers if form == "lengths" else nn
    net = make(kind, home, batch_first=form != "time first", bidirectional=True, bias=False)
    x = torch.randn(B, T, I, dtype=torch.float64)
    lengths = [T] * B
    with seqloom.watch(nn.Sequential(net)) as seen:
        if form == "time first":
            output = net(x.transpose(0, 1))[0].transpose(0, 1)
        elif form == "single":
            output, lengths = net(x[0])[0][None], [T]
        elif form == "lengths":
            lengths = [4, 6, 0]
            output = net(x, lengths=torch.tensor(lengths))[0]
        elif form == "packed":
            lengths = [2, 6, 4]
            packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
            output = net(packed)[0]
        else:
            lengths = [6, 3, 1]
            output = net(pack_sequence([x[k, :n] for k, n in enumerate(lengths)]))[0]
        flat = output.data if form.startswith("packed") else output
        (flat**3).sum().backward()
    for row, length in enumerate(lengths):
        trace = seen.trace(row)
        if length:
            want = by_hand(net, kind, x[row, :length], lambda out, lasts: (out**3).sum())
            agree(trace, want, "0")
        assert trace["states/0.0/h"].shape == (length, H)


def test_a_state_to_begin_with_and_weights_that_change_later():
    net = make("gru")
    x, h_0 = torch.randn(T, B, I).double(), torch.randn(1, B, H).double()
    with seqloom.watch(net) as seen:
        output, _ = net(x, h_0)
        output.sum().backward()
        with torch.no_grad():
            for weight in net.parameters():
                weight.zero_()
            x.zero_()
    got = seen.trace(2)["states/gru.0/h"].values
    np.testing.assert_allclose(got, output[:, 2].detach().numpy(), rtol=1e-6)


@pytest.mark.parametrize("home", [nn, layers])
def test_it_changes_no_bit(home):
    def run(watched):
        net = make("lstm", home, num_layers=2, dropout=0.4, bidirectional=True).float()
        x = torch.randn(T, B, I)
        torch.manual_seed(7)
        if watched:
            with seqloom.watch(net):
                out = net(x)[0]
                out.square().sum().backward()
        else:
            out = net(x)[0]
            out.square().sum().backward()
        assert not net._forward_hooks
        return [out, *(p.grad for p in net.parameters()), torch.rand(2)]

    for a, b in zip(run(True), run(False), strict=True):
        assert torch.equal(a, b)


@pytest.mark.parametrize("kind", ["rnn", "lstm", "gru"])
def test_a_layer_of_which_only_the_last_state_is_read(kind):
    """On the native core where there is one: its operator sends no gradient for the outputs."""
    theirs, ours = make(kind).float(), make(kind, layers).float()
    ours.load_state_dict(theirs.state_dict())
    x = torch.randn(T, 1, I)
    found = []
    for net in (theirs, ours):
        with seqloom.watch(net) as seen:
            last = net(x)[1]
            (last if isinstance(last, torch.Tensor) else last[0]).pow(2).sum().backward()
        found.append(seen.trace())
    assert np.abs(found[0][f"gradient/{kind}.0/h"].values[0]).max() > 0
    for name in found[0]:
        np.testing.assert_allclose(
            found[1][name].values, found[0][name].values, rtol=1e-4, atol=1e-6, err_msg=name
        )


def test_the_core_and_torch_give_the_same_trace():
    """In single precision, where `seqloom.layers` run in the native core if there is one."""
    theirs = make("gru", bidirectional=True, num_layers=2, batch_first=True).float()
    ours = make("gru", layers, bidirectional=True, num_layers=2, batch_first=True).float()
    ours.load_state_dict(theirs.state_dict())
    x, lengths = torch.randn(B, T, I), torch.tensor([3, 6, 4])
    traces = []
    for net in (theirs, ours):
        with seqloom.watch(net) as seen:
            packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
            y, h = net(packed) if net is theirs else net(x, lengths=lengths)
            ((y.data if net is theirs else y).pow(3).sum() + h.sum()).backward()
        traces.append(seen.trace(2))
    assert len(traces[0]) == len(traces[1])
    for name, array in traces[0].items():
        np.testing.assert_allclose(
            traces[1][name].values, array.values, rtol=1e-3, atol=1e-6, err_msg=name
        )


def test_hooks_are_gone_after_an_error():
    net = make("rnn")
    with pytest.raises(ZeroDivisionError), seqloom.watch(net):
        1 / 0  # noqa: B018
    assert not net._forward_hooks


def test_jacobians_and_the_verdict():
    """The norms of dh_T/dh_t that see-rnn's users ask for."""
    net = make("lstm", batch_first=True)
    x = torch.randn(1, T, I, dtype=torch.float64)
    with seqloom.watch(net) as seen:
        net(x)
    trace = seen.trace(labels=["a", "b", "c", "d", "e", "f"])

    def last(state, t):
        hc = (state[None, None, :H].contiguous(), state[None, None, H:].contiguous())
        return net(x[:, t + 1 :], hc)[1][0][0, 0] if t + 1 < T else state[:H]

    h, c = trace["states/lstm.0/h"].values, trace["states/lstm.0/c"].values
    for t in range(T):
        here = torch.from_numpy(np.concatenate([h[t], c[t]])).double()
        exact = torch.autograd.functional.jacobian(lambda s, t=t: last(s, t), here)
        norm = torch.linalg.matrix_norm(exact, 2).item()
        assert trace["jacobian/lstm.0/state"].values[t] == pytest.approx(norm, rel=1e-6)
    assert not [name for name in trace if name.startswith("gradient/")]  # no loss went back
    assert trace.facts["verdict"][0].startswith("Effective memory: ")
    assert trace.labels == {"source": tuple("abcdef")}
    assert trace.input == "a b c d e f"


def test_relu_is_in_the_facts():
    net = make("relu", bidirectional=True)
    with seqloom.watch(net) as seen:
        net(torch.randn(T, 1, I).double())
    assert seen.trace().facts["nonlinearity"] == {"rnn.0": "relu", "rnn.0.reverse": "relu"}


class Two(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.GRU(I, H, batch_first=True)
        self.second = nn.LSTM(H, 3, batch_first=True)

    def forward(self, x):
        y, _ = self.encoder(x)
        return self.second(y[:, ::2])[1][0]


def test_several_modules_of_several_lengths():
    torch.manual_seed(0)
    net = Two()
    with seqloom.watch(net) as seen:
        net(torch.randn(2, T, I)).sum().backward()
    trace = seen.trace(1)
    assert [(layer.name, layer.kind, layer.steps) for layer in trace.layers] == [
        ("encoder.0", "gru", "source"),
        ("second.0", "lstm", "second.step"),
    ]
    assert trace["gradient/encoder.0/h"].shape == (6, H)
    assert trace["gradient/second.0/c"].shape == (3, 3)
    assert (trace["gradient/encoder.0/h"].values[-1] == 0).all()  # its last output is not read


def test_states_that_explode_are_traced_or_said_to():
    net = make("relu").float()
    with torch.no_grad():
        net.weight_hh_l0.copy_(2 * torch.eye(H))
        net.weight_ih_l0.abs_()
    with seqloom.watch(net) as seen:
        net(torch.rand(200, 1, I))[0].sum().backward()
    assert not np.isfinite(seen.trace()["states/rnn.0/h"].values[-1]).all()


def test_errors_say_what_to_do():
    net = make("lstm", num_layers=2, dropout=0.5)
    with seqloom.watch(net) as seen:
        pass
    with pytest.raises(RunError, match=r"^watch: the module must run within the block, got no"):
        seen.trace()
    with seqloom.watch(net) as seen:
        net(torch.randn(T, B, I).double())
    with pytest.raises(RunError, match=r"`lstm` must give the same output again.*`eval\(\)`, or"):
        seen.trace()
    net.eval()
    with seqloom.watch(net) as seen:
        net(torch.randn(T, B, I).double())
    with pytest.raises(ConfigError, match=r"`row` must be from 0 to 2, the batch of `lstm`, got 3"):
        seen.trace(3)
    with pytest.raises(ConfigError, match=r"`labels` must have one for each of the 6 steps, got 2"):
        seen.trace(labels=["a", "b"])
    with (
        pytest.raises(ConfigError, match=r"`module` must contain RNN, LSTM or GRU.*got Linear"),
        seqloom.watch(nn.Linear(2, 2)),
    ):
        pass
    with (
        pytest.raises(ConfigError, match=r"`0` must have proj_size=0, got 2\. Watch a module"),
        seqloom.watch(nn.Sequential(nn.LSTM(3, 4, proj_size=2))),
    ):
        pass
