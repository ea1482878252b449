"""The same work in JAX: `jax.lax.scan`, compiled; products of inputs are done before the loop."""

from typing import Any

import jax
import jax.numpy as jnp
from shapes import DecoderCase, LayerCase
from work import Candidate, Work


def _step(cell: str, a: Any, b: Any, state: tuple[Any, ...]) -> tuple[Any, ...]:
    """The new state from what input and state add to the gates."""
    h = state[0]
    if cell == "lstm":
        i, f, g, o = jnp.split(a + b, 4, axis=-1)
        c = jax.nn.sigmoid(f) * state[1] + jax.nn.sigmoid(i) * jnp.tanh(g)
        return jax.nn.sigmoid(o) * jnp.tanh(c), c
    if cell == "gru":
        (ar, az, an), (br, bz, bn) = jnp.split(a, 3, axis=-1), jnp.split(b, 3, axis=-1)
        z = jax.nn.sigmoid(az + bz)
        n = jnp.tanh(an + jax.nn.sigmoid(ar + br) * bn)
        return ((1 - z) * n + z * h,)
    return (jnp.tanh(a + b),)


def _layer(case: LayerCase, p: dict[str, Any], live: Any) -> list[Any]:
    """`live` `(T, B, 1)` masks the steps of a ragged batch."""
    outputs = []
    for suffix in ("", "_reverse")[: 1 + case.both]:
        w = {name.removesuffix(f"_l0{suffix}"): x for name, x in p.items() if _of(name, suffix)}
        a = jnp.swapaxes(p["x"], 0, 1) @ w["weight_ih"].T + w["bias_ih"]

        def step(state: Any, now: Any, w: Any = w) -> tuple[Any, Any]:
            a, live = now
            b = state[0] @ w["weight_hh"].T + w["bias_hh"]
            new = _step(case.cell, a, b, state)
            if live is None:
                return new, new[0]
            new = tuple(jnp.where(live, n, s) for n, s in zip(new, state, strict=True))
            return new, jnp.where(live, new[0], 0.0)

        zeros = jnp.zeros((case.B, case.H), jnp.float32)
        before = (zeros, zeros) if case.cell == "lstm" else (zeros,)
        _, h = jax.lax.scan(step, before, (a, live), reverse=suffix != "")
        outputs.append(jnp.swapaxes(h, 0, 1))
    return [jnp.concatenate(outputs, -1)]


def _of(name: str, suffix: str) -> bool:
    return name.endswith(f"_l0{suffix}")


def _decoder(case: DecoderCase, p: dict[str, Any]) -> list[Any]:
    E = case.E
    a = jnp.swapaxes(p["x"], 0, 1) @ p["weight_ih"][:, :E].T + p["bias_ih"]

    def step(state: Any, a: Any) -> tuple[Any, Any]:
        query = state[0] @ p["weight_query"].T
        scores = jnp.tanh(p["keys"] + query[:, None]) @ p["weight_score"]
        context = jnp.einsum("bs,bsm->bm", jax.nn.softmax(scores), p["memory"])
        a = a + context @ p["weight_ih"][:, E:].T
        new = _step(case.cell, a, state[0] @ p["weight_hh"].T + p["bias_hh"], state)
        return new, (new[0], context)

    before = (p["h0"], p["c0"]) if case.cell == "lstm" else (p["h0"],)
    _, (h, context) = jax.lax.scan(step, before, a)
    return [jnp.swapaxes(h, 0, 1), jnp.swapaxes(context, 0, 1)]


def in_jax(case: LayerCase | DecoderCase, work: Work) -> Candidate:
    leaves = {name: jnp.asarray(x.detach().numpy()) for name, x in work.leaves.items()}
    grads = [jnp.asarray(g.numpy()) for g in work.grads]
    live = None
    if work.lengths is not None:
        assert isinstance(case, LayerCase)
        steps = jnp.arange(case.T)[:, None, None]
        live = steps < jnp.asarray(work.lengths.numpy())[None, :, None]

    def run(p: dict[str, Any]) -> list[Any]:
        return _decoder(case, p) if isinstance(case, DecoderCase) else _layer(case, p, live)

    @jax.jit
    def train(p: dict[str, Any], grads: list[Any]) -> tuple[list[Any], dict[str, Any]]:
        outputs, backward = jax.vjp(run, p)
        return outputs, backward(grads)[0]

    forward = jax.jit(run)

    def trained() -> list[Any]:
        outputs, found = jax.block_until_ready(train(leaves, grads))
        return [*outputs, *(found[name] for name in leaves)]

    return Candidate(lambda: jax.block_until_ready(forward(leaves)), trained)
