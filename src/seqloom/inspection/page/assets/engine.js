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
const FORMAT = 2;

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
  return new kind({ header, tensors: /** @type {Weights} */ (Object.fromEntries(tensors)) });
}

Object.assign(engine, { InputError, runs, open });
