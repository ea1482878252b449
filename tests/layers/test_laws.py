"""Laws every cell keeps. Add a cell to CASES and they all run for it."""

import pytest
import torch

from seqloom.errors import ShapeError
from seqloom.layers import CELLS, LSTMCell, RNNCell, unroll

B, T, I, H = 5, 7, 3, 4  # all different, so that a transposed axis shows
LENGTHS = torch.tensor([7, 1, 4, 0, 6])
REAL = torch.arange(T) < LENGTHS[:, None]
NAMES = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")

CASES = {name: lambda cell_class=cell_class: cell_class(I, H) for name, cell_class in CELLS.items()}
CASES |= {
    "rnn-relu": lambda: RNNCell(I, H, nonlinearity="relu"),
    "lstm-biased": lambda: LSTMCell(I, H, forget_bias=1.0),
}


@pytest.fixture(params=CASES)
def cell(request):
    return CASES[request.param]()


def random_state(cell, batch=B):
    """A state with no zeros and no two fields alike, so that swapped fields show."""
    zeros = cell.initial_state(batch)
    return type(zeros)(*(torch.randn_like(s) for s in zeros))


def rows(state, b):
    return type(state)(*(s[b : b + 1] for s in state))


def with_padding(x, value):
    return torch.where(REAL[:, :, None], x, value)


def test_unroll_equals_stepping(cell):
    x, state = torch.randn(B, T, I), random_state(cell)
    run = unroll(cell, x, state)
    for t in range(T):
        output, state = cell.step(x[:, t], state)
        torch.testing.assert_close(run.output[:, t], output)
    torch.testing.assert_close(run.last, state)


def test_no_state_means_zeros(cell):
    x = torch.randn(B, T, I)
    zeros = type(cell.initial_state(B))(*(torch.zeros(B, H) for _ in cell.state_fields))
    torch.testing.assert_close(unroll(cell, x)[:2], unroll(cell, x, zeros)[:2])
    assert cell.initial_state(B)._fields == cell.state_fields


@pytest.mark.parametrize("reverse", [False, True])
def test_padding_changes_nothing(cell, reverse):
    x, state = with_padding(torch.randn(B, T, I), torch.nan), random_state(cell)
    run = unroll(cell, x, state, lengths=LENGTHS, reverse=reverse)
    for b, n in enumerate(LENGTHS):
        alone = unroll(cell, x[b : b + 1, :n], rows(state, b), reverse=reverse)
        torch.testing.assert_close(run.output[b : b + 1, :n], alone.output)
        torch.testing.assert_close(rows(run.last, b), alone.last)
    assert (run.output[~REAL] == 0).all()


def test_reverse_reads_each_sequence_from_its_end(cell):
    x, state = torch.randn(B, T, I), random_state(cell)
    run = unroll(cell, x, state, lengths=LENGTHS, reverse=True)
    for b, n in enumerate(LENGTHS):
        flipped = unroll(cell, x[b : b + 1, :n].flip(1), rows(state, b))
        torch.testing.assert_close(run.output[b : b + 1, :n], flipped.output.flip(1))
        torch.testing.assert_close(rows(run.last, b), flipped.last)


def gradients(cell, x, state, **options):
    """Of a random but fixed loss on outputs, last state and, if asked for, states and gates."""
    leaves = [x.clone().requires_grad_(), *(s.clone().requires_grad_() for s in state)]
    run = unroll(cell, leaves[0], type(state)(*leaves[1:]), **options)
    torch.manual_seed(1)
    parts = [run.output, *run.last, *(run.states or ()), *(run.gates or ())]
    loss = sum((part * torch.randn_like(part)).sum() for part in parts)
    return torch.autograd.grad(loss, [*leaves, *cell.parameters()])


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("return_states", [False, True])
def test_nan_in_padding_reaches_no_gradient(cell, reverse, return_states):
    x, state = torch.randn(B, T, I), random_state(cell)
    options = {"lengths": LENGTHS, "reverse": reverse, "return_states": return_states}
    want = gradients(cell, with_padding(x, 0.0), state, **options)
    got = gradients(cell, with_padding(x, torch.nan), state, **options)
    torch.testing.assert_close(got, want)
    assert (got[0][~REAL] == 0).all()
    assert (got[0][REAL] != 0).any()


@pytest.mark.parametrize("reverse", [False, True])
def test_no_output_looks_ahead(cell, reverse):
    x, state = torch.randn(B, T, I), random_state(cell)
    changed = x.clone()
    unread = slice(0, 3) if reverse else slice(4, T)
    read = slice(3, T) if reverse else slice(0, 4)
    changed[:, unread] += 1
    before, after = (unroll(cell, a, state, reverse=reverse).output for a in (x, changed))
    assert torch.equal(before[:, read], after[:, read])
    assert not torch.allclose(before[:, unread], after[:, unread])


@pytest.mark.parametrize("return_states", [False, True])
def test_no_steps_at_all(cell, return_states):
    state = random_state(cell)
    run = unroll(cell, torch.randn(B, 0, I), state, return_states=return_states)
    assert run.output.shape == (B, 0, H)
    torch.testing.assert_close(run.last, state)
    if return_states:
        assert all(array.shape == (B, 0, H) for array in (*run.states, *run.gates))
        assert run.states._fields == cell.state_fields


def test_gradient_is_the_slope(cell):
    x, state = torch.randn(3, 2, I, requires_grad=True), random_state(cell, batch=3)
    leaves = [s.requires_grad_() for s in state]
    lengths = torch.tensor([2, 0, 1])

    def run(x, *leaves):
        run = unroll(cell, x, type(state)(*leaves[: len(state)]), lengths=lengths)
        return run.output, *run.last

    assert torch.autograd.gradcheck(run, (x, *leaves, *cell.parameters()))


@pytest.mark.parametrize("reverse", [False, True])
def test_states_and_gates_tell_how_each_output_came_about(cell, reverse):
    x, state = with_padding(torch.randn(B, T, I), torch.nan), random_state(cell)
    run = unroll(cell, x, state, lengths=LENGTHS, reverse=reverse, return_states=True)
    plain = unroll(cell, x, state, lengths=LENGTHS, reverse=reverse)
    assert plain.states is None
    assert plain.gates is None
    torch.testing.assert_close(run[:2], plain[:2])
    for t in reversed(range(T)) if reverse else range(T):
        real = REAL[:, t]
        gates, new = (type(a)(*(field[:, t] for field in a)) for a in (run.gates, run.states))
        want = by_equation(gates, state)
        for name, array in new._asdict().items():
            torch.testing.assert_close(array[real], want[name][real])
            assert torch.equal(array[~real], getattr(state, name)[~real])  # stands still
        torch.testing.assert_close(run.output[real, t], new.h[real])
        assert all((gate[~real] == 0).all() for gate in gates)
        state = new
    torch.testing.assert_close(state, run.last)


def by_equation(gates, before):
    """The state after a step, as each cell's paper writes it."""
    a = gates._asdict()
    if a.keys() == {"i", "f", "g", "o"}:
        c = a["f"] * before.c + a["i"] * a["g"]
        return {"h": a["o"] * torch.tanh(c), "c": c}
    if a.keys() == {"r", "z", "n"}:
        return {"h": (1 - a["z"]) * a["n"] + a["z"] * before.h}
    return {"h": a["n"]}


def test_of_weights_shares_memory(cell):
    options = {"nonlinearity": cell.nonlinearity} if isinstance(cell, RNNCell) else {}
    twin = type(cell).of_weights([getattr(cell, n) for n in NAMES], **options)
    assert (twin.input_size, twin.hidden_size) == (I, H)
    for name in NAMES:
        assert getattr(twin, name).data_ptr() == getattr(cell, name).data_ptr()
    x, state = torch.randn(B, I), random_state(cell)
    with torch.no_grad():
        cell.weight_hh.mul_(2.0)
    torch.testing.assert_close(twin.step(x, state), cell.step(x, state))


def test_wrong_shapes_say_what_was_wrong(cell):
    where = type(cell).__name__
    message = rf"^{where}: `x` must have shape \(B, I=3\), got \(5, 8\)\.$"
    with pytest.raises(ShapeError, match=message):
        cell.step(torch.randn(B, 8), cell.initial_state(B))
    with pytest.raises(ShapeError, match=r"^unroll: `x` must have shape \(B, T, I=3\), got \(5, 7"):
        unroll(cell, torch.randn(B, T, 8))
    bare = unroll.__wrapped__  # without the checks of annotations, as users have it
    with pytest.raises(ShapeError, match=r"^unroll: `lengths` must have shape \(B=5\), got \(4,\)"):
        bare(cell, torch.randn(B, T, I), lengths=LENGTHS[:4])
