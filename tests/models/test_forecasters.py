"""Laws of every forecasting network, and its equations written anew."""

import math

import pytest
import torch

from seqloom.models.forecaster import FullyConnectedForecaster

from ..export.forecasts import CONFIGS, HORIZON, WINDOW, build, parts, recurrent

LENGTHS = torch.tensor([11, 1, 7])
OWN = parts()


def inputs(seed=0, batch=3):
    generator = torch.Generator().manual_seed(seed)

    def draw(*shape):
        return torch.randn(*shape, generator=generator)

    past = draw(batch, WINDOW, OWN.past_size)
    for row, length in enumerate(LENGTHS[:batch]):
        past[row, length:] = 0
    future, static = draw(batch, HORIZON, OWN.future_size), draw(batch, OWN.static_size)
    return [past, LENGTHS[:batch].clone(), future, static, draw(batch).abs()]


@pytest.fixture(params=CONFIGS)
def network(request):
    return build(CONFIGS[request.param], OWN)


def test_padding_changes_nothing(network):
    """NaN there, or one step more of it, is not seen."""
    given = inputs()
    want = network(*given)
    for row, length in enumerate(LENGTHS):
        given[0][row, length:] = math.nan
    torch.testing.assert_close(network(*given), want)
    if not isinstance(network, FullyConnectedForecaster):
        longer = torch.cat([given[0], torch.full_like(given[0][:, :2], math.nan)], dim=1)
        torch.testing.assert_close(network(longer, *given[1:]), want)


def test_a_row_does_not_depend_on_its_neighbours(network):
    given = inputs()
    want = network(*given)
    for row in range(3):
        alone = network(*(tensor[row : row + 1] for tensor in given))
        torch.testing.assert_close(alone, want[row : row + 1])
    turned = network(*(tensor.flip(0) for tensor in given))
    torch.testing.assert_close(turned, want.flip(0))


def test_every_real_input_counts(network):
    given = [t.clone().requires_grad_(t.is_floating_point()) for t in inputs()]
    out = network(*given)
    (out * torch.randn_like(out)).sum().backward()
    past, lengths, future, static, _ = given
    for row, length in enumerate(lengths):
        touched = past.grad[row].abs().sum(dim=1) > 0
        assert touched.tolist() == [step < length for step in range(WINDOW)]
    assert (future.grad.abs().sum(dim=(1, 2)) > 0).all()
    assert (static.grad.abs().sum(dim=1) > 0).all()
    for name, weight in network.named_parameters():
        assert weight.grad.abs().sum() > 0, name


@pytest.mark.parametrize("decode", ["direct", "autoregressive"])
def test_a_step_does_not_see_what_is_known_of_later_ones(decode):
    network, given = build(recurrent(decode=decode), OWN), inputs()
    want = network(*given)
    given[2][:, 3:] += 1
    found = network(*given)
    torch.testing.assert_close(found[:, :3], want[:, :3])
    assert (found[:, 3:] - want[:, 3:]).abs().min() > 0


def attended(network, query, states):
    """Attention for one query of one row, from equation 2."""
    scores = states @ (network.query.weight @ query + network.query.bias)
    weights = torch.exp(scores / math.sqrt(6))
    return (weights / weights.sum()) @ states


def said(network, query):
    r = (network.readout.weight @ query + network.readout.bias).clamp(min=0)
    more = (network.more.weight @ r + network.more.bias).clamp(min=0)
    return network.output.weight @ (r + more) + network.output.bias


@pytest.mark.parametrize("decode", ["direct", "autoregressive"])
def test_equations(decode):
    """Row by row and step by step; torch.nn has the LSTM."""
    network, given = build(recurrent(decode=decode), OWN), inputs()
    found = network(*given)
    size = OWN.past_size + OWN.static_size
    encoder = torch.nn.LSTM(size, 6, batch_first=True)
    encoder.load_state_dict(network.encoder.state_dict())
    for row, length in enumerate(LENGTHS):
        past, future, static = given[0][row, :length], given[2][row], given[3][row]
        states, _ = encoder(torch.cat([past, static.expand(length, -1)], dim=1)[None])
        states = states[0]
        h, c = (network.initial(states[-1]).tanh().chunk(2)) if decode != "direct" else (None, None)
        z = past[-1, :1]
        for step in range(HORIZON):
            along = torch.cat([future[step], static])
            if decode == "direct":
                query = torch.cat([states[-1], network.steps[step], along])
            else:
                cell = network.cell
                a = cell.weight_ih @ torch.cat([z, along]) + cell.bias_ih
                i, f, g, o = (a + cell.weight_hh @ h + cell.bias_hh).chunk(4)
                c = f.sigmoid() * c + i.sigmoid() * g.tanh()
                h = o.sigmoid() * c.tanh()
                query = torch.cat([h, along])
            out = said(network, torch.cat([query, attended(network, query, states)]))
            torch.testing.assert_close(found[row, step], out)
            z = future[step, :1] + given[4][row] * out[4:5]


def test_transformer_by_torch_s_layers():
    """torch.nn's encoder layers over the real tokens alone, row by row."""
    network, given = build(CONFIGS["transformer"], OWN), inputs()
    found = network(*given)
    D = 8
    layers = []
    for ours in network.layers:
        theirs = torch.nn.TransformerEncoderLayer(
            D, 2, 11, dropout=0.0, batch_first=True, norm_first=True
        )
        theirs.load_state_dict(ours.state_dict())
        layers.append(theirs.eval())
    for row, length in enumerate(LENGTHS.tolist()):
        static = given[3][row]
        ages = torch.arange(length - 1, -1, -1)[:, None]
        angles = ages / 10000 ** (torch.arange(0, D, 2) / D)
        waves = torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)
        past = torch.cat([given[0][row, :length], static.expand(length, -1)], dim=1)
        future = torch.cat([given[2][row], static.expand(HORIZON, -1)], dim=1)
        x = torch.cat([network.past(past) + waves, network.future(future) + network.steps])[None]
        for layer in layers:
            x = layer(x)
        want = network.output(network.norm(x[0, length:]))
        torch.testing.assert_close(found[row], want)
