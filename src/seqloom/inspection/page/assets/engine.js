/* The model file at work in the page: `Seqloom.engine.open(model).predict(text)` says what
   `seqloom.load(file).predict` says.

   Pure functions, no page: this file and the other engine-*.js run wherever JavaScript does. The
   file's format is docs/format.md; the equations are those of runtime/ and reference/, the sums in
   float64. Checked in Chromium, file by file and input by input, by tests/inspection/page/. */
(() => {
  "use strict";
  const engine = ((globalThis.Seqloom ??= {}).engine ??= {});

  /** An input that the model does not read; its message is for the page's reader. */
  class InputError extends Error {}

  /** A model file: the description in its header, and its tensors by name.

      @param {ArrayBuffer | Uint8Array} file
      @returns {{header: Object, tensors: Object<string, {shape: number[], data: Float32Array}>}} */
  function parse(file) {
    const bytes = file instanceof Uint8Array ? file : new Uint8Array(file);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const start = 8 + Number(view.getBigUint64(0, true));
    const entries = JSON.parse(new TextDecoder().decode(bytes.subarray(8, start)));
    const { __metadata__: metadata, ...places } = entries;
    const tensors = {};
    for (const [name, { shape, data_offsets: [from, to] }] of Object.entries(places)) {
      // a copy is aligned, whatever the header's length
      tensors[name] = { shape, data: new Float32Array(bytes.slice(start + from, start + to).buffer) };
    }
    return { header: JSON.parse(metadata.seqloom), tensors };
  }

  const models = () => ({
    classify: engine.Classifier,
    transduce: engine.Transducer,
    generate: engine.Generator,
  });

  /** True if a model of this description can run in a page. */
  const runs = (header) => header.format === 1 && header.task in models();

  /** The model at work: `predict(text)`, `reader.split(text)`, `reader.join(symbols)`. */
  function open(model) {
    const kind = models()[model.header.task];
    return new kind(model);
  }

  Object.assign(engine, { InputError, parse, runs, open });
})();
