/**
 * Transformer layers, norm first: reference/transformer.py, transformer_parts.py, multi_head.py.
 *
 * A memory of a layer is `{keys, values}`, a row of D numbers a position; heads are slices of it.
 */
const { engine } = Seqloom;
const { part, linear, dot, add, relu, softmax, layerNorm } = engine.math;

/** @returns {HeadsWeights} */
function headsWeights(tensors, name) {
  const weight = tensors[`${name}.in_proj_weight`];
  const bias = tensors[`${name}.in_proj_bias`];
  const size = weight.shape[1];
  /** @returns {Affine} */
  const third = (n) => [part(weight, n * size, size), part(bias, n * size, size)];
  return { query: third(0), key: third(1), value: third(2), out: linearWeights(tensors, `${name}.out_proj`) };
}

/** @type {Engine["transformer"]["linearWeights"]} */
const linearWeights = (tensors, name) => [tensors[`${name}.weight`], tensors[`${name}.bias`]];
const normWeights = (tensors, name) => ({ weight: tensors[`${name}.weight`], bias: tensors[`${name}.bias`] });

/** Weights of `torch.nn.TransformerEncoderLayer`, or of the decoder's with `cross`. */
function layerWeights(tensors, name, { cross = false } = {}) {
  const norms = cross ? ["norm1", "norm2", "norm3"] : ["norm1", "norm2"];
  return {
    self: headsWeights(tensors, `${name}.self_attn`),
    cross: cross ? headsWeights(tensors, `${name}.multihead_attn`) : null,
    inner: linearWeights(tensors, `${name}.linear1`),
    outer: linearWeights(tensors, `${name}.linear2`),
    norms: norms.map((norm) => normWeights(tensors, `${name}.${norm}`)),
  };
}

/** @type {Engine["transformer"]["projectMemory"]} */
const projectMemory = (rows, w) => ({ keys: linear(rows, ...w.key), values: linear(rows, ...w.value) });

/**
 * What one query takes from a memory; `bias` is added to the score of a head and a place.
 * @param {Row} q @param {KeyValues} memory @param {number} numHeads
 * @param {((head: number, place: number) => number) | null} [bias]
 */
function lookUp(q, { keys, values }, numHeads, bias) {
  const size = q.length / numHeads;
  const out = new Float64Array(q.length);
  for (let head = 0; head < numHeads; head++) {
    const [from, to] = [head * size, (head + 1) * size];
    const scores = new Float64Array(keys.length);
    for (let s = 0; s < keys.length; s++) {
      scores[s] = dot(q, keys[s], from, to) / Math.sqrt(size) + (bias ? bias(head, s) : 0);
    }
    const weights = softmax(scores);
    for (let s = 0; s < keys.length; s++) {
      const a = weights[s];
      const value = values[s];
      for (let i = from; i < to; i++) out[i] += a * value[i];
    }
  }
  return out;
}

/**
 * x + A(norm(x), memory(row)); `memoryOf(place)` says what the row at a place may see.
 * @type {Engine["transformer"]["attend"]}
 */
function attend(xs, normed, w, numHeads, memoryOf) {
  const queries = linear(normed, ...w.query);
  const seen = queries.map((q, t) => lookUp(q, memoryOf(t), numHeads));
  return linear(seen, ...w.out).map((y, t) => add(xs[t], y));
}

/** @type {Engine["transformer"]["feedForward"]} */
function feedForward(xs, norm, w) {
  const inner = linear(
    xs.map((x) => layerNorm(x, norm)),
    ...w.inner,
  ).map(relu);
  return linear(inner, ...w.outer).map((y, t) => add(xs[t], y));
}

/** An encoder layer over a whole sequence, each place seeing all. @type {Engine["transformer"]["encoderLayer"]} */
function encoderLayer(xs, w, numHeads) {
  const normed = xs.map((x) => layerNorm(x, w.norms[0]));
  const memory = projectMemory(normed, w.self);
  return feedForward(
    attend(xs, normed, w.self, numHeads, () => memory),
    w.norms[1],
    w,
  );
}

const extended = (past, new_, n, most) => ({
  keys: [...past.keys, new_.keys[n]].slice(-most),
  values: [...past.values, new_.values[n]].slice(-most),
});

/**
 * One more position of several sequences: the causal part of a layer. One looks at `most` positions at most, its own
 * counted.
 * @type {Engine["transformer"]["selfStep"]}
 */
function selfStep(xs, pasts, w, numHeads, { most = Infinity, slopes = null } = {}) {
  const normed = xs.map((x) => layerNorm(x, w.norms[0]));
  const now = projectMemory(normed, w.self);
  const memories = pasts.map((past, n) => extended(past, now, n, most));
  const queries = linear(normed, ...w.self.query);
  const seen = queries.map((q, n) => {
    const own = memories[n].keys.length - 1;
    return lookUp(q, memories[n], numHeads, slopes && ((head, s) => -slopes[head] * (own - s)));
  });
  const ys = linear(seen, ...w.self.out).map((y, n) => add(xs[n], y));
  return { ys, memories };
}

/** Sinusoids of one position. */
function position(place, size) {
  const out = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    const angle = place * 10000 ** (-(i - (i % 2)) / size);
    out[i] = i % 2 ? Math.cos(angle) : Math.sin(angle);
  }
  return out;
}

/** An embedding's row times the square root of D, and its place. */
function placed(embedded, place) {
  const size = embedded.length;
  const scaled = embedded.map((v) => v * Math.sqrt(size));
  return add(scaled, position(place, size));
}

Object.assign(engine, {
  transformer: {
    layerWeights,
    normWeights,
    linearWeights,
    projectMemory,
    attend,
    feedForward,
    encoderLayer,
    selfStep,
    placed,
  },
});
