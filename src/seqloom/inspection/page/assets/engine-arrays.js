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
  return { shape: [count, ...rest], data: weight.data.subarray(first * width, (first + count) * width) };
}

/** One row of an embedding. */
function row(weight, index) {
  const width = weight.shape[1];
  return Float64Array.from(weight.data.subarray(index * width, (index + 1) * width));
}

/**
 * y = x W^T + b for every row. Four rows are done at a time, and eight outputs of a row alone, so
 * that what is loaded is used several times: this is where nearly all of the time goes.
 */
function linear(rows, weight, bias) {
  const [size] = weight.shape;
  const start = bias ? Float64Array.from(bias.data) : new Float64Array(size);
  const out = rows.map(() => new Float64Array(start));
  const fours = rows.length - (rows.length % 4);
  for (let n = 0; n < fours; n += 4) {
    fourRows(rows.slice(n, n + 4), weight, out.slice(n, n + 4));
  }
  for (let n = fours; n < rows.length; n++) oneRow(rows[n], weight, out[n]);
  return out;
}

/** Adds to y; two outputs of four rows at a time. */
function fourRows(xs, weight, ys) {
  const [size, width] = weight.shape;
  const { data } = weight;
  const [a, b, c, d] = xs;
  const even = size - (size % 2);
  for (let j = 0; j < even; j += 2) {
    let p = j * width;
    let q = p + width;
    let [pa, pb, pc, pd, qa, qb, qc, qd] = [0, 0, 0, 0, 0, 0, 0, 0];
    for (let i = 0; i < width; i++) {
      const v = data[p++],
        w = data[q++];
      const xa = a[i],
        xb = b[i],
        xc = c[i],
        xd = d[i];
      pa += v * xa;
      pb += v * xb;
      pc += v * xc;
      pd += v * xd;
      qa += w * xa;
      qb += w * xb;
      qc += w * xc;
      qd += w * xd;
    }
    ys[0][j] += pa;
    ys[1][j] += pb;
    ys[2][j] += pc;
    ys[3][j] += pd;
    ys[0][j + 1] += qa;
    ys[1][j + 1] += qb;
    ys[2][j + 1] += qc;
    ys[3][j + 1] += qd;
  }
  if (even < size) xs.forEach((x, n) => (ys[n][even] += output(x, weight, even)));
}

/** Adds to y; eight outputs at a time. */
function oneRow(x, weight, y) {
  const [size, width] = weight.shape;
  const { data } = weight;
  const eights = size - (size % 8);
  const [w1, w2, w3, w4, w5, w6, w7] = [1, 2, 3, 4, 5, 6, 7].map((n) => n * width);
  for (let j = 0; j < eights; j += 8) {
    let [s0, s1, s2, s3, s4, s5, s6, s7] = [0, 0, 0, 0, 0, 0, 0, 0];
    for (let i = 0, p = j * width; i < width; i++, p++) {
      const v = x[i];
      s0 += data[p] * v;
      s1 += data[p + w1] * v;
      s2 += data[p + w2] * v;
      s3 += data[p + w3] * v;
      s4 += data[p + w4] * v;
      s5 += data[p + w5] * v;
      s6 += data[p + w6] * v;
      s7 += data[p + w7] * v;
    }
    y[j] += s0;
    y[j + 1] += s1;
    y[j + 2] += s2;
    y[j + 3] += s3;
    y[j + 4] += s4;
    y[j + 5] += s5;
    y[j + 6] += s6;
    y[j + 7] += s7;
  }
  for (let j = eights; j < size; j++) y[j] += output(x, weight, j);
}

function output(x, { shape: [, width], data }, j) {
  let sum = 0;
  for (let i = 0, p = j * width; i < width; i++, p++) sum += data[p] * x[i];
  return sum;
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
  math: { part, row, linear, dot, concat, add, tanh, relu, sigmoid, softmax, logSoftmax, argmax, mix, layerNorm },
});
