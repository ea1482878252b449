"""Traces with the arrays of `docs/trace.md` and numbers at random, for the tests of figures."""

import numpy as np

from seqloom.inspection import Layer, Named, Trace

ARTICLE = ["it", "is", "highly", "unlikely", "that", "i", "would", "not", "recommend"]
GATES = {"rnn": "", "lstm": "ifgo", "gru": "rzn"}


def recurrent(kind, words=tuple(ARTICLE), size=7, reverse=False):
    """A classifier's trace: one layer that reads `words`, all that is drawn of it."""
    rng = np.random.default_rng(len(words))
    name = "encoder.0.reverse" if reverse else "encoder.0"
    steps = ("source", f"{name}.unit")
    shape = (len(words), size)
    arrays = {f"states/{name}/h": rng.uniform(-1, 1, shape)}
    arrays |= {f"states/{name}/{g}": rng.uniform(0, 1, shape) for g in GATES[kind]}
    fade = 0.6 ** np.arange(len(words))[:: 1 if reverse else -1]
    arrays[f"gradient/{name}/h"] = fade[:, None] * rng.normal(size=shape)
    if kind == "lstm":
        arrays[f"states/{name}/c"] = 3 * rng.normal(size=shape)
    found = {n: Named(a.astype(np.float32), steps) for n, a in arrays.items()}
    parts = {"rnn": ["state", "h"], "gru": ["state", "h", "cell", "gates"]}
    for part in parts.get(kind, ["state", "h", "c", "cell", "gates"]):
        values = {"gates": 2.0}.get(part, 1.0) * fade ** {"cell": 0.3}.get(part, 1.0)
        found[f"jacobian/{name}/{part}"] = Named(values.astype(np.float32), ("source",))
    for measure in ("integrated_gradients", "leave_one_out"):
        values = rng.normal(size=len(words)).astype(np.float32)
        found[f"importance/{measure}"] = Named(values, ("source",))
    return _trace(
        kind,
        words,
        (Layer(name=name, kind=kind, steps="source", size=size, reverse=reverse),),
        found,
    )


def fully_connected():
    rng = np.random.default_rng(1)
    layer = Layer(name="hidden", kind="fully-connected", steps="", size=5)
    arrays = {
        f"{kind}/hidden/h": Named(rng.normal(size=5).astype(np.float32), ("hidden.unit",))
        for kind in ("states", "gradient")
    }
    return _trace("fully-connected", tuple(ARTICLE), (layer,), arrays)


def translator():
    """An encoder-decoder's attention."""
    weights = np.random.default_rng(2).dirichlet(np.full(5, 0.3), size=4).astype(np.float32)
    arrays = {"attention/decoder": Named(weights, ("target", "source"))}
    labels = {"source": tuple("t$o h"), "target": ("D", "OW", "$x$", "<eos>")}
    return Trace(
        task="transduce", kind="gru", input="t$o h", output="D OW", labels=labels, layers=(),
        arrays=arrays,
    )  # fmt: skip


def transformer(words=tuple(ARTICLE), heads=6):
    weights = np.random.default_rng(3).dirichlet(np.ones(len(words)), size=(heads, len(words)))
    axes = ("encoder.0.head", "source", "source")
    arrays = {"attention/encoder.0/self": Named(weights.astype(np.float32), axes)}
    pooled = np.full(len(words), 1 / len(words), np.float32)
    arrays["attention/pool"] = Named(pooled, ("source",))
    states = np.random.default_rng(4).normal(size=(len(words), 8)).astype(np.float32)
    for kind in ("states", "gradient"):
        arrays[f"{kind}/encoder.0/h"] = Named(states, ("source", "encoder.0.unit"))
    layer = Layer(name="encoder.0", kind="transformer", steps="source", size=8)
    return _trace("transformer", words, (layer,), arrays)


def _trace(kind, words, layers, arrays):
    return Trace(
        task="classify", kind=kind, input=" ".join(words), output="positive",
        labels={"source": tuple(words)}, layers=layers, arrays=arrays,
    )  # fmt: skip
