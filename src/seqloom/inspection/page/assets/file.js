/** Reads what the page carries: safetensors files in base64, and the trace in one of them. */

/** From base64. */
Seqloom.decode = (text) => {
  const trimmed = text.trim();
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(trimmed);
  const binary = atob(trimmed);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
};

const HALF = (bytes) =>
  Float32Array.from(new Uint16Array(bytes), (h) => {
    const sign = h & 0x8000 ? -1 : 1,
      e = (h >> 10) & 31,
      m = h & 1023;
    return sign * (e === 0 ? m * 2 ** -24 : e === 31 ? (m ? NaN : Infinity) : (1 + m / 1024) * 2 ** (e - 15));
  });
const KINDS = {
  F64: (b) => new Float64Array(b),
  F32: (b) => new Float32Array(b),
  F16: HALF,
  BF16: (b) => new Float32Array(Uint32Array.from(new Uint16Array(b), (h) => h << 16).buffer),
  I64: (b) => Float64Array.from(new BigInt64Array(b), Number),
  I32: (b) => new Int32Array(b),
  U8: (b) => new Uint8Array(b),
  I8: (b) => new Int8Array(b),
  BOOL: (b) => new Uint8Array(b),
};

/** A safetensors file. */
Seqloom.readSafetensors = (bytes) => {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const start = 8 + Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, start)));
  const metadata = header.__metadata__ ?? {};
  delete header.__metadata__;
  const tensors = new Map();
  for (const [name, entry] of Object.entries(header)) {
    const [from, to] = entry.data_offsets;
    const data = KINDS[entry.dtype](bytes.slice(start + from, start + to).buffer);
    tensors.set(name, { dtype: entry.dtype, shape: entry.shape, data });
  }
  return { metadata, tensors };
};

/** An array whose axes have names; one kept in 8 bits knows what its codes mean. */
Seqloom.Named = class {
  /** @type {Codes | undefined} */ kept;

  constructor(name, dims, tensor, coding) {
    this.name = name;
    this.dims = dims;
    this.shape = tensor.shape;
    this.data = tensor.data;
    this.scale = coding?.scale ?? 1;
    this.offset = coding?.offset ?? 0;
    this.coded = coding !== undefined;
  }

  /** The number at a place of the flat array. */
  value(place) {
    return this.offset + this.scale * this.data[place];
  }

  /** The number at these indices. */
  at(...indices) {
    return this.value(indices.reduce((place, index, axis) => place * this.shape[axis] + index, 0));
  }

  /** All numbers, decoded. */
  numbers() {
    return this.coded ? Float32Array.from(this.data, (_, place) => this.value(place)) : this.data;
  }

  /**
   * Codes from 0 to 255 for colouring, made once: from 0 to 1, from 0 to the largest, or, where
   * numbers are negative, with 127 as zero.
   * @returns {Codes}
   */
  codes() {
    this.kept ??= this.coded
      ? {
          codes: /** @type {Uint8Array} */ (this.data),
          scale: this.scale,
          offset: this.offset,
          signed: this.offset < 0,
        }
      : Seqloom.encode(this.data);
    return this.kept;
  }
};

/** The same rule as `quantised` in embed.py. */
Seqloom.encode = (numbers) => {
  let low = 0,
    high = 0;
  for (const v of numbers) {
    if (v < low) low = v;
    if (v > high) high = v;
  }
  const signed = low < 0;
  const limit = signed ? Math.max(-low, high) : high > 1 || high < 0.5 ? high || 1 : 1;
  const scale = signed ? limit / 127 : limit / 255,
    offset = signed ? -limit : 0;
  return { codes: Uint8Array.from(numbers, (v) => Math.round((v - offset) / scale)), scale, offset, signed };
};

/**
 * The trace in a safetensors file (docs/trace.md): its header's keys, and
 * `has(name)`, `get(name)`, `names(prefix)`, `label(axis, step)`, `size(axis)`.
 */
Seqloom.readTrace = (bytes) => {
  const { metadata, tensors } = Seqloom.readSafetensors(bytes);
  const header = JSON.parse(metadata.seqloom_trace);
  const arrays = new Map();
  const sizes = new Map(Object.entries(header.labels).map(([axis, labels]) => [axis, labels.length]));
  for (const [name, tensor] of tensors) {
    if (tensor.shape.includes(0)) continue; // of an empty text: nothing to draw
    arrays.set(name, new Seqloom.Named(name, header.dims[name], tensor, header.coding?.[name]));
    header.dims[name].forEach((axis, i) => sizes.set(axis, tensor.shape[i]));
  }
  return {
    ...header,
    arrays,
    has: (name) => arrays.has(name),
    get: (name) => arrays.get(name),
    names: (prefix) => [...arrays.keys()].filter((name) => name.startsWith(prefix)),
    size: (axis) => sizes.get(axis) ?? 0,
    /** The symbol at a step, or its number counted from 1. */
    label: (axis, step) => header.labels[axis]?.[step] ?? String(step + 1),
  };
};
