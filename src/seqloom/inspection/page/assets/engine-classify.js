/**
 * The classifiers of networks/classifiers.py: fully-connected, recurrent, Transformer.
 *
 * Each has `read(ids) -> {logProbs, weights}`: log-probabilities of the classes in nats, and the
 * weight of each symbol where the pool is attention.
 */
const { engine } = Seqloom;
const { math, cells, attention, transformer } = engine;

const embed = (tensors, ids) => ids.map((id) => math.row(tensors["embedding.weight"], id));

function answer(pooled, tensors) {
  const [logits] = math.linear([pooled], tensors["output.weight"], tensors["output.bias"]);
  return math.logSoftmax(logits);
}

function fullyConnected(_, tensors) {
  return (ids) => {
    const { pooled } = attention.pools.mean(embed(tensors, ids));
    const [hidden] = math.linear([pooled], tensors["hidden.weight"], tensors["hidden.bias"]);
    return { logProbs: answer(math.relu(hidden), tensors), weights: null };
  };
}

function recurrent(config, tensors) {
  const layers = cells.encoderLayers(tensors, config.layers, config.bidirectional);
  return (ids) => {
    let outputs = embed(tensors, ids);
    let lasts = [];
    for (const layer of layers) {
      ({ outputs, lasts } = cells.bothWays(config.cell, outputs, layer));
    }
    const { pooled, weights } =
      config.pool === "last"
        ? { pooled: math.concat(...lasts.map((s) => s.h)), weights: null }
        : attention.pools[config.pool](outputs, tensors);
    return { logProbs: answer(pooled, tensors), weights };
  };
}

function transformerClassifier(config, tensors) {
  const layers = Array.from({ length: config.layers }, (_, i) => transformer.layerWeights(tensors, `encoder.${i}`));
  const norm = transformer.normWeights(tensors, "norm");
  return (ids) => {
    let rows = embed(tensors, ids).map((x, t) => transformer.placed(x, t));
    for (const layer of layers) rows = transformer.encoderLayer(rows, layer, config.num_heads);
    rows = rows.map((x) => math.layerNorm(x, norm));
    const { pooled, weights } = attention.pools[config.pool](rows, tensors);
    return { logProbs: answer(pooled, tensors), weights };
  };
}

const NETWORKS = { "fully-connected": fullyConnected, recurrent, transformer: transformerClassifier };

/** A classifier at work. */
class Classifier {
  constructor({ header, tensors }) {
    this.task = header.task;
    this.reader = new engine.Reader(header.reader);
    this.labels = header.labels;
    this.read = NETWORKS[header.model.architecture](header.model, tensors);
  }

  /** @returns {{output: string, probabilities: Float64Array, logProbs: Float64Array,
      source: string[], weights: ?Float64Array}} */
  predict(text) {
    const source = this.reader.split(text);
    if (!source.length) throw new engine.InputError("Type at least one symbol.");
    const { logProbs, weights } = this.read(source.map((s) => this.reader.number(s)));
    const probabilities = logProbs.map(Math.exp);
    return { output: this.labels[math.argmax(logProbs)], probabilities, logProbs, source, weights };
  }
}

Object.assign(engine, { Classifier });
