// Planning an entry for given sizes: every shape, every rule of an operation, where each value lies.
#include "forms.h"

namespace seqloom {
namespace {

constexpr int32_t NEAR = 64;  // values before one among which a free place is looked for

// Finds the shapes of an entry's values; every rule of an operation is a `need`.
struct Shaper {
  const seqloom_model& model;
  seqloom_plan& plan;
  bool ok = true;

  void need(bool true_) { ok = ok && true_; }
  Value& at(int32_t v) { return plan.value[v]; }
  bool numbers(int32_t v, int rank) { return at(v).kind == NUMBERS && at(v).shape.rank == rank; }
  int64_t batch(int32_t v) { return at(v).shared ? plan.B : at(v).shape.n[0]; }
  int64_t size(int32_t v, int axis) { return at(v).shape.n[axis]; }
  int64_t width(int32_t v) { return at(v).shape.n[at(v).shape.rank - 1]; }

  // float32 vector of n numbers
  void vector(int32_t w, int64_t n) {
    need(w >= 0 && w < model.weights && model.weight[w].rank == 1 && model.weight[w].shape[0] == n &&
         model.weight[w].dtype == SEQLOOM_FLOAT32);
  }
  const Weight* weight(int32_t w, int rank) {
    need(w >= 0 && w < model.weights && model.weight[w].rank == rank);
    return ok ? &model.weight[w] : nullptr;
  }
  const Matrix* matrix(int32_t m) {
    need(m >= 0 && m < model.matrices);
    return ok ? &model.matrix[m] : nullptr;
  }
  void lengths(int32_t v, int64_t B) { need(at(v).kind == LENGTHS && batch(v) == B); }

  void put(int32_t v, int kind, int rank, int64_t a, int64_t b = 0, int64_t c = 0, int64_t d = 0) {
    need(rank >= 1 && rank <= 4);
    if (!ok) return;
    Value& value = at(v);
    value = {};
    value.shape = {rank, {a, b, c, d}};
    value.kind = kind;
    value.root = v;
    int64_t all = 1;
    for (int k = 0; k < rank; ++k) {
      need(value.shape.n[k] >= 0 && value.shape.n[k] <= INT32_MAX);
      need(!__builtin_mul_overflow(all, value.shape.n[k], &all) && all <= LARGEST);
    }
  }
  void put(int32_t v, int kind, const Shape& s) { put(v, kind, s.rank, s.n[0], s.n[1], s.n[2], s.n[3]); }

  // The shape of a sum of products, its last size N; a bias of N numbers from `first`.
  Shape parts(const int32_t* w, int32_t n) {
    Shape shape = {};
    int64_t N = -1;
    for (int32_t k = 0; ok && k < n; ++k, w += PART_WORDS) {
      Shape one = {};
      int64_t columns = 0;
      const Value& x = at(w[1]);
      if (w[0] == PART_PRODUCT) {
        const Matrix* m = matrix(w[2]);
        need(x.kind == NUMBERS && x.shape.rank >= 1);
        if (!ok) break;
        need(width(w[1]) == m->K);
        one = x.shape;
        columns = m->N;
      } else if (w[0] == PART_TABLE) {
        need(x.kind == SYMBOLS && x.shape.rank <= 3 && w[2] >= 0 && w[2] < model.tables);
        if (!ok) break;
        one = x.shape;
        ++one.rank;
        columns = model.product[w[2]].N;
      } else if (w[0] == PART_MIXED) {
        need(numbers(w[1], 2) && numbers(w[2], 3) && !x.shared);
        if (!ok) break;
        need(batch(w[2]) == x.shape.n[0] && size(w[2], 1) == x.shape.n[1]);
        lengths(w[3], x.shape.n[0]);
        one = x.shape;
        columns = size(w[2], 2);
      } else {
        need(x.kind == NUMBERS && x.shape.rank >= 1);
        if (!ok) break;
        one = x.shape;
        columns = width(w[1]);
      }
      one.n[0] = batch(w[1]);
      one.n[one.rank - 1] = columns;
      if (N < 0) {
        shape = one;
        N = columns;
      }
      need(one.rank == shape.rank && one.rank >= 2);
      for (int d = 0; d < one.rank; ++d) need(one.n[d] == shape.n[d]);
    }
    return shape;
  }

  // A cell: its hidden matrix and biases; returns H.
  int64_t cell(const int32_t* w, int64_t G) {
    need(w[0] >= CELL_RNN && w[0] <= CELL_GRU);
    const Matrix* m = matrix(w[1]);
    if (!ok) return 0;
    const int64_t gates = w[0] == CELL_LSTM ? 4 : w[0] == CELL_GRU ? 3 : 1;
    need(m->N == gates * m->K && G == m->N);
    vector(w[2], G);
    vector(w[3], G);
    return m->K;
  }
  void state(int32_t v, int64_t B, int64_t H) {
    need(numbers(v, 2) && batch(v) == B && size(v, 1) == H);
  }

  void shape(const Instruction& one);
};

int64_t clamp(int64_t n, int64_t low, int64_t high) { return n < low ? low : n > high ? high : n; }

void Shaper::shape(const Instruction& one) {
  const int32_t* w = one.words;
  const int32_t r = one.result;
  const auto x = [&](int k) -> const Value& { return at(w[k]); };
  switch (one.op) {
    case Op::EMBED: {
      const Weight* table = weight(w[0], 2);
      need(x(1).kind == SYMBOLS && x(1).shape.rank <= 3);
      if (!ok) return;
      Shape s = x(1).shape;
      s.n[s.rank++] = table->shape[1];
      s.n[0] = batch(w[1]);
      return put(r, NUMBERS, s);
    }
    case Op::PRODUCT: {
      const Shape s = parts(w + 4, w[3]);
      if (!ok) return;
      need(w[2] >= ACT_NONE && w[2] <= ACT_RELU && w[1] >= 0);
      if (w[0] != -1) {
        const Weight* bias = weight(w[0], 1);
        if (!ok) return;
        need(bias->dtype == SEQLOOM_FLOAT32 && w[1] + s.n[s.rank - 1] <= bias->shape[0]);
      }
      return put(r, NUMBERS, s);
    }
    case Op::NORM:
      need(x(0).kind == NUMBERS && x(0).shape.rank >= 2 && !x(0).shared);
      if (!ok) return;
      vector(w[1], width(w[0]));
      vector(w[2], width(w[0]));
      return put(r, NUMBERS, x(0).shape);
    case Op::SCALE:
    case Op::TANH:
    case Op::RELU:
      need(x(0).kind == NUMBERS && !x(0).shared);
      return put(r, NUMBERS, x(0).shape);
    case Op::LOG_SOFTMAX:
      need(x(0).kind == NUMBERS && x(0).shape.rank >= 2 && !x(0).shared);
      return put(r, NUMBERS, x(0).shape);
    case Op::AFFINE:
    case Op::ADD:
      for (int k = 0; k < (one.op == Op::ADD ? 2 : 3); ++k) {
        need(x(k).kind == NUMBERS && !x(k).shared && x(k).shape.rank == x(0).shape.rank);
        for (int d = 0; d < x(0).shape.rank; ++d) need(x(k).shape.n[d] == x(0).shape.n[d]);
      }
      return put(r, NUMBERS, x(0).shape);
    case Op::JOIN: {
      Shape s = x(2).shape;
      need(w[0] == 0 || w[0] == 1);
      need(s.rank >= 2);
      if (!ok) return;
      const int axis = w[0] ? 1 : s.rank - 1;
      int64_t total = 0;
      for (int k = 0; k < w[1]; ++k) {
        const Shape& p = x(2 + k).shape;
        need(x(2 + k).kind == x(2).kind && p.rank == s.rank);
        for (int d = 0; d < s.rank; ++d) {
          need(d == axis || (d ? p.n[d] : batch(w[2 + k])) == (d ? s.n[d] : batch(w[2])));
        }
        need(x(2).kind != LENGTHS && (w[0] == 0 || axis == 1));
        if (!ok) return;
        total += p.n[axis];
      }
      s.n[0] = batch(w[2]);
      s.n[axis] = total;
      return put(r, x(2).kind, s);
    }
    case Op::SPLIT: {
      need(x(0).kind == NUMBERS && x(0).shape.rank >= 2 && !x(0).shared && w[1] > 0);
      if (!ok) return;
      Shape s = x(0).shape;
      need(s.n[s.rank - 1] % w[1] == 0);
      s.n[s.rank - 1] /= w[1];
      for (int32_t k = 0; ok && k < w[1]; ++k) put(r + k, NUMBERS, s);
      return;
    }
    case Op::SLICE: {
      Shape s = x(0).shape;
      need(x(0).kind != LENGTHS && w[1] > 0 && w[1] < s.rank && !x(0).shared);
      if (!ok) return;
      const int64_t n = s.n[w[1]];
      const int64_t first = w[2] < 0 ? clamp(n + w[2], 0, n) : clamp(w[2], 0, n);
      const int64_t after = w[3] < 0 ? clamp(n + w[3], 0, n) : clamp(w[3], 0, n);
      s.n[w[1]] = after > first ? after - first : 0;
      return put(r, x(0).kind, s);
    }
    case Op::RESHAPE: {
      const Shape s = x(0).shape;
      const int kind = x(0).kind, shared = x(0).shared, root = x(0).root;
      need(w[1] >= FLAT && w[1] <= NEW_AXIS && (w[1] == NEW_AXIS || kind == NUMBERS));
      if (w[1] == FLAT) {
        need(s.rank == 3);
        if (!ok) return;
        put(r, kind, 2, s.n[0], s.n[1] * s.n[2]);
      } else if (w[1] == FOLD) {
        need(s.rank == 2 && w[2] > 0);
        if (!ok) return;
        need(s.n[1] % w[2] == 0);
        put(r, kind, 3, s.n[0], s.n[1] / w[2], w[2]);
      } else {
        need((s.rank == 1 || s.rank == 2) && kind != LENGTHS);
        if (!ok) return;
        put(r, kind, s.rank + 1, s.n[0], 1, s.n[1]);
      }
      at(r).root = root;
      at(r).shared = shared;
      return;
    }
    case Op::REPEAT:
      need(numbers(w[0], 2) && x(1).shape.rank >= 2 && batch(w[0]) == batch(w[1]));
      return put(r, NUMBERS, 3, batch(w[0]), size(w[1], 1), size(w[0], 1));
    case Op::LAST:
      need(numbers(w[0], 3));
      lengths(w[1], batch(w[0]));
      return put(r, NUMBERS, 2, batch(w[0]), size(w[0], 2));
    case Op::RIGHT_ALIGN:
    case Op::MASK:
    case Op::AGE:
      need(numbers(w[0], 3) && !x(0).shared);
      lengths(w[1], batch(w[0]));
      return put(r, NUMBERS, x(0).shape);
    case Op::HALVE:
      need(numbers(w[0], 3) && !x(0).shared);
      lengths(w[1], batch(w[0]));
      put(r, NUMBERS, 3, size(w[0], 0), (size(w[0], 1) + 1) / 2, size(w[0], 2) * 2);
      return put(r + 1, LENGTHS, 1, size(w[0], 0));
    case Op::LONGER:
      need(x(0).kind == LENGTHS && !x(0).shared && w[1] >= 0);
      return put(r, LENGTHS, 1, size(w[0], 0));
    case Op::ZEROS:
      need(x(0).shape.rank >= 2);
      return put(r, NUMBERS, 2, batch(w[0]), size(w[0], 1));
    case Op::SPREAD: {
      const Weight* table = weight(w[0], 2);
      need(x(1).shape.rank >= 2);
      if (!ok) return;
      need(table->dtype == SEQLOOM_FLOAT32 && table->shape[0] >= size(w[1], 1));
      return put(r, NUMBERS, 3, batch(w[1]), size(w[1], 1), table->shape[1]);
    }
    case Op::PLACE:
      need(numbers(w[0], 3) && !x(0).shared);
      if (w[1] != -1) need(numbers(w[1], 4));
      return put(r, NUMBERS, x(0).shape);
    case Op::UNROLL: {
      const Shape s = parts(w + 9, w[8]);
      if (!ok) return;
      need(s.rank == 3 && (w[4] == 0 || w[4] == 1));
      const int64_t B = s.n[0], H = cell(w, s.n[2]);
      if (!ok) return;
      if (w[5] != -1) lengths(w[5], B);
      if (w[6] != -1) state(w[6], B, H);
      if (w[7] != -1) state(w[7], B, H);
      need((w[7] != -1) == (w[6] != -1 && w[0] == CELL_LSTM));
      put(r, NUMBERS, 3, B, s.n[1], H);
      put(r + 1, NUMBERS, 2, B, H);
      if (w[0] == CELL_LSTM) put(r + 2, NUMBERS, 2, B, H);
      return;
    }
    case Op::STEP: {
      const Shape s = parts(w + 7, w[6]);
      if (!ok) return;
      need(s.rank == 2);
      const int64_t B = s.n[0], H = cell(w, s.n[1]);
      if (!ok) return;
      state(w[4], B, H);
      need((w[5] != -1) == (w[0] == CELL_LSTM));
      if (w[5] != -1) state(w[5], B, H);
      put(r, NUMBERS, 2, B, H);
      if (w[0] == CELL_LSTM) put(r + 1, NUMBERS, 2, B, H);
      return;
    }
    case Op::ATTEND: {
      need(numbers(w[1], 2) && numbers(w[2], 3) && numbers(w[3], 3) && !x(1).shared);
      if (!ok) return;
      const int64_t B = size(w[1], 0), S = size(w[2], 1), A = size(w[3], 2);
      need(batch(w[2]) == B && batch(w[3]) == B && size(w[3], 1) == S && size(w[1], 1) == A);
      lengths(w[4], B);
      need(w[0] >= SCORE_ADDITIVE && w[0] <= SCORE_LOCATION && (w[9] == 0 || w[9] == 1));
      need((w[5] != -1) == (w[0] == SCORE_LOCATION));
      if (!ok) return;
      if (w[0] != SCORE_DOT) vector(w[6], A);
      if (w[0] == SCORE_LOCATION) {
        const Weight* filter = weight(w[7], 3);
        const Weight* location = weight(w[8], 2);
        if (!ok) return;
        need(filter->dtype == SEQLOOM_FLOAT32);
        need(filter->shape[1] == 1 && filter->shape[2] % 2 == 1);
        need(location->shape[0] == A && location->shape[1] == filter->shape[0]);
        need(numbers(w[5], 2) && size(w[5], 0) == B && size(w[5], 1) == S && !x(5).shared);
      }
      put(r, NUMBERS, 2, B, w[9] ? size(w[2], 2) : 0);
      return put(r + 1, NUMBERS, 2, B, S);
    }
    case Op::LOOK: {
      need(numbers(w[0], 3) && numbers(w[1], 3) && !x(0).shared);
      if (!ok) return;
      need(batch(w[1]) == size(w[0], 0) && size(w[1], 2) == size(w[0], 2));
      lengths(w[2], size(w[0], 0));
      return put(r, NUMBERS, x(0).shape);
    }
    case Op::POOL:
      need(numbers(w[1], 3) && (w[0] == 0 || w[0] == 1));
      lengths(w[2], batch(w[1]));
      return put(r, NUMBERS, 2, batch(w[1]), size(w[1], 2));
    case Op::POOL_ATTEND: {
      need(numbers(w[0], 3) && numbers(w[1], 3) && !x(1).shared);
      if (!ok) return;
      const int64_t B = batch(w[0]), T = size(w[0], 1);
      need(size(w[1], 0) == B && size(w[1], 1) == T);
      lengths(w[2], B);
      vector(w[3], size(w[1], 2));
      put(r, NUMBERS, 2, B, size(w[0], 2));
      return put(r + 1, NUMBERS, 2, B, T);
    }
    case Op::HEADS: {
      need(numbers(w[0], 3) && !x(0).shared && w[1] >= 0 && w[2] > 0 && w[3] > 0);
      if (!ok) return;
      need(w[3] % w[2] == 0 && int64_t{w[1]} + w[3] <= size(w[0], 2));
      return put(r, NUMBERS, 4, size(w[0], 0), w[2], size(w[0], 1), w[3] / w[2]);
    }
    case Op::EXTEND: {
      need(numbers(w[0], 4) && numbers(w[1], 4) && !x(0).shared && !x(1).shared);
      if (!ok) return;
      for (int d = 0; d < 4; ++d) need(d == 2 || size(w[0], d) == size(w[1], d));
      return put(r, NUMBERS, 4, size(w[0], 0), size(w[0], 1), size(w[0], 2) + size(w[1], 2),
                 size(w[0], 3));
    }
    case Op::ATTEND_HEADS: {
      need(numbers(w[0], 3) && numbers(w[2], 4) && numbers(w[3], 4) && !x(0).shared);
      if (!ok) return;
      const int64_t B = size(w[0], 0), D = size(w[2], 1) * size(w[2], 3);
      for (int d = 0; d < 4; ++d) need(size(w[2], d) == size(w[3], d));
      need(batch(w[2]) == B && batch(w[3]) == B && w[1] >= 0 && size(w[2], 1) == w[4]);
      need(w[1] + D <= size(w[0], 2) && w[5] >= MASK_LENGTHS && w[5] <= MASK_RECENCY);
      need(w[5] == MASK_LENGTHS || size(w[2], 2) >= size(w[0], 1));
      need(w[5] != MASK_RECENCY || w[7] > 0);
      if (w[6] != -1) lengths(w[6], B);
      return put(r, NUMBERS, 3, B, size(w[0], 1), D);
    }
    case Op::COUNT:
      break;
  }
  ok = false;
}

// One past the last result of instruction k.
int32_t after(const Entry& entry, int32_t k) {
  return k + 1 < entry.instructions ? entry.instruction[k + 1].result : entry.values;
}

// Gives each value a place: one that is no longer read makes room for those after it.
void lay_out(const Entry& entry, seqloom_plan& plan, Arena& arena) {
  for (int32_t v = 0; v < entry.inputs; ++v) plan.value[v].last = -1;
  for (int32_t k = 0; k < entry.instructions; ++k) {
    // what nothing reads is written all the same
    for (int32_t v = entry.instruction[k].result; v < after(entry, k); ++v) plan.value[v].last = k;
    reads(entry.instruction[k], [&](int32_t v) { plan.value[plan.value[v].root].last = k; });
  }
  for (int32_t k = 0; k < entry.results; ++k) {
    plan.value[plan.value[entry.result[k].value].root].last = INT32_MAX;
  }
  for (int32_t v = 0; v < entry.inputs; ++v) plan.value[v].offset = -1;
  for (int32_t k = 0; k < entry.instructions; ++k) {
    for (int32_t v = entry.instruction[k].result; v < after(entry, k); ++v) {
      Value& value = plan.value[v];
      value.offset = -1;
      if (value.root != v) continue;
      const int64_t bytes = (value.bytes() + 63) / 64 * 64;
      // the first dead value before that is large enough, and whose place nobody took since
      const int32_t from = v - NEAR > entry.inputs ? v - NEAR : entry.inputs;
      for (int32_t d = from; d < v && value.offset < 0; ++d) {
        Value& dead = plan.value[d];
        if (dead.root != d || dead.offset < 0 || dead.last >= k) continue;
        if ((dead.bytes() + 63) / 64 * 64 < bytes || bytes == 0) continue;
        value.offset = dead.offset;
        dead.last = INT32_MAX;  // its place is given away
      }
      if (value.offset < 0) {
        value.offset = arena.used;
        arena.take<char>(value.bytes());
      }
    }
  }
}

}  // namespace

int make_plan(const seqloom_model& model, const Entry& entry, const int64_t* sizes,
              seqloom_plan& plan) {
  Shaper shaper = {model, plan};
  int64_t letters[27];
  for (int64_t& n : letters) n = -1;
  constexpr int SHARED_BATCH = 26, BATCH = 'B' - 'A';
  for (int32_t k = 0; k < entry.inputs; ++k) {
    const Input& input = entry.input[k];
    Shape shape = {input.rank, {}};
    for (int d = 0; d < input.rank; ++d) {
      const int64_t given = sizes[4 * k + d];
      if (given < 0 || given > INT32_MAX) return SEQLOOM_BAD_SHAPE;
      shape.n[d] = given;
      if (input.size[d] >= 0) {
        if (given != input.size[d]) return SEQLOOM_BAD_SHAPE;
        continue;
      }
      int letter = -1 - input.size[d];
      if (letter == BATCH && d == 0 && input.shared) letter = SHARED_BATCH;
      if (letters[letter] >= 0 && letters[letter] != given) return SEQLOOM_BAD_SHAPE;
      letters[letter] = given;
    }
    shaper.put(k, input.kind, shape);
    plan.value[k].shared = input.shared;
  }
  plan.B = letters[BATCH] >= 0 ? letters[BATCH] : letters[SHARED_BATCH];
  if (!shaper.ok) return SEQLOOM_BAD_SHAPE;
  for (int32_t k = 0; k < entry.instructions; ++k) {
    shaper.shape(entry.instruction[k]);
    if (!shaper.ok) return SEQLOOM_BAD_SHAPE;
  }
  Arena arena;
  arena.take<void*>(entry.values);
  lay_out(entry, plan, arena);
  plan.scratch = arena.used;
  int64_t most = 0;
  for (int32_t k = 0; k < entry.instructions; ++k) {
    const int64_t bytes = model.table->scratch(plan, entry.instruction[k]);
    if (bytes < 0) return SEQLOOM_BAD_SHAPE;
    if (bytes > most) most = bytes;
  }
  arena.take<char>(most);
  plan.workspace = arena.used;
  Arena loose;
  loose.take<void*>(entry.values);
  for (int32_t v = entry.inputs; v < entry.values; ++v) {
    if (plan.value[v].root == v) loose.take<char>(plan.value[v].bytes());
  }
  loose.take<char>(most);
  plan.loose = loose.used;
  return arena.overflow ? SEQLOOM_BAD_SHAPE : SEQLOOM_ENGINE_OK;
}

}  // namespace seqloom
