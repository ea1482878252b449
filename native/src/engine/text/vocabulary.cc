// Checking a vocabulary, and looking up in it.
#include "vocabulary.h"

namespace seqloom {
namespace {

constexpr int32_t MAGIC = 0x58544C53, VERSION = 1;
constexpr int32_t MOST_TEXTS = 1 << 24;

// Every text is UTF-8, not empty, and can be a symbol of its level.
bool texts_fit(const seqloom_vocabulary& vocabulary) {
  int32_t before = 0;
  for (int32_t k = 0; k < vocabulary.texts(); ++k) {
    const int32_t end = vocabulary.ends()[k];
    if (end <= before || end > vocabulary.bytes) return false;
    before = end;
  }
  if (before != vocabulary.bytes) return false;
  for (int32_t k = 0; k < vocabulary.texts(); ++k) {
    const Span one = vocabulary.text(k);
    if (!is_utf8(one.at, one.size())) return false;
    if (k >= vocabulary.plain() || vocabulary.level == SEQLOOM_PIECES) continue;
    if (vocabulary.level == SEQLOOM_CHARACTERS ? code_end(one.at) != one.end
                                         : symbol_end(one) != one.end) {
      return false;
    }
  }
  return true;
}

// An order of texts from `first` on: rising, so all are there and all are different.
bool is_order(const seqloom_vocabulary& vocabulary, const int32_t* order, int32_t first,
              int32_t count) {
  for (int32_t k = 0; k < count; ++k) {
    if (order[k] < first || order[k] >= first + count) return false;
    if (k && compare(vocabulary.text(order[k - 1]), vocabulary.text(order[k])) >= 0) return false;
  }
  return true;
}

bool is_joined(Span left, Span right, Span both) {
  return left.size() + right.size() == both.size() &&
         compare(left, {both.at, both.at + left.size()}) == 0 &&
         compare(right, {both.at + left.size(), both.end}) == 0;
}

int64_t key(int64_t left, int64_t right) { return left << 32 | right; }
int64_t key(const int32_t* merge) { return key(merge[0], merge[1]); }

bool merges_fit(const seqloom_vocabulary& vocabulary) {
  constexpr int32_t first = seqloom_vocabulary::SPECIALS;
  for (int32_t k = 0; k < vocabulary.merges; ++k) {
    const int32_t* m = vocabulary.merge(k);
    for (int side = 0; side < 3; ++side) {
      if (m[side] < first || m[side] >= vocabulary.symbols) return false;
    }
    const Span left = vocabulary.text(m[0] - first), right = vocabulary.text(m[1] - first);
    if (!is_joined(left, right, vocabulary.text(m[2] - first))) return false;
  }
  const int32_t* order = vocabulary.merge_order();
  for (int32_t k = 0; k < vocabulary.merges; ++k) {
    if (order[k] < 0 || order[k] >= vocabulary.merges) return false;
    if (k && key(vocabulary.merge(order[k - 1])) >= key(vocabulary.merge(order[k]))) return false;
  }
  return true;
}

}  // namespace

int check_vocabulary(const void* block, int64_t bytes) {
  if (!block || reinterpret_cast<uintptr_t>(block) % 4) return SEQLOOM_TEXT_BAD_MEMORY;
  if (bytes < static_cast<int64_t>(sizeof(seqloom_vocabulary))) return SEQLOOM_TEXT_DAMAGED;
  const seqloom_vocabulary& v = *static_cast<const seqloom_vocabulary*>(block);
  const bool words = v.level == SEQLOOM_WORDS;
  const auto in = [](int32_t value, int32_t least, int32_t most) {
    return value >= least && value <= most;
  };
  const bool ok =
      v.magic == MAGIC && v.version == VERSION &&
      in(v.level, SEQLOOM_CHARACTERS, SEQLOOM_WORDS) &&
      in(v.flags, 0, SEQLOOM_MARKS | SEQLOOM_LOWERCASE) &&
      (!v.marks() || words || v.level == SEQLOOM_PIECES) &&
      (!v.lowercase() || v.level != SEQLOOM_PIECES) && v.most >= 0 &&
      in(v.symbols, seqloom_vocabulary::SPECIALS, MOST_TEXTS) && in(v.features, 0, MOST_TEXTS) &&
      (!v.features || (!v.lowercase() && !words && !v.most)) &&
      in(v.merges, 0, v.merging() ? MOST_TEXTS : 0) && v.bytes >= 0 &&
      bytes == static_cast<int64_t>(sizeof v) +
                   4 * (2 * int64_t{v.texts()} + 4 * int64_t{v.merges}) + v.bytes;
  const bool whole = ok && texts_fit(v) && is_order(v, v.order(), 0, v.plain()) &&
                     is_order(v, v.tag_order(), v.plain(), v.features) && merges_fit(v);
  return whole ? SEQLOOM_TEXT_OK : SEQLOOM_TEXT_DAMAGED;
}

}  // namespace seqloom

int32_t seqloom_vocabulary::found(seqloom::Span wanted, const int32_t* order, int32_t count) const {
  int32_t low = 0, high = count;
  while (low < high) {
    const int32_t middle = low + (high - low) / 2;
    const int differ = seqloom::compare(text(order[middle]), wanted);
    if (differ == 0) return order[middle] + SPECIALS;
    if (differ < 0) low = middle + 1;
    else high = middle;
  }
  return UNK;
}

int32_t seqloom_vocabulary::merge_of(int32_t left, int32_t right) const {
  const int32_t* in_order = merge_order();
  int32_t low = 0, high = merges;
  while (low < high) {
    const int32_t middle = low + (high - low) / 2, at = in_order[middle];
    const int64_t have = seqloom::key(merge(at)), want = seqloom::key(left, right);
    if (have == want) return at;
    if (have < want) low = middle + 1;
    else high = middle;
  }
  return -1;
}
