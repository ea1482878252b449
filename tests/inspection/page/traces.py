"""Traces made by hand for the tests of the page: small networks with random weights, really run."""

from pathlib import Path

import numpy as np

from seqloom.inspection import Layer, Named, Trace
from seqloom.reference import gru, lstm, rnn, unroll
from seqloom.reference.gru import GRUWeights
from seqloom.reference.lstm import LSTMWeights
from seqloom.reference.rnn import RNNWeights

TEXT = "it is not true that the long and winding plot of this old film was ever dull to me"
SENTENCE = TEXT.split()
GOLDEN = Path(__file__).parents[2] / "export" / "golden"
CELLS = {"rnn": (rnn, RNNWeights, 1), "lstm": (lstm, LSTMWeights, 4), "gru": (gru, GRUWeights, 3)}


def run_layer(rng, kind, x, hidden, scale, every_step=False):
    """States, gates and gradients of a layer of random weights over x `(T, I)`."""
    cell, weights_of, gates = CELLS[kind]
    I, G = x.shape[1], gates * hidden
    spread = scale / np.sqrt(hidden)
    w = weights_of(
        weight_ih=rng.normal(0, 1 / np.sqrt(I), (G, I)),
        weight_hh=rng.normal(0, spread, (G, hidden)),
        bias_ih=rng.normal(0, 0.3, G) + (1.0 if kind == "lstm" else 0.0),
        bias_hh=np.zeros(G),
    )
    h, state, saved = unroll.unroll(cell, x[None], w)
    d_h = np.zeros_like(h)
    if every_step:
        d_h[:] = rng.normal(0, 1, h.shape)
    else:
        d_h[0, -1] = rng.normal(0, 1, hidden)
    zeros = type(state)(*(np.zeros_like(a) for a in state))
    found = {"h": h[0]}
    for gate in {"lstm": "ifgo", "gru": "rzn"}.get(kind, ""):
        found[gate] = np.concatenate([getattr(step, gate) for step in saved.steps])
    if kind == "lstm":
        found["c"] = np.concatenate([step.before.c for step in saved.steps[1:]] + [state.c])
    gradient = unroll.unroll_backward(cell, d_h, zeros, saved, w)
    one = np.zeros_like(d_h)  # one row of the Jacobian stands for its largest singular value
    one[0, -1] = rng.normal(0, 1, hidden) / np.sqrt(hidden)
    row = unroll.unroll_backward(cell, one, zeros, saved, w).d_h[0]
    return found, gradient.d_h[0], np.linalg.norm(row, axis=1)


def named(*dims):
    return lambda values: Named(np.asarray(values, np.float32), dims)


def recurrent(cell="rnn", symbols=SENTENCE, hidden=24, scale=0.6, seed=0, **changes):
    """A classifier that reads a text and answers from its last state."""
    rng = np.random.default_rng(seed)
    T = len(symbols)
    states, d_h, jacobian = run_layer(rng, cell, rng.normal(0, 1, (T, 10)), hidden, scale)
    layer = Layer(name="encoder.0", kind=cell, steps="source", size=hidden)
    unit = named("source", "encoder.0.unit")
    arrays = {f"states/encoder.0/{key}": unit(values) for key, values in states.items()}
    arrays["gradient/encoder.0/h"] = unit(d_h)
    arrays["gradient/input"] = named("source")(rng.normal(0, 1, T) * np.linalg.norm(d_h, axis=1))
    arrays["jacobian/encoder.0/state"] = named("source")(jacobian)
    if cell == "lstm":
        arrays["jacobian/encoder.0/cell"] = named("source")(jacobian * 0.8)
        arrays["jacobian/encoder.0/gates"] = named("source")(jacobian**2 * 0.5)
    share = rng.normal(0, 0.3, T) * (np.arange(T) / T) ** 3
    arrays["importance/integrated_gradients"] = named("source")(share)
    arrays["importance/leave_one_out"] = named("source")(share * 0.7 + rng.normal(0, 0.01, T))
    given = {
        "task": "classify",
        "kind": cell,
        "input": " ".join(symbols),
        "output": "negative",
        "labels": {"source": tuple(symbols), "class": ("negative", "positive")},
        "layers": (layer,),
        "arrays": {**arrays, "output/log_probabilities": named("class")(np.log([0.87, 0.13]))},
        "facts": {
            "verdict": ["Effective memory: 9 steps. The first word stands 18 steps away."],
            "probabilities": {"negative": 0.87, "positive": 0.13},
            "model": {
                "task": "classify",
                "cell": cell,
                "parameters": 123456,
                "vocabulary": {"size": 9},
            },
        },
    }
    return Trace(**(given | changes))


def attention(source="pneumonoultra", output=None, hidden=16, seed=1):
    """A recurrent encoder and decoder with attention, both directions in the encoder."""
    rng = np.random.default_rng(seed)
    output = output or ("N", "UW0", "M", "AH0", "N", "OW2", "AH1", "L", "T", "R", "AH0", "<eos>")
    S, T = len(source), len(output)
    x = rng.normal(0, 1, (S, 6))
    arrays, layers = {}, []
    for name, values in (("encoder.0", x), ("encoder.0.reverse", x[::-1])):
        states, d_h, jacobian = run_layer(rng, "gru", values, hidden, 1.0, every_step=True)
        turn = slice(None, None, -1 if name.endswith("reverse") else 1)
        layers.append(
            Layer(name=name, kind="gru", steps="source", size=hidden, reverse=turn.step == -1)
        )
        unit = named("source", f"{name}.unit")
        arrays |= {f"states/{name}/{key}": unit(v[turn]) for key, v in states.items()}
        arrays[f"gradient/{name}/h"] = unit(d_h[turn])
        arrays[f"jacobian/{name}/state"] = named("source")(jacobian[turn])
    states, d_h, jacobian = run_layer(rng, "lstm", rng.normal(0, 1, (T, 6)), hidden, 1.0)
    layers.append(Layer(name="decoder.0", kind="lstm", steps="target", size=hidden))
    unit = named("target", "decoder.0.unit")
    arrays |= {f"states/decoder.0/{key}": unit(v) for key, v in states.items()}
    arrays["gradient/decoder.0/h"] = unit(d_h)
    distance = np.arange(T)[:, None] / (T - 1) - np.arange(S)[None] / (S - 1)
    weights = np.exp(-60 * distance**2 + rng.normal(0, 0.4, (T, S)))
    weights /= weights.sum(axis=1, keepdims=True)
    arrays["attention/decoder"] = named("target", "source")(weights)
    arrays["loss/steps"] = named("target")(rng.gamma(0.6, 0.4, T))
    vocabulary = ("AH0", "AH1", "L", "M", "N", "OW2", "R", "T", "UW0", "<eos>")
    logits = rng.normal(0, 2, (T, len(vocabulary)))
    logits -= np.log(np.exp(logits).sum(axis=1, keepdims=True))
    arrays["output/log_probabilities"] = named("target", "vocabulary")(logits)
    arrays["importance/leave_one_out"] = named("source")(rng.normal(0, 1, S))
    return Trace(
        task="transduce",
        kind="gru",
        input="".join(source),
        output=" ".join(s for s in output if s != "<eos>"),
        labels={"source": tuple(source), "target": tuple(output), "vocabulary": vocabulary},
        layers=tuple(layers),
        arrays=arrays,
        facts={
            "verdict": [
                "Attention gives each of the 13 letters a way of its own: none is lost.",
                "The encoder alone would remember 6 steps.",
            ],
            "attention": {"monotonicity": 0.97},
        },
    )


def fully_connected(symbols=SENTENCE):
    """A bag of words: no steps, one gradient to all inputs."""
    rng = np.random.default_rng(2)
    T = len(symbols)
    return recurrent(
        "rnn",
        symbols,
        kind="fully-connected",
        layers=(Layer(name="hidden", kind="fully-connected", steps="", size=7),),
        arrays={
            "states/hidden/h": named("hidden.unit")(rng.normal(0, 1, 7)),
            "gradient/input": named("source")(rng.normal(0, 1, T)),
            "importance/leave_one_out": named("source")(rng.normal(0, 1, T)),
        },
    )


def transformer(symbols=SENTENCE, heads=3):
    """A layer of self-attention over a text."""
    rng = np.random.default_rng(3)
    T = len(symbols)
    weights = rng.dirichlet(np.full(T, 0.3), (heads, T))
    unit = named("source", "encoder.0.unit")
    return recurrent(
        "rnn",
        symbols,
        kind="transformer",
        layers=(Layer(name="encoder.0", kind="transformer", steps="source", size=12),),
        arrays={
            "states/encoder.0/h": unit(rng.normal(0, 1, (T, 12))),
            "gradient/encoder.0/h": unit(rng.normal(0, 1, (T, 12))),
            "attention/encoder.0/self": named("head", "source", "source")(weights),
        },
    )


def forecast(past=48, horizon=12):
    """A forecaster of a series with a season."""
    rng = np.random.default_rng(4)
    series = 100 + np.arange(past) + 20 * np.sin(np.arange(past) / 2) + rng.normal(0, 3, past)
    states, d_h, _ = run_layer(rng, "gru", series[:, None] / 100 - 1, 9, 1.0)
    ahead = past + np.arange(horizon)
    middle = 100 + ahead + 20 * np.sin(ahead / 2)
    wide = 4 + np.arange(horizon)
    unit = named("source", "encoder.0.unit")
    return Trace(
        task="forecast",
        kind="gru",
        input="48 months",
        output="",
        labels={
            "source": tuple(f"m{i}" for i in range(past)),
            "target": tuple(f"m{i}" for i in ahead),
            "quantile": ("0.05", "0.5", "0.95"),
        },
        layers=(Layer(name="encoder.0", kind="gru", steps="source", size=9),),
        arrays={
            **{f"states/encoder.0/{key}": unit(v) for key, v in states.items()},
            "gradient/encoder.0/h": unit(d_h),
            "input/history": named("source")(series),
            "input/values": named("source", "feature")(np.stack([series / 100 - 1, series % 1], 1)),
            "output/values": named("target", "quantile")(
                np.stack([middle - wide, middle, middle + wide], axis=1)
            ),
        },
    )


def large(steps=1000, units=1024, kind="lstm"):
    """As large as the page has to stay fluid for: random, since running it would take a while."""
    rng = np.random.default_rng(5)
    symbols = tuple(SENTENCE[i % len(SENTENCE)] for i in range(steps))
    drift = np.cumsum(rng.normal(0, 0.1, (steps, units)), axis=0)
    unit = named("source", "encoder.0.unit")
    far = np.arange(steps)[::-1]
    arrays = {f"states/encoder.0/{k}": unit(np.tanh(drift)) for k in "hcg"}
    arrays |= {f"states/encoder.0/{k}": unit(1 / (1 + np.exp(-2 * drift))) for k in "ifo"}
    arrays["jacobian/encoder.0/state"] = named("source")(0.97**far)
    arrays["gradient/encoder.0/h"] = unit(rng.normal(0, 1, (steps, units)) * (0.97**far)[:, None])
    return recurrent(
        "rnn",
        symbols,
        kind=kind,
        layers=(Layer(name="encoder.0", kind=kind, steps="source", size=units),),
        arrays=arrays,
    )


ALL = {
    "rnn": recurrent,
    "lstm": lambda: recurrent("lstm", scale=1.0),
    "attention": attention,
    "fully-connected": fully_connected,
    "transformer": transformer,
    "forecast": forecast,
}
