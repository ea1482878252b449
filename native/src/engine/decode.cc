// Searching for outputs: greedy, drawing, and beam search, as `src/seqloom/decoding/` does them. Sums of
// log-probabilities are float64, and of equals the first counts, as there.
#include <cmath>
#include <cstring>
#include <new>

#include "random.h"
#include "sampling.h"
#include "stepper.h"

namespace seqloom {
namespace {

bool searchable(const seqloom_search& s) {
  if (!(s.length_penalty >= 0 && s.length_penalty <= 100)) return false;
  if (s.draws == 0) return s.beam >= 1;
  return s.draws >= 1 && s.temperature > 0 && s.top_k >= 0 && s.top_p > 0 && s.top_p <= 1;
}

int64_t width_of(const seqloom_search& s) { return s.draws ? s.draws : s.beam; }

double score_of(double total, int64_t length, double penalty) {
  return total / std::pow(static_cast<double>(length), penalty);
}

// The first of the largest; x is never all NaN, as its last number was looked at.
int64_t argmax(const float* x, int64_t n) {
  int64_t best = 0;
  for (int64_t k = 1; k < n; ++k) {
    if (x[k] > x[best]) best = k;
  }
  return best;
}

// Log-probabilities with those of PAD, BOS and UNK at minus infinity; false if they are not numbers.
bool forbid(const float* from, int64_t V, float* to) {
  if (std::isnan(from[V - 1])) return false;
  std::memcpy(to, from, sizeof(float) * static_cast<size_t>(V));
  to[PAD] = to[BOS] = to[UNK] = -INFINITY;
  return true;
}

// What every search has: sources, rows and steps.
struct Common {
  void* read;  // workspace of the first entry
  Stepper stepper;
  int64_t *owner, *parents, *last;  // [rows]
  float* logs;       // [V]
  Common(Arena& arena, const seqloom_plan& first, const seqloom_plan& widest, int64_t rows)
      : read(arena.take<char>(first.workspace)),
        stepper(arena, &first, read, widest),
        owner(arena.take<int64_t>(rows)),
        parents(arena.take<int64_t>(rows)),
        last(arena.take<int64_t>(rows)),
        logs(arena.take<float>(stepper.vocabulary())) {}
};

// -- one hypothesis a row ---------------------------------------------------------------------------

struct Single {
  Common all;
  double *totals, *q, *falling;  // [rows], [V], [V]
  int64_t* order;                // [V]
  Random* random;                // [rows]
  Single(Arena& arena, const seqloom_plan& first, const seqloom_plan& widest, int64_t rows, bool draws)
      : all(arena, first, widest, rows),
        totals(arena.take<double>(rows)),
        q(arena.take<double>(draws ? all.stepper.vocabulary() : 0)),
        falling(arena.take<double>(draws ? all.stepper.vocabulary() : 0)),
        order(arena.take<int64_t>(draws ? all.stepper.vocabulary() : 0)),
        random(arena.take<Random>(draws ? rows : 0)) {}
};

int search_single(Single& s, const seqloom_search& search, int64_t B, int64_t longest,
                  const int64_t* limits, const int64_t* numbers, seqloom_hypothesis* found,
                  int64_t* symbols, int64_t* count) {
  const int64_t width = search.draws ? search.draws : 1, V = s.all.stepper.vocabulary();
  int64_t n = B * width;
  // live rows, in order: `parents` says where their states are, `left` which hypothesis they are
  int64_t* const left = s.all.owner;
  const Draw draw = {search.temperature, search.top_k, search.top_p};
  for (int64_t r = 0; r < n; ++r) {
    found[r] = {0, 0, 0, 0};
    s.all.parents[r] = r / width;
    left[r] = r;
    s.all.last[r] = BOS;
    s.totals[r] = 0;
    if (search.draws) {
      const uint64_t seeds[3] = {search.seed, static_cast<uint64_t>(numbers[r / width]),
                                 static_cast<uint64_t>(r % width)};
      s.random[r] = Random(seeds, 3);
    }
  }
  for (int64_t b = 0; b < B; ++b) count[b] = width;
  s.all.stepper.begin(n, s.all.parents);
  while (n > 0) {
    for (int64_t r = 0; r < n; ++r) s.all.parents[r] = left[r] / width;  // sources, for a moment
    if (int status = s.all.stepper.step(s.all.last, s.all.parents)) return status;
    int64_t kept = 0;
    for (int64_t r = 0; r < n; ++r) {
      const int64_t row = left[r], limit = limits[row / width];
      seqloom_hypothesis& h = found[row];
      float* logs = s.all.logs;
      if (!forbid(s.all.stepper.log_probabilities() + r * V, V, logs)) return SEQLOOM_DIVERGED;
      int64_t symbol = search.draws ? draw.pick(logs, V, s.random[row].next(), s.q, s.falling, s.order)
                                    : argmax(logs, V);
      if (symbol >= V) return SEQLOOM_DIVERGED;
      h.finished |= symbol == EOS;
      if (h.length >= limit) symbol = EOS;  // one that its limit cut off is scored as if it ended here
      s.totals[row] += static_cast<double>(logs[symbol]);
      if (symbol == EOS) {
        h.log_probability = s.totals[row];
        h.score = score_of(h.log_probability, h.length + 1, search.length_penalty);
        continue;
      }
      symbols[row * longest + h.length++] = symbol;
      left[kept] = row;
      s.all.last[kept] = symbol;
      s.all.parents[kept++] = r;
    }
    n = kept;
    if (n > 0) s.all.stepper.reorder(n, s.all.parents);
  }
  return SEQLOOM_ENGINE_OK;
}

// -- beam search --------------------------------------------------------------------------------------

struct Finished {
  double score, total;
  int64_t number, length;
  int32_t finished;
};

// The hypotheses of one source.
struct Beam {
  int64_t length;        // symbols of each live hypothesis
  int64_t num_live, num_finished, kept;
  int32_t* live;         // [K][longest]
  int32_t* done;         // [K][longest], of `finished`
  Finished* finished;    // [K]
};

struct BeamSpace {
  Common all;
  Beam* beam;              // [B]
  double* totals;          // [B][K]
  double* extended;        // [K][V]
  int64_t* best;           // [2 K]
  int32_t* moved;          // [K][longest]
  int64_t* left;           // [B]
  int64_t *row_parent, *row_symbol;  // [K]
  double* row_total;
  BeamSpace(Arena& arena, const seqloom_plan& first, const seqloom_plan& widest, int64_t B, int64_t K,
            int64_t longest)
      : all(arena, first, widest, arena.product(B, K)),
        beam(arena.take<Beam>(B)),
        totals(arena.take<double>(B, K)),
        extended(arena.take<double>(K, all.stepper.vocabulary())),
        best(arena.take<int64_t>(2, K)),
        moved(arena.take<int32_t>(K, longest)),
        left(arena.take<int64_t>(B)),
        row_parent(arena.take<int64_t>(K)),
        row_symbol(arena.take<int64_t>(K)),
        row_total(arena.take<double>(K)) {
    for (int64_t b = 0; b < B; ++b) {
      Beam one = {0, 1, 0, 0, arena.take<int32_t>(K, longest), arena.take<int32_t>(K, longest),
                  arena.take<Finished>(K)};
      if (beam) beam[b] = one;
    }
  }
};

// Places of the `count` largest of n numbers, falling; the first of equals first. Returns how many.
int64_t top(const double* x, int64_t n, int64_t count, int64_t* best) {
  int64_t known = 0;
  for (int64_t k = 0; k < n; ++k) {
    if (known == count && !(x[k] > x[best[known - 1]])) continue;
    if (known < count) ++known;
    int64_t at = known - 1;
    for (; at > 0 && x[k] > x[best[at - 1]]; --at) best[at] = best[at - 1];
    best[at] = k;
  }
  return known;
}

// Sets a hypothesis aside; of more than K the one with the least score goes, of equals the latest.
void finish(Beam& b, int64_t K, int64_t longest, int64_t parent, double total,
            int32_t finished, double penalty) {
  const Finished one = {score_of(total, b.length + 1, penalty), total, b.num_finished++, b.length,
                        finished};
  int64_t at = b.kept;
  if (b.kept == K) {
    at = 0;
    for (int64_t k = 1; k < K; ++k) {
      const Finished &x = b.finished[k], &worst = b.finished[at];
      if (x.score < worst.score || (x.score == worst.score && x.number > worst.number)) at = k;
    }
    const Finished& worst = b.finished[at];
    if (!(one.score > worst.score)) return;  // it is the latest
  } else {
    ++b.kept;
  }
  b.finished[at] = one;
  std::memcpy(b.done + at * longest, b.live + parent * longest,
              sizeof(int32_t) * static_cast<size_t>(b.length));
}

// Takes the best extensions of a source. Returns how many hypotheses go on, 0 if it is done; they are
// in row_parent, row_symbol and row_total, K of them with those that fill up.
int64_t extend(BeamSpace& s, Beam& b, int64_t rows, int64_t K, int64_t V, int64_t limit, int64_t longest,
               double penalty) {
  if (b.length >= limit) {  // all end here, whether their model would or not
    for (int64_t k = 0; k < b.num_live; ++k) {
      const double* row = s.extended + k * V;
      int64_t best = 0;
      for (int64_t v = 1; v < V; ++v) {
        if (row[v] > row[best]) best = v;
      }
      finish(b, K, longest, k, row[EOS], best == EOS, penalty);
    }
    return 0;
  }
  const int64_t found = top(s.extended, rows * V, 2 * K, s.best);
  int64_t n = 0;
  for (int64_t k = 0; k < found; ++k) {
    const double total = s.extended[s.best[k]];
    if (total == -INFINITY) break;
    const int64_t parent = s.best[k] / V, symbol = s.best[k] % V;
    if (symbol == EOS) {
      finish(b, K, longest, parent, total, 1, penalty);
    } else if (n < K) {
      s.row_parent[n] = parent;
      s.row_symbol[n] = symbol;
      s.row_total[n++] = total;
    }
  }
  b.num_live = n;
  if (n == 0) return 0;
  if (b.kept == K) {
    double best = b.finished[0].score;
    for (int64_t k = 1; k < K; ++k) best = b.finished[k].score > best ? b.finished[k].score : best;
    // with the symbol just added, and the end
    if (score_of(s.row_total[0], b.length + 2, penalty) <= best) return 0;
  }
  for (int64_t k = n; k < K; ++k) {  // fewer extensions than K: rows that cannot win
    s.row_parent[k] = s.row_parent[0];
    s.row_symbol[k] = EOS;
    s.row_total[k] = -INFINITY;
  }
  for (int64_t k = 0; k < K; ++k) {
    int32_t* to = s.moved + k * longest;
    std::memcpy(to, b.live + s.row_parent[k] * longest, sizeof(int32_t) * static_cast<size_t>(b.length));
    to[b.length] = static_cast<int32_t>(s.row_symbol[k]);
  }
  int32_t* const swapped = b.live;
  b.live = s.moved;
  s.moved = swapped;
  ++b.length;
  return K;
}

int search_beam(BeamSpace& s, const seqloom_search& search, int64_t B, int64_t longest,
                const int64_t* limits, seqloom_hypothesis* found, int64_t* symbols, int64_t* count) {
  const int64_t K = search.beam, V = s.all.stepper.vocabulary();
  int64_t left = B, rows = 1;  // of each source: one at first, as all would be the same
  for (int64_t b = 0; b < B; ++b) {
    s.left[b] = s.all.parents[b] = s.all.owner[b] = b;
    s.all.last[b] = BOS;
    s.totals[b * K] = 0;
  }
  s.all.stepper.begin(B, s.all.parents);
  while (left > 0) {
    if (int status = s.all.stepper.step(s.all.last, s.all.owner)) return status;
    int64_t going = 0;
    for (int64_t i = 0; i < left; ++i) {
      const int64_t b = s.left[i];
      for (int64_t k = 0; k < rows; ++k) {
        const float* from = s.all.stepper.log_probabilities() + (i * rows + k) * V;
        if (!forbid(from, V, s.all.logs)) return SEQLOOM_DIVERGED;
        const double total = s.totals[b * K + k];
        for (int64_t v = 0; v < V; ++v) {
          s.extended[k * V + v] = total + static_cast<double>(s.all.logs[v]);
        }
      }
      if (!extend(s, s.beam[b], rows, K, V, limits[b], longest, search.length_penalty)) continue;
      for (int64_t k = 0; k < K; ++k) {
        const int64_t row = going * K + k;
        s.all.parents[row] = i * rows + s.row_parent[k];
        s.all.last[row] = s.row_symbol[k];
        s.all.owner[row] = b;
        s.totals[b * K + k] = s.row_total[k];
      }
      s.left[going++] = b;
    }
    left = going;
    rows = K;
    if (left > 0) s.all.stepper.reorder(left * K, s.all.parents);
  }
  for (int64_t b = 0; b < B; ++b) {
    const Beam& beam = s.beam[b];
    count[b] = beam.kept;
    for (int64_t rank = 0; rank < beam.kept; ++rank) {  // the best score first, of equals the earliest
      int64_t best = -1;
      for (int64_t k = 0; k < beam.kept; ++k) {
        const Finished& x = beam.finished[k];
        if (x.number < 0) continue;
        if (best < 0 || x.score > beam.finished[best].score ||
            (x.score == beam.finished[best].score && x.number < beam.finished[best].number)) {
          best = k;
        }
      }
      Finished& x = beam.finished[best];
      found[b * K + rank] = {x.total, x.score, x.length, x.finished};
      for (int64_t t = 0; t < x.length; ++t) {
        symbols[(b * K + rank) * longest + t] = beam.done[best * longest + t];
      }
      x.number = -1;
    }
  }
  return SEQLOOM_ENGINE_OK;
}

}  // namespace
}  // namespace seqloom

using namespace seqloom;

int64_t seqloom_decode_bytes(const seqloom_plan* first, const seqloom_plan* widest,
                             const seqloom_search* search, int64_t longest) {
  if (!searchable(*search) || longest < 0 || first->model != widest->model) {
    return -SEQLOOM_BAD_OPTION;
  }
  Arena arena;
  const int64_t B = first->B, width = width_of(*search);
  bool usable = false;
  if (search->draws || search->beam == 1) {
    const Single s(arena, *first, *widest, arena.product(B, width), search->draws > 0);
    usable = s.all.stepper.usable();
  } else {
    const BeamSpace s(arena, *first, *widest, B, width, longest);
    usable = s.all.stepper.usable();
  }
  if (!usable) return -SEQLOOM_BAD_PROGRAM;
  return arena.overflow ? -SEQLOOM_BAD_SHAPE : arena.used;
}

int seqloom_decode(const seqloom_plan* first, const seqloom_plan* widest, const seqloom_search* search,
                   int64_t longest, const void* const* inputs, const int64_t* limits,
                   const int64_t* rows, void* memory, int64_t bytes, seqloom_hypothesis* found,
                   int64_t* symbols, int64_t* count) {
  const int64_t needed = seqloom_decode_bytes(first, widest, search, longest);
  if (needed < 0) return static_cast<int>(-needed);
  if (!memory || reinterpret_cast<uintptr_t>(memory) % 64 || bytes < needed) return SEQLOOM_BAD_MEMORY;
  const int64_t B = first->B, width = width_of(*search);
  if (widest->B < B * width) return SEQLOOM_BAD_SHAPE;
  for (int64_t b = 0; b < B; ++b) {
    if (limits[b] < 0 || limits[b] > longest) return SEQLOOM_BAD_OPTION;
  }
  Arena arena = {static_cast<char*>(memory)};
  if (search->draws || search->beam == 1) {
    Single s(arena, *first, *widest, B * width, search->draws > 0);
    if (int status = seqloom_run(first, inputs, nullptr, s.all.read, first->workspace)) return status;
    return search_single(s, *search, B, longest, limits, rows, found, symbols, count);
  }
  BeamSpace s(arena, *first, *widest, B, width, longest);
  if (int status = seqloom_run(first, inputs, nullptr, s.all.read, first->workspace)) return status;
  return search_beam(s, *search, B, longest, limits, found, symbols, count);
}

// -- running text -------------------------------------------------------------------------------------

struct seqloom_text {
  Stepper stepper;
  Draw draw;
  Random random;
  double *q, *falling;
  int64_t* order;
  float* logs;
  int64_t begun;
  seqloom_text(Arena& arena, const seqloom_plan& widest, const seqloom_search& search, uint64_t number)
      : stepper(arena, nullptr, nullptr, widest),
        draw{search.temperature, search.top_k, search.top_p},
        random(seeds(search.seed, number).value, 2),
        q(arena.take<double>(stepper.vocabulary())),
        falling(arena.take<double>(stepper.vocabulary())),
        order(arena.take<int64_t>(stepper.vocabulary())),
        logs(arena.take<float>(stepper.vocabulary())),
        begun(0) {}

 private:
  struct Pair {
    uint64_t value[2];
  };
  static Pair seeds(uint64_t seed, uint64_t number) { return {{seed, number}}; }
};

int64_t seqloom_text_bytes(const seqloom_plan* widest) {
  Arena arena;
  arena.take<seqloom_text>(1);
  const seqloom_text text(arena, *widest, {}, 0);
  if (!text.stepper.usable() || widest->B != 1) return -SEQLOOM_BAD_PROGRAM;
  return arena.overflow ? -SEQLOOM_BAD_SHAPE : arena.used;
}

int seqloom_text_begin(const seqloom_plan* widest, const seqloom_search* search, uint64_t number,
                       void* memory, int64_t bytes, seqloom_text** text) {
  const int64_t needed = seqloom_text_bytes(widest);
  if (needed < 0) return static_cast<int>(-needed);
  if (!memory || reinterpret_cast<uintptr_t>(memory) % 64 || bytes < needed) return SEQLOOM_BAD_MEMORY;
  if (!(search->temperature >= 0) || search->top_k < 0 || !(search->top_p > 0 && search->top_p <= 1)) {
    return SEQLOOM_BAD_OPTION;
  }
  Arena arena = {static_cast<char*>(memory)};
  seqloom_text* const place = arena.take<seqloom_text>(1);
  *text = new (place) seqloom_text(arena, *widest, *search, number);
  const int64_t none = 0;
  (*text)->stepper.begin(1, &none);
  return SEQLOOM_ENGINE_OK;
}

int seqloom_text_read(seqloom_text* text, const int64_t* symbols, int64_t n) {
  const int64_t same = 0;
  for (int64_t k = 0; k < n; ++k) {
    if (text->begun++) text->stepper.reorder(1, &same);
    if (int status = text->stepper.step(symbols + k, &same)) return status;
  }
  return SEQLOOM_ENGINE_OK;
}

int seqloom_text_write(seqloom_text* text, int64_t* symbols, int64_t n) {
  if (!text->begun) return SEQLOOM_BAD_OPTION;  // nothing was read: there is nothing to follow
  const int64_t V = text->stepper.vocabulary();
  for (int64_t k = 0; k < n; ++k) {
    if (!forbid(text->stepper.log_probabilities(), V, text->logs)) return SEQLOOM_DIVERGED;
    text->logs[EOS] = -INFINITY;  // a text has no end
    symbols[k] = text->draw.temperature == 0
                     ? argmax(text->logs, V)
                     : text->draw.pick(text->logs, V, text->random.next(), text->q, text->falling,
                                       text->order);
    if (symbols[k] >= V) return SEQLOOM_DIVERGED;
    if (int status = seqloom_text_read(text, symbols + k, 1)) return status;
  }
  return SEQLOOM_ENGINE_OK;
}
