/**
 * Attention of recurrent models and pools over states: reference/attention.py,
 * attention_luong.py and pooling.py; and the rule by which a weight is forced.
 */
const { engine } = Seqloom;
const { linear, dot, tanh, softmax, mix } = engine.math;

/** Additive attention: how much each place of the memory weighs, for each query. */
function additive(tensors) {
  const [query, memory, bias, score] = ["weight_query", "weight_memory", "bias", "weight_score"].map(
    (name) => tensors[`attention.${name}`],
  );
  const v = Float64Array.from(score.data);
  return {
    keys: (states) => linear(states, memory, bias),
    weigh: (queries, keys) =>
      linear(queries, query).map((q) => {
        const scores = keys.map((key) => {
          let sum = 0;
          for (let i = 0; i < v.length; i++) sum += v[i] * Math.tanh(q[i] + key[i]);
          return sum;
        });
        return softmax(scores);
      }),
  };
}

/** The scores `dot`, and `general` if there is a weight. */
function luong(tensors) {
  const weight = tensors["attention.weight"];
  return {
    keys: (states) => (weight ? linear(states, weight) : states),
    weigh: (queries, keys) => queries.map((q) => softmax(keys.map((key) => dot(q, key)))),
  };
}

/** A row of weights with some of them forced: the others are scaled so that the row sums to 1;
    if all the others are 0 they share the rest evenly.

    @param {number[]} weights - what the model gave
    @param {Map<number, number>} forced - by place in the source */
function force(weights, forced) {
  if (!forced || forced.size === 0) return weights;
  const left = Math.max(0, 1 - [...forced.values()].reduce((a, b) => a + b, 0));
  let free = 0;
  weights.forEach((w, s) => (free += forced.has(s) ? 0 : w));
  const number = weights.length - forced.size;
  return weights.map((w, s) => {
    if (forced.has(s)) return forced.get(s);
    return free > 0 ? (w * left) / free : left / number;
  });
}

const pools = {
  mean: (states) => ({
    pooled: mix(
      states.map(() => 1 / states.length),
      states,
    ),
    weights: null,
  }),
  max: (states) => ({
    pooled: states[0].map((_, i) => states.reduce((top, x) => Math.max(top, x[i]), -Infinity)),
    weights: null,
  }),
  attention: (states, tensors) => {
    const [memory, bias, score] = ["weight_memory", "bias", "weight_score"].map((name) => tensors[`pool.${name}`]);
    const scores = Float64Array.from(linear(states, memory, bias), (e) => dot(tanh(e), score.data));
    const weights = softmax(scores);
    return { pooled: mix(weights, states), weights };
  },
};

Object.assign(engine, { attention: { additive, luong, force, pools } });
