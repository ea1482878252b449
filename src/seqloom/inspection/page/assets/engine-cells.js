/**
 * Recurrent cells and layers: the equations of reference/rnn.py, lstm.py, gru.py and unroll.py.
 *
 * A state is `{h}`, or `{h, c}` of an LSTM. The input's part of the gates is computed for all steps
 * of a layer at once, the state's part step by step.
 */
const { engine } = Seqloom;
const { linear, concat, sigmoid } = engine.math;

/** From `u = W_ih x + b_ih`, `v = W_hh h + b_hh` and the state before to the state after. */
const combine = {
  rnn: (u, v) => ({ h: u.map((x, i) => Math.tanh(x + v[i])) }),
  lstm: (u, v, before) => {
    const size = before.h.length;
    const h = new Float64Array(size);
    const c = new Float64Array(size);
    for (let k = 0; k < size; k++) {
      const gate = (n) => u[n * size + k] + v[n * size + k];
      c[k] = sigmoid(gate(1)) * before.c[k] + sigmoid(gate(0)) * Math.tanh(gate(2));
      h[k] = sigmoid(gate(3)) * Math.tanh(c[k]);
    }
    return { h, c };
  },
  gru: (u, v, before) => {
    const size = before.h.length;
    const h = new Float64Array(size);
    for (let k = 0; k < size; k++) {
      const [a, b, c] = [k, size + k, 2 * size + k];
      const r = sigmoid(u[a] + v[a]);
      const z = sigmoid(u[b] + v[b]);
      const n = Math.tanh(u[c] + r * v[c]);
      h[k] = (1 - z) * n + z * before.h[k];
    }
    return { h };
  },
};
const GATES = { rnn: 1, lstm: 4, gru: 3 };
const FIELDS = { rnn: ["h"], lstm: ["h", "c"], gru: ["h"] };

/** Weights named as torch names them, e.g. `encoder.weight_ih_l0`. */
function cellWeights(tensors, prefix, suffix) {
  const take = (name) => tensors[`${prefix}${name}${suffix}`];
  return { ih: take("weight_ih"), hh: take("weight_hh"), bias_ih: take("bias_ih"), bias_hh: take("bias_hh") };
}

function zeroState(cell, w) {
  const size = w.hh.shape[1];
  return Object.fromEntries(FIELDS[cell].map((field) => [field, new Float64Array(size)]));
}

/** One step of several hypotheses. */
function stepCell(cell, xs, states, w) {
  const us = linear(xs, w.ih, w.bias_ih);
  const vs = linear(
    states.map((s) => s.h),
    w.hh,
    w.bias_hh,
  );
  return states.map((before, n) => combine[cell](us[n], vs[n], before));
}

/** A layer over time, in one direction: the state after each step. */
function unroll(cell, xs, w, first = zeroState(cell, w)) {
  const states = [];
  let state = first;
  for (const u of linear(xs, w.ih, w.bias_ih)) {
    const [v] = linear([state.h], w.hh, w.bias_hh);
    state = combine[cell](u, v, state);
    states.push(state);
  }
  return states;
}

/** A layer in as many directions as it has weights for: its outputs and last states. */
function bothWays(cell, xs, [forward, backward]) {
  const there = unroll(cell, xs, forward);
  if (!backward) return { outputs: there.map((s) => s.h), lasts: [there.at(-1)] };
  const back = unroll(cell, [...xs].reverse(), backward);
  const lasts = [there.at(-1), back.at(-1)];
  back.reverse();
  return { outputs: there.map((s, t) => concat(s.h, back[t].h)), lasts };
}

/** The layers of `encoder.`, one above the other. */
function encoderLayers(tensors, count, bidirectional) {
  const suffixes = bidirectional ? ["", "_reverse"] : [""];
  return Array.from({ length: count }, (_, layer) =>
    suffixes.map((suffix) => cellWeights(tensors, "encoder.", `_l${layer}${suffix}`)),
  );
}

Object.assign(engine, { cells: { GATES, FIELDS, cellWeights, zeroState, stepCell, unroll, bothWays, encoderLayers } });
