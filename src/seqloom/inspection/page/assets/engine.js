/**
 * The model file at work in the page: `Seqloom.engine.open(model).predict(text)` says what
 * `seqloom.load(file).predict` says.
 *
 * Pure functions, no page: this file and the other engine-*.js run wherever JavaScript does. The
 * file's format is docs/format.md; the equations are those of runtime/ and reference/, the sums in
 * float64. Checked in Chromium, file by file and input by input, by tests/inspection/page/.
 */
globalThis.Seqloom ??= /** @type {Shared} */ ({});
Seqloom.engine ??= /** @type {Engine} */ ({});
const { engine } = Seqloom;

/** The highest format of the model file that is read. */
const FORMAT = 3;

/**
 * Tensors by name, those in 8 bits times the scales of their rows.
 * @param {Map<string, Tensor>} tensors
 */
function weightsOf(tensors) {
  const found = new Map(tensors);
  for (const [name, { dtype, shape, data }] of tensors) {
    const scales = tensors.get(`${name}.scale`);
    if (dtype !== "I8" || !scales) continue;
    const numbers = Float32Array.from(data, (value, place) => value * scales.data[Math.floor(place / shape[1])]);
    found.set(name, { dtype: "F32", shape, data: numbers });
    found.delete(`${name}.scale`);
  }
  return Object.fromEntries(found);
}

/** Numbers of the special symbols. */
Object.assign(engine, { PAD: 0, BOS: 1, EOS: 2, UNK: 3 });

/** An input that the model does not read; its message is for the page's reader. */
class InputError extends Error {}

const models = () => ({ classify: engine.Classifier, transduce: engine.Transducer, generate: engine.Generator });

/** True if a model of this description can run in a page. @type {Engine["runs"]} */
const runs = (header) => header.format <= FORMAT && header.task in models();

/**
 * The model at work: `predict(text)`, `reader.split(text)`, `reader.join(symbols)`.
 * @type {Engine["open"]}
 */
function open({ header, tensors }) {
  const kind = models()[header.task];
  return new kind({ header, tensors: /** @type {Weights} */ (weightsOf(tensors)) });
}

Object.assign(engine, { InputError, runs, open });
