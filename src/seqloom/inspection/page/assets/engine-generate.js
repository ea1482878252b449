/**
 * The language models of networks/language.py: recurrent, Transformer, window.
 *
 * Each has `first()`, the state before a text, and `step(id, state) -> {row, state}`, where
 * `answer(row)` gives the log-probabilities of the next symbol, in nats: to read a text needs only
 * the last answer. States are never changed, so a text that is edited is read on from where it
 * differs.
 */
const { engine } = Seqloom;
const { math, cells, transformer } = engine;

function recurrent(config, tensors) {
  const layers = Array.from({ length: config.layers }, (_, k) => cells.cellWeights(tensors, `layers.${k}.`, "_l0"));
  const norms = layers.map((_, k) => (config.layer_norm ? transformer.normWeights(tensors, `norms.${k}`) : null));
  const output = tensors[config.tie_weights ? "embedding.weight" : "output.weight"];
  return {
    first: () => layers.map((w) => cells.zeroState(config.cell, w)),
    step(id, states) {
      let row = math.row(tensors["embedding.weight"], id);
      const after = layers.map((w, k) => {
        const [state] = cells.stepCell(config.cell, [row], [states[k]], w);
        row = norms[k] ? math.layerNorm(state.h, norms[k]) : state.h;
        return state;
      });
      return { row, state: after };
    },
    answer(row) {
      const tied = tensors["tied.weight"] ? math.linear([row], tensors["tied.weight"]) : [row];
      return math.logSoftmax(math.linear(tied, output, tensors.output_bias)[0]);
    },
  };
}

function transformerLanguage(config, tensors) {
  const { num_heads: heads, hidden_size: size, context: most } = config;
  const layers = Array.from({ length: config.layers }, (_, k) => transformer.layerWeights(tensors, `layers.${k}`));
  const norm = transformer.normWeights(tensors, "norm");
  const slopes = Array.from({ length: heads }, (_, n) => 2 ** ((-8 * (n + 1)) / heads));
  return {
    first: () => layers.map(() => ({ keys: [], values: [] })),
    step(id, pasts) {
      let xs = [math.row(tensors["embedding.weight"], id).map((v) => v * Math.sqrt(size))];
      const after = layers.map((w, k) => {
        const found = transformer.selfStep(xs, [pasts[k]], w, heads, { most, slopes });
        xs = transformer.feedForward(found.ys, w.norms[1], w);
        return found.memories[0];
      });
      return { row: xs[0], state: after };
    },
    answer(row) {
      const rows = [math.layerNorm(row, norm)];
      return math.logSoftmax(math.linear(rows, tensors["embedding.weight"], tensors.output_bias)[0]);
    },
  };
}

function windowLanguage(config, tensors) {
  const take = (name) => transformer.linearWeights(tensors, name);
  return {
    first: () => Array.from({ length: config.window }, () => engine.PAD),
    step(id, seen) {
      const now = [...seen.slice(1), id];
      return { row: now, state: now };
    },
    answer(seen) {
      const x = math.concat(...seen.map((id) => math.row(tensors["embedding.weight"], id)));
      const hidden = math.linear([x], ...take("hidden")).map(math.tanh);
      return math.logSoftmax(math.linear(hidden, ...take("output"))[0]);
    },
  };
}

const NETWORKS = { "fully-connected": windowLanguage, recurrent, transformer: transformerLanguage };

/** A model of running text at work. */
class Generator {
  constructor({ header, tensors }) {
    this.task = header.task;
    this.reader = new engine.Vocabulary(header.vocabulary);
    this.network = NETWORKS[header.model.architecture](header.model, tensors);
    this.read = []; // what was read last: `{id, row, state}` a symbol
  }

  /** States after each symbol of a text, those of a common beginning from the text before. */
  run(ids) {
    let same = 0;
    while (same < Math.min(ids.length, this.read.length) && ids[same] === this.read[same].id) {
      same++;
    }
    this.read.length = same;
    for (const id of ids.slice(same)) {
      const before = this.read.length ? this.read.at(-1).state : this.network.first();
      this.read.push({ id, ...this.network.step(id, before) });
    }
    return this.read.at(-1);
  }

  /** The likeliest continuation: what `predict` says with a temperature of 0.

      @param {number} length - symbols to add
      @returns {{output: string, symbols: string[], logProbs: Float64Array, source: string[]}}
        with the log-probabilities of the first symbol after the text */
  predict(text, length = 40) {
    const source = this.reader.split(text);
    let { row, state } = this.run([engine.BOS, ...source.map((s) => this.reader.number(s))]);
    const logProbs = this.network.answer(row);
    const symbols = [];
    for (let next = logProbs; symbols.length < length; ) {
      const id = likeliest(next);
      symbols.push(this.reader.symbols[id]);
      if (symbols.length < length) {
        ({ row, state } = this.network.step(id, state));
        next = this.network.answer(row);
      }
    }
    return { output: symbols.join(""), symbols, logProbs, source };
  }
}

function likeliest(logProbs) {
  const allowed = Float64Array.from(logProbs);
  for (const id of [engine.PAD, engine.BOS, engine.EOS, engine.UNK]) allowed[id] = -Infinity;
  return math.argmax(allowed);
}

Object.assign(engine, { Generator });
