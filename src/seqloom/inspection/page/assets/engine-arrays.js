"use strict";
/**
 * The few functions that the engine is built from: fully-connected layers over rows, softmax, norms.
 *
 * A weight is `{shape, data}` with float32 data, as the model file has it; what is computed is rows,
 * arrays of float64. Rows are never changed once they are made, so hypotheses may share them.
 *
 * Checked in Chromium against the runtime: tests/inspection/page/test_engine.py.
 */
const { engine } = Seqloom;

/** Rows `first` to `first + count` of a weight, or of a bias; shares its memory. */
function part(weight, first, count) {
  const [, ...rest] = weight.shape;
  const width = rest.reduce((a, b) => a * b, 1);
  return {
    shape: [count, ...rest],
    data: weight.data.subarray(first * width, (first + count) * width),
  };
}

/** One row of an embedding. */
function row(weight, index) {
  const width = weight.shape[1];
  return Float64Array.from(weight.data.subarray(index * width, (index + 1) * width));
}

/** y = x W^T + b for every row; four at a time, since each weight is then read once. */
function linear(rows, weight, bias) {
  const size = weight.shape[0];
  const out = rows.map(() => new Float64Array(size));
  const fours = rows.length - (rows.length % 4);
  for (let n = 0; n < fours; n += 4) {
    fourRows(rows.slice(n, n + 4), weight, out.slice(n, n + 4));
  }
  for (let n = fours; n < rows.length; n++) oneRow(rows[n], weight, out[n]);
  if (bias) for (const y of out) for (let j = 0; j < size; j++) y[j] += bias.data[j];
  return out;
}

function fourRows([a, b, c, d], weight, [ya, yb, yc, yd]) {
  const [size, width] = weight.shape;
  const w = weight.data;
  for (let j = 0, at = 0; j < size; j++) {
    let sa = 0, sb = 0, sc = 0, sd = 0;
    for (let i = 0; i < width; i++, at++) {
      const x = w[at];
      sa += x * a[i];
      sb += x * b[i];
      sc += x * c[i];
      sd += x * d[i];
    }
    ya[j] = sa;
    yb[j] = sb;
    yc[j] = sc;
    yd[j] = sd;
  }
}

function oneRow(x, weight, y) {
  const [size, width] = weight.shape;
  const w = weight.data;
  let j = 0;
  for (; j + 4 <= size; j += 4) {
    let p = j * width, q = p + width, r = q + width, s = r + width;
    let sp = 0, sq = 0, sr = 0, ss = 0;
    for (let i = 0; i < width; i++) {
      const v = x[i];
      sp += w[p++] * v;
      sq += w[q++] * v;
      sr += w[r++] * v;
      ss += w[s++] * v;
    }
    y[j] = sp;
    y[j + 1] = sq;
    y[j + 2] = sr;
    y[j + 3] = ss;
  }
  for (; j < size; j++) {
    let sum = 0;
    for (let i = 0, at = j * width; i < width; i++) sum += w[at++] * x[i];
    y[j] = sum;
  }
}

/** The inner product of two rows, or of a row and a weight's data. */
function dot(a, b, from = 0, to = a.length) {
  let sum = 0;
  for (let i = from; i < to; i++) sum += a[i] * b[i];
  return sum;
}

/** Rows side by side as one. */
function concat(...rows) {
  const out = new Float64Array(rows.reduce((n, x) => n + x.length, 0));
  let at = 0;
  for (const x of rows) {
    out.set(x, at);
    at += x.length;
  }
  return out;
}

const add = (a, b) => a.map((x, i) => x + b[i]);
const tanh = (x) => x.map(Math.tanh);
const relu = (x) => x.map((v) => (v > 0 ? v : 0));

/** Exact in both tails. */
function sigmoid(x) {
  const e = Math.exp(-Math.abs(x));
  return (x >= 0 ? 1 : e) / (1 + e);
}

function largest(x) {
  let top = -Infinity;
  for (const v of x) if (v > top) top = v;
  return top;
}

function softmax(x) {
  const top = largest(x);
  const e = x.map((v) => Math.exp(v - top));
  const total = e.reduce((a, b) => a + b, 0);
  return e.map((v) => v / total);
}

/** In nats. */
function logSoftmax(x) {
  const top = largest(x);
  let total = 0;
  for (const v of x) total += Math.exp(v - top);
  const shift = top + Math.log(total);
  return x.map((v) => v - shift);
}

/** Place of the largest, the first of equals. */
function argmax(x) {
  let best = 0;
  for (let i = 1; i < x.length; i++) if (x[i] > x[best]) best = i;
  return best;
}

/** `sum_j weights[j] rows[j]`. */
function mix(weights, rows) {
  const out = new Float64Array(rows[0].length);
  rows.forEach((x, j) => {
    const a = weights[j];
    for (let i = 0; i < out.length; i++) out[i] += a * x[i];
  });
  return out;
}

function layerNorm(x, { weight, bias }) {
  const size = x.length;
  const mean = x.reduce((a, b) => a + b, 0) / size;
  const centred = x.map((v) => v - mean);
  const scale = 1 / Math.sqrt(dot(centred, centred) / size + 1e-5);
  return centred.map((v, i) => v * scale * weight.data[i] + bias.data[i]);
}

Object.assign(engine, {
  math: {
    part, row, linear, dot, concat, add, tanh, relu, sigmoid, softmax, logSoftmax, argmax, mix,
    layerNorm,
  },
});
