// Byte-pair encoding of one word or chunk.
#pragma once

#include "vocabulary.h"

namespace seqloom {

// Room for words of so many code points.
struct Merger {
  int32_t* part;    // [n] numbers; GONE: joined to the part before it
  int32_t* after;   // [n] the next part
  int32_t* before;  // [n]
  uint64_t* heap;   // [2n] merges that may be made: rank, then place
  int64_t heaped, parts;

  static constexpr int32_t GONE = -1;
  static constexpr int64_t BYTES = 3 * sizeof(int32_t) + 2 * sizeof(uint64_t);  // of a code point

  Merger(void* memory, int64_t n)
      : part(reinterpret_cast<int32_t*>(static_cast<uint64_t*>(memory) + 2 * n)),
        after(part + n), before(after + n), heap(static_cast<uint64_t*>(memory)), heaped(0),
        parts(0) {}

  void add(int32_t number) { part[parts++] = number; }
  // Joins the earliest learned pair, the leftmost of equals, until none is left.
  void merge(const seqloom_vocabulary& vocabulary);

 private:
  void offer(const seqloom_vocabulary& vocabulary, int32_t at);
  void push(uint64_t pair);
  uint64_t pop();
};

}  // namespace seqloom
