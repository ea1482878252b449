/**
 * Models of pairs: the two of networks/pairs.py as steppers, and the model
 * that searches with them as runtime/transduce.py does.
 */
const { engine } = Seqloom;
const { math, cells, attention, transformer } = engine;

/** The recurrent encoder-decoder. `forced` has, by step, the attention weights that are set by
    hand: a map from source place to weight. */
function encoderDecoder(config, tensors, forced = new Map()) {
  const encoder = cells.encoderLayers(tensors, config.encoder_layers, config.bidirectional);
  const decoder = Array.from({ length: config.decoder_layers }, (_, i) =>
    cells.cellWeights(tensors, `cells.${i}.`, ""),
  );
  const fields = cells.FIELDS[config.decoder_cell];
  const make = config.attention === "additive" ? attention.additive : attention.luong;
  const attend = config.link === "attention" ? make(tensors) : null;
  const take = (name) => transformer.linearWeights(tensors, name);

  function start(source) {
    let outputs = source.map((id) => math.row(tensors["source_embedding.weight"], id));
    let lasts = [];
    for (const layer of encoder) {
      ({ outputs, lasts } = cells.bothWays(config.encoder_cell, outputs, layer));
    }
    const summary = math.concat(...lasts.map((s) => s.h));
    const [first] = math.linear([summary], ...take("initial")).map(math.tanh);
    const size = config.hidden_size;
    const layers = decoder.map((_, i) =>
      Object.fromEntries(
        fields.map((field, k) => {
          const at = (i * fields.length + k) * size;
          return [field, first.slice(at, at + size)];
        }),
      ),
    );
    const memory = { summary, states: outputs, keys: attend?.keys(outputs) };
    return { state: { layers, weights: null, step: 0 }, memory };
  }

  /** The context of each hypothesis, and the weights it was mixed with. */
  function look(states, memory) {
    if (!attend) return { contexts: states.map(() => memory.summary), weights: null };
    const queries = states.map((state) => state.layers.at(-1).h);
    const weights = attend.weigh(queries, memory.keys).map((w, n) => attention.force(w, forced.get(states[n].step)));
    return { contexts: weights.map((w) => math.mix(w, memory.states)), weights };
  }

  function step(symbols, states, memory) {
    const embedded = symbols.map((id) => math.row(tensors["target_embedding.weight"], id));
    const { contexts, weights } = look(states, memory);
    let xs = embedded.map((e, n) => math.concat(e, contexts[n]));
    const layers = states.map(() => []);
    decoder.forEach((w, i) => {
      const before = states.map((state) => state.layers[i]);
      const after = cells.stepCell(config.decoder_cell, xs, before, w);
      after.forEach((state, n) => layers[n].push(state));
      xs = after.map((state) => state.h);
    });
    const read = xs.map((x, n) => math.concat(x, contexts[n], embedded[n]));
    const hidden = math.linear(read, ...take("readout")).map(math.tanh);
    return math
      .linear(hidden, ...take("output"))
      .map((logits, n) => ({
        logProbs: math.logSoftmax(logits),
        state: { layers: layers[n], weights: weights?.[n], step: states[n].step + 1 },
      }));
  }

  return { start, step };
}

/** The encoder-decoder Transformer. */
function transformerPair(config, tensors) {
  const heads = config.num_heads;
  const stack = (name, count, options) =>
    Array.from({ length: count }, (_, i) => transformer.layerWeights(tensors, `${name}.${i}`, options));
  const encoder = stack("encoder", config.encoder_layers);
  const decoder = stack("decoder", config.decoder_layers, { cross: true });
  const norms = ["encoder_norm", "decoder_norm"].map((n) => transformer.normWeights(tensors, n));

  function start(source) {
    let rows = source.map((id, t) => transformer.placed(math.row(tensors["source_embedding.weight"], id), t));
    for (const layer of encoder) rows = transformer.encoderLayer(rows, layer, heads);
    rows = rows.map((x) => math.layerNorm(x, norms[0]));
    const memory = decoder.map((layer) => transformer.projectMemory(rows, layer.cross));
    const empty = decoder.map(() => ({ keys: [], values: [] }));
    return { state: { layers: empty, weights: null, step: 0 }, memory };
  }

  function step(symbols, states, memory) {
    let xs = symbols.map((id, n) =>
      transformer.placed(math.row(tensors["target_embedding.weight"], id), states[n].step),
    );
    const layers = states.map(() => []);
    decoder.forEach((w, i) => {
      const found = transformer.selfStep(
        xs,
        states.map((s) => s.layers[i]),
        w,
        heads,
      );
      found.memories.forEach((m, n) => layers[n].push(m));
      const normed = found.ys.map((x) => math.layerNorm(x, w.norms[1]));
      const seen = transformer.attend(found.ys, normed, w.cross, heads, () => memory[i]);
      xs = transformer.feedForward(seen, w.norms[2], w);
    });
    xs = xs.map((x) => math.layerNorm(x, norms[1]));
    const logits = math.linear(xs, tensors["target_embedding.weight"], tensors.output_bias);
    return logits.map((row, n) => ({
      logProbs: math.logSoftmax(row),
      state: { layers: layers[n], weights: null, step: states[n].step + 1 },
    }));
  }

  return { start, step };
}

/** The dictionary of exceptions in a model file: references by source. */
async function unpack(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  const { shared, rests, targets } = await new Response(stream).json();
  const found = new Map();
  let before = "";
  shared.forEach((count, i) => {
    before = Array.from(before).slice(0, count).join("") + rests[i];
    found.set(before, targets[i]);
  });
  return found;
}

/** A model of pairs at work. */
class Transducer {
  /** @type {Promise<Map<string, string[]>> | undefined} */ exceptions;

  constructor({ header, tensors }) {
    this.task = header.task;
    this.reader = new engine.Vocabulary(header.source);
    this.target = new engine.Vocabulary(header.target);
    this.header = header;
    const recurrent = header.model.architecture === "recurrent";
    this.attends = recurrent && header.model.link === "attention";
    const make = recurrent ? encoderDecoder : transformerPair;
    this.stepper = (forced) => make(header.model, tensors, forced);
    this.packed = tensors.exceptions?.data;
  }

  /** What the dictionary of exceptions, if there is one, has for a text.

      @param {string} text
      @returns {Promise<string[]>} */
  async known(text) {
    if (!this.packed) return [];
    this.exceptions ??= unpack(this.packed);
    return (await this.exceptions).get(this.reader.normal(text)) ?? [];
  }

  /** The best output.

      @param {string} text
      @param {Map<number, Map<number, number>>} [forced] - attention weights by target step
      @returns {{output: string, symbols: string[], score: number, logProbability: number,
        finished: boolean, source: string[], attention: ?Float64Array[]}} */
  predict(text, forced) {
    const source = this.reader.split(text);
    const { max_symbols: most, length_ratio: ratio, decoding } = this.header;
    const tags = this.reader.tags(text);
    if (tags === 0) throw new engine.InputError("Type features behind the source, after a tab: walk, tab, V;PST.");
    if (source.length === Math.max(tags, 0)) throw new engine.InputError("Type at least one symbol.");
    if (source.length > most) {
      throw new engine.InputError(`The model reads at most ${most} symbols, these are ${source.length}.`);
    }
    const found = engine.search(this.stepper(forced), this.reader.encode(text), {
      beam: decoding.beam,
      penalty: decoding.length_penalty,
      limit: engine.lengthLimit(ratio, most, source.length),
    });
    const { symbols, path, ...rest } = found;
    return {
      ...rest,
      output: this.target.decode(symbols),
      symbols: symbols.map((i) => this.target.symbols[i]),
      source,
      attention: this.attends ? path.map((state) => state.weights) : null,
    };
  }
}

Object.assign(engine, { Transducer });
