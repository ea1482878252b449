// How a ragged batch is walked: which sequence runs at which step, and where its rows lie.
//
// Sequences are ordered by length, the longest first, and dealt out to the chunks in turn. A chunk's
// rows lie step by step, so the rows of a step are contiguous, and at step t the sequences still
// running are a prefix of the chunk's order, in both directions of time.
#pragma once

#include <cstdint>

namespace seqloom {

// Memory handed out piece by piece; with no base it only counts, so that one function both measures
// a workspace and lays it out.
struct Arena {
  char* base = nullptr;
  int64_t used = 0;
  bool overflow = false;

  template <class T>
  T* take(int64_t count) {
    int64_t bytes = 0, end = 0;
    if (count < 0 || __builtin_mul_overflow(count, static_cast<int64_t>(sizeof(T)), &bytes) ||
        __builtin_add_overflow(bytes, int64_t{63}, &bytes) ||
        __builtin_add_overflow(used, bytes / 64 * 64, &end)) {
      overflow = true;
      return nullptr;
    }
    T* p = base ? reinterpret_cast<T*>(base + used) : nullptr;
    used = end;
    return p;
  }

  // As many for each of `times`.
  template <class T>
  T* take(int64_t times, int64_t count) {
    return take<T>(product(times, count));
  }

  int64_t product(int64_t a, int64_t b) {
    int64_t all = 0;
    if (!__builtin_mul_overflow(a, b, &all)) return all;
    overflow = true;
    return 0;
  }
};

struct Plan {
  int64_t B, T, chunks;
  const int64_t* lengths;  // NULL: all T
  int64_t* order;          // [B] sequences, chunk by chunk
  int64_t* first;          // [chunks + 1] where a chunk's sequences begin in `order`
  int64_t* running;        // [chunks][T] sequences at a step
  int64_t* row;            // [chunks][T + 1] first row of a step, the last: end of the chunk

  int64_t length(int64_t b) const { return lengths ? lengths[b] : T; }
  int64_t rows() const { return chunks ? row[chunks * (T + 1) - 1] : 0; }
};

// Lays out the arrays of a plan; `make` fills them.
Plan plan_space(Arena& arena, int64_t B, int64_t T, const int64_t* lengths, int64_t chunks);
void make(Plan& plan);

}  // namespace seqloom
