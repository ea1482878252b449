/**
 * From a text to the numbers of its symbols and back, as data/vocabulary.py, data/texts/reader.py
 * and data/subwords.py do it.
 *
 * Python counts code points, JavaScript UTF-16 units; what Python calls a word character is a
 * letter, a number or `_`, to which `marks` adds combining marks and joiners; its white space has five signs more than JavaScript's and one less.
 * Those are spelled out here. Checked by tests/inspection/page/test_engine.py.
 */
const { engine } = Seqloom;

const { PAD, BOS, EOS, UNK } = engine;
const SPECIALS = 4;
const MARK = "\u2581"; // before each word of subwords
const SIGN = "\u2047"; // shown in place of an unknown symbol
const LONGEST = 100; // code points of a chunk

const SPACE = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const SPACES = new RegExp(`[${SPACE}]+`, "u");
const ENDS = new RegExp(`^[${SPACE}]+|[${SPACE}]+$`, "gu");
const JOINER = "\\u200c\\u200d";

/** What finds words and chunks; `marks`: combining marks and joiners belong to a word. */
function patterns(marks) {
  const letter = `\\p{L}\\p{N}_${marks ? `\\p{M}${JOINER}` : ""}`;
  const sign = `[^${letter}${SPACE}]`;
  const mark = "\\p{M}\\u{1f3fb}-\\u{1f3ff}\\u{e0020}-\\u{e007f}";
  const whole = marks ? `(?:[\\u{1f1e6}-\\u{1f1ff}]{2}|${sign})(?:[${mark}]|[${JOINER}]${sign}?)*` : sign;
  const run = marks ? `${sign}(?:${sign}|[\\p{M}${JOINER}])*` : `${sign}+`;
  return {
    word: new RegExp(`[${letter}]+(?:['\u2019][${letter}]+)*|['\u2019][${letter}]{1,2}(?![${letter}])|${whole}`, "gu"),
    chunk: new RegExp(` ?[${letter}]+| ?${run}|[${SPACE}]`, "gu"),
  };
}
const PATTERNS = { true: patterns(true), false: patterns(false) };

/** At white space, as Python's `str.split()`. */
const fields = (text) => text.split(SPACES).filter((field) => field !== "");
const points = (text) => Array.from(text);
const pairKey = (left, right) => `${left.length}:${left}${right}`;

/** Chunks that merges never cross. */
function chunks(text, marks) {
  return (text.match(PATTERNS[marks].chunk) ?? []).flatMap((chunk) => {
    const all = points(chunk);
    const parts = [];
    for (let i = 0; i < all.length; i += LONGEST) {
      parts.push(all.slice(i, i + LONGEST).join(""));
    }
    return parts;
  });
}

const marked = (text) => fields(text.replaceAll(MARK, " ")).map((word) => MARK + word);

/** Joins the pair learned first, the leftmost of equals, until none is left. */
function mergeWord(word, ranks) {
  let parts = points(word);
  for (;;) {
    const found = parts.slice(1).map((part, i) => ranks.get(pairKey(parts[i], part)) ?? Infinity);
    const best = found.reduce((a, b) => Math.min(a, b), Infinity);
    if (best === Infinity) return parts;
    const merged = [];
    for (let i = 0; i < parts.length; i++) {
      // all of this rank in one pass: none that comes of them has a lower one
      merged.push(found[i] === best ? parts[i] + parts[++i] : parts[i]);
    }
    parts = merged;
  }
}

function splitter(level, symbols, merges, marks) {
  if (level === "characters") return points;
  if (level === "symbols") return fields;
  const known = new Set(symbols.slice(SPECIALS));
  const ranks = new Map();
  merges.forEach(([a, b], i) => {
    if (known.has(a + b)) ranks.set(pairKey(a, b), i);
  });
  const words = level === "subwords" ? marked : (text) => chunks(text, marks);
  const cache = new Map();
  return (text) =>
    words(text).flatMap((word) => {
      if (!cache.has(word)) cache.set(word, mergeWord(word, ranks));
      return cache.get(word);
    });
}

/** A source and its features, `walk TAB V;PST`, as data/tags.py takes them apart. */
function apart(text) {
  const tab = text.lastIndexOf("\t");
  if (tab < 0) return { text, tags: [] };
  const tags = text.slice(tab + 1).split(/[;|]/);
  const stripped = tags.map((tag) => tag.replace(ENDS, ""));
  return { text: text.slice(0, tab), tags: stripped.filter((tag) => tag !== "") };
}

const shownTag = (tag) => `<${tag}>`;

/** A vocabulary of a model file: `{level, symbols, merges, marks, features}`; old files have no marks. */
class Vocabulary {
  constructor({ level, symbols, merges, marks = false, features = [] }) {
    this.level = level;
    this.symbols = symbols;
    this.features = features;
    this.cut = splitter(level, symbols, merges, marks);
    this.numbers = new Map(symbols.slice(SPECIALS).map((s, i) => [s, i + SPECIALS]));
    this.tagNumbers = new Map(features.map((tag, i) => [tag, i + symbols.length]));
  }

  get size() {
    return this.symbols.length + this.features.length;
  }

  /** The symbols of a text; tags come first, as `<V>`. */
  split(text) {
    if (!this.features.length) return this.cut(text);
    const { text: bare, tags } = apart(text);
    return [...tags.map(shownTag), ...this.cut(bare)];
  }

  /** The number of a symbol of the text, or of a tag as it is shown. */
  number(symbol) {
    return this.numbers.get(symbol) ?? this.tagNumbers.get(/^<(.+)>$/s.exec(symbol)?.[1]) ?? UNK;
  }

  encode(text) {
    const numbers = (symbols) => symbols.map((symbol) => this.numbers.get(symbol) ?? UNK);
    if (!this.features.length) return numbers(this.cut(text));
    const { text: bare, tags } = apart(text);
    return [...tags.map((tag) => this.tagNumbers.get(tag) ?? UNK), ...numbers(this.cut(bare))];
  }

  /** The text as all are spelled that are read alike: what a dictionary of exceptions has. */
  normal(text) {
    const plain = (bare) => (this.level === "characters" ? bare : fields(bare).join(" "));
    if (!this.features.length) return plain(text);
    const { text: bare, tags } = apart(text);
    return `${plain(bare)}\t${tags.join(";")}`;
  }

  /** How many features a source has; -1 if the vocabulary has none. */
  tags(text) {
    return this.features.length ? apart(text).tags.length : -1;
  }

  decode(ids) {
    const shown = ids.filter((i) => ![PAD, BOS, EOS].includes(i)).map((i) => (i === UNK ? SIGN : this.symbols[i]));
    return this.spell(shown);
  }

  /** A text that `split` cuts into these symbols. */
  join(symbols) {
    if (!this.features.length) return this.spell(symbols);
    const tag = (symbol) => (symbol.length > 2 ? /^<(.+)>$/s.exec(symbol)?.[1] : undefined);
    const end = symbols.findIndex((symbol) => tag(symbol) === undefined);
    const count = end < 0 ? symbols.length : end;
    return `${this.spell(symbols.slice(count))}\t${symbols.slice(0, count).map(tag).join(";")}`;
  }

  spell(symbols) {
    if (this.level === "symbols") return symbols.join(" ");
    const text = symbols.join("");
    return this.level === "subwords" ? fields(text.replaceAll(MARK, " ")).join(" ") : text;
  }
}

/** How a classifier reads a text: `{level, lowercase, max_symbols, vocabulary, marks}`. */
class Reader {
  constructor({ level, lowercase, max_symbols, vocabulary, marks = false }) {
    this.level = level;
    this.lowercase = lowercase;
    this.most = max_symbols;
    this.marks = marks;
    this.vocabulary = new Vocabulary(vocabulary);
  }

  /** All symbols of a text. */
  whole(text) {
    const folded = this.lowercase ? text.toLowerCase() : text;
    if (this.level !== "words") return this.vocabulary.split(folded);
    return folded.match(PATTERNS[this.marks].word) ?? [];
  }

  /** The symbols that are read: of a long text, those of its two ends. */
  split(text) {
    const all = this.whole(text);
    if (all.length <= this.most) return all;
    const tail = Math.floor(this.most / 2);
    return [...all.slice(0, this.most - tail), ...all.slice(all.length - tail)];
  }

  encode(text) {
    return this.split(text).map((symbol) => this.vocabulary.number(symbol));
  }

  number(symbol) {
    return this.vocabulary.number(symbol);
  }

  join(symbols) {
    return this.level === "words" ? symbols.join(" ") : this.vocabulary.join(symbols);
  }
}

Object.assign(engine, { Vocabulary, Reader });
