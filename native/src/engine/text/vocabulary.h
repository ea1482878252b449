// A vocabulary where it lies, as seqloom_text.h describes it.
#pragma once

#include <cstring>

#include "seqloom_text.h"
#include "split.h"

struct seqloom_vocabulary {
  int32_t magic, version, level, flags, most, symbols, features, merges, bytes;

  static constexpr int32_t SPECIALS = 4, UNK = 3;
  int32_t plain() const { return symbols - SPECIALS; }  // symbols that have a text
  int32_t texts() const { return plain() + features; }
  const int32_t* ends() const { return &bytes + 1; }
  const int32_t* order() const { return ends() + texts(); }
  const int32_t* tag_order() const { return order() + plain(); }
  const int32_t* merge(int64_t k) const { return tag_order() + features + 3 * k; }
  const int32_t* merge_order() const { return merge(merges); }
  const char* text() const { return reinterpret_cast<const char*>(merge_order() + merges); }
  seqloom::Span text(int32_t k) const {
    return {text() + (k ? ends()[k - 1] : 0), text() + ends()[k]};
  }
  bool marks() const { return flags & SEQLOOM_MARKS; }
  bool lowercase() const { return flags & SEQLOOM_LOWERCASE; }
  bool merging() const { return level == SEQLOOM_SUBWORDS || level == SEQLOOM_PIECES; }

  // The number of a symbol; UNK if it has none.
  int32_t number(seqloom::Span symbol) const { return found(symbol, order(), plain()); }
  int32_t tag_number(seqloom::Span tag) const { return found(tag, tag_order(), features); }
  // The place of a merge among all; -1: there is none.
  int32_t merge_of(int32_t left, int32_t right) const;

 private:
  int32_t found(seqloom::Span wanted, const int32_t* order, int32_t count) const;
};

namespace seqloom {

// Below 0, 0 or above, as a comes before b in the order of bytes.
inline int compare(Span a, Span b) {
  const int64_t shorter = a.size() < b.size() ? a.size() : b.size();
  int differ = 0;
  for (int64_t k = 0; k < shorter && !differ; ++k) {  // most texts are a few bytes
    differ = static_cast<unsigned char>(a.at[k]) - static_cast<unsigned char>(b.at[k]);
  }
  return differ ? differ : (a.size() > b.size()) - (a.size() < b.size());
}

// A status: whether a block is a vocabulary.
int check_vocabulary(const void* block, int64_t bytes);

}  // namespace seqloom
