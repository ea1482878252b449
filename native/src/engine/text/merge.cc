#include "merge.h"

namespace seqloom {

void Merger::push(uint64_t pair) {
  int64_t k = heaped++;
  for (; k > 0 && heap[(k - 1) / 2] > pair; k = (k - 1) / 2) heap[k] = heap[(k - 1) / 2];
  heap[k] = pair;
}

uint64_t Merger::pop() {
  const uint64_t least = heap[0], last = heap[--heaped];
  int64_t k = 0;
  for (;;) {
    int64_t child = 2 * k + 1;
    if (child >= heaped) break;
    if (child + 1 < heaped && heap[child + 1] < heap[child]) ++child;
    if (heap[child] >= last) break;
    heap[k] = heap[child];
    k = child;
  }
  heap[k] = last;
  return least;
}

void Merger::offer(const seqloom_vocabulary& vocabulary, int32_t at) {
  const int32_t rank = vocabulary.merge_of(part[at], part[after[at]]);
  if (rank >= 0) push(static_cast<uint64_t>(rank) << 32 | static_cast<uint32_t>(at));
}

void Merger::merge(const seqloom_vocabulary& vocabulary) {
  const int32_t n = static_cast<int32_t>(parts);
  for (int32_t k = 0; k < n; ++k) after[k] = k + 1, before[k] = k - 1;
  heaped = 0;
  for (int32_t k = 0; k + 1 < n; ++k) offer(vocabulary, k);
  while (heaped > 0) {
    const uint64_t first = pop();
    const int32_t* pair = vocabulary.merge(static_cast<int64_t>(first >> 32));
    const int32_t i = static_cast<int32_t>(first & 0xFFFFFFFF), j = after[i];
    // one of the two was joined to another since
    if (part[i] != pair[0] || j == n || part[j] != pair[1]) continue;
    part[i] = pair[2];
    part[j] = GONE;
    after[i] = after[j];
    if (after[i] < n) {
      before[after[i]] = i;
      offer(vocabulary, i);
    }
    if (before[i] >= 0) offer(vocabulary, before[i]);
  }
}

}  // namespace seqloom
