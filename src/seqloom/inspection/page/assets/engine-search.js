/**
 * Greedy and beam search for one source, as decoding/greedy.py and decoding/beam.py do it: the same
 * order of equals, the same limit, the same moment to stop.
 *
 * A stepper has `start(source) -> {state, memory}` and
 * `step(symbols, states, memory) -> [{logProbs, state}]`, an item per hypothesis. States are never
 * changed, so hypotheses share them.
 */
const { engine } = Seqloom;
const { argmax } = engine.math;
const { PAD, BOS, EOS, UNK } = engine;

/** Most symbols of an output; none is longer than the longest that training takes. */
const lengthLimit = (ratio, most, sourceLength) => Math.min(Math.ceil(sourceLength * ratio), most) + 10;

const scored = (total, length, penalty) => total / length ** penalty;

function forbid(logProbs) {
  const out = Float64Array.from(logProbs);
  for (const symbol of [PAD, BOS, UNK]) out[symbol] = -Infinity;
  return out;
}

function hypothesis(symbols, total, penalty, finished, path) {
  return { symbols, logProbability: total, score: scored(total, symbols.length + 1, penalty), finished, path };
}

/** The likeliest symbol at each step. */
function greedy(stepper, source, { limit, penalty }) {
  let { state, memory } = stepper.start(source);
  const symbols = [];
  const path = [];
  for (let last = BOS, total = 0; ; ) {
    const [{ logProbs, state: after }] = stepper.step([last], [state], memory);
    const allowed = forbid(logProbs);
    const likeliest = argmax(allowed);
    last = symbols.length >= limit ? EOS : likeliest;
    total += allowed[last];
    path.push(after);
    if (last === EOS) return hypothesis(symbols, total, penalty, likeliest === EOS, path);
    symbols.push(last);
    state = after;
  }
}

/** Places of the largest totals as `{parent, symbol, total}`, falling, the first of equals first. */
function top(rows, count) {
  const best = [];
  rows.forEach((totals, parent) => {
    for (let symbol = 0; symbol < totals.length; symbol++) {
      const total = totals[symbol];
      if (total === -Infinity) continue;
      if (best.length === count && total <= best[count - 1].total) continue;
      let at = best.length;
      while (at > 0 && best[at - 1].total < total) at--;
      best.splice(at, 0, { parent, symbol, total });
      if (best.length > count) best.pop();
    }
  });
  return best;
}

/** The finished hypotheses: `beam` of them at most, the best first, the earlier of equals first. */
class Finished {
  constructor(beam) {
    this.beam = beam;
    this.all = [];
  }

  add(found) {
    let at = this.all.length;
    while (at > 0 && this.all[at - 1].score < found.score) at--;
    this.all.splice(at, 0, found);
    if (this.all.length > this.beam) this.all.pop();
  }

  /** True if an unfinished hypothesis with this score would not be the best. */
  settled(score) {
    return this.all.length === this.beam && score <= this.all[0].score;
  }
}

/** The outputs with the best scores, the best first. */
function beamSearch(stepper, source, { beam, limit, penalty }) {
  const { state, memory } = stepper.start(source);
  const finished = new Finished(beam);
  const end = (parent, total, told, after) =>
    finished.add(hypothesis(parent.symbols, total, penalty, told, [...parent.path, after]));
  /** @type {{symbols: number[], path: any[], total: number, last: number, state: any}[]} */
  let live = [{ symbols: [], path: [], total: 0, last: BOS, state }];
  for (;;) {
    const steps = stepper.step(
      live.map((h) => h.last),
      live.map((h) => h.state),
      memory,
    );
    const totals = steps.map(({ logProbs }, n) => forbid(logProbs).map((p) => live[n].total + p));
    if (live[0].symbols.length >= limit) {
      live.forEach((parent, n) => end(parent, totals[n][EOS], argmax(totals[n]) === EOS, steps[n].state));
      return finished.all;
    }
    const next = [];
    for (const { parent, symbol, total } of top(totals, 2 * beam)) {
      const [before, after] = [live[parent], steps[parent].state];
      if (symbol === EOS) end(before, total, true, after);
      else if (next.length < beam) {
        const symbols = [...before.symbols, symbol];
        next.push({ symbols, path: [...before.path, after], total, last: symbol, state: after });
      }
    }
    // with the symbol just added, and EOS
    const length = live[0].symbols.length + 2;
    if (!next.length || finished.settled(scored(next[0].total, length, penalty))) {
      return finished.all;
    }
    live = next;
  }
}

/** What `predict` finds: the best hypothesis.

    @param {{beam: number, limit: number, penalty: number}} how */
function search(stepper, source, how) {
  return how.beam === 1 ? greedy(stepper, source, how) : beamSearch(stepper, source, how)[0];
}

Object.assign(engine, { search, lengthLimit });
