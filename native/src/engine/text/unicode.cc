// Classes of code points, UTF-8, and lower case.
#include "unicode.h"

#include <cstring>

namespace seqloom {
namespace {

#include "tables.inc"

constexpr uint32_t DOTTED_I = 0x130, DOT_ABOVE = 0x307;
constexpr uint32_t SIGMA = 0x3A3, SMALL_SIGMA = 0x3C3, FINAL_SIGMA = 0x3C2;

// Classes of the most frequent code points, ready.
struct Ascii {
  unsigned char kind[128];
  constexpr Ascii() : kind() {
    for (uint32_t code = 0, run = 0; code < sizeof kind; ++code) {
      while (CLASSES[run + 1] >> 8 <= code) ++run;
      kind[code] = CLASSES[run] & 0xFF;
    }
  }
};
constexpr Ascii ASCII;

uint32_t lower_of(uint32_t code) {
  int32_t low = 0, high = sizeof LOWER / sizeof *LOWER;  // the last run that begins at most there
  const int32_t c = static_cast<int32_t>(code);
  while (low < high) {
    const int32_t middle = (low + high) / 2;
    if (LOWER[middle].first <= c) low = middle + 1;
    else high = middle;
  }
  if (low == 0) return code;
  const LowerRun& run = LOWER[low - 1];
  if (c > run.last || (c - run.first) % run.step != 0) return code;
  return static_cast<uint32_t>(c + run.shift);
}

char* put_code(uint32_t code, char* out) {
  if (code < 0x80) return *out++ = static_cast<char>(code), out;
  const int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
  const uint32_t lead = more == 1 ? 0xC0 : more == 2 ? 0xE0 : 0xF0;
  *out++ = static_cast<char>(lead | code >> 6 * more);
  for (int k = more - 1; k >= 0; --k) *out++ = static_cast<char>(0x80 | (code >> 6 * k & 0x3F));
  return out;
}

// Whether what follows lets a sigma be the last of a word.
bool ends_word(Span rest) {
  while (!rest.empty()) {
    const uint32_t kind = class_of(take_code(rest.at));
    if (!(kind & IGNORABLE)) return !(kind & CASED);
  }
  return true;
}

}  // namespace

const char* unicode_version() { return UNICODE; }

uint32_t class_of(uint32_t code) {
  if (code < sizeof ASCII.kind) return ASCII.kind[code];
  int32_t low = 0, high = sizeof CLASSES / sizeof *CLASSES;
  while (high - low > 1) {
    const int32_t middle = (low + high) / 2;
    if (CLASSES[middle] >> 8 <= code) low = middle;
    else high = middle;
  }
  return CLASSES[low] & 0xFF;
}

bool is_utf8(const char* text, int64_t bytes) {
  const unsigned char* at = reinterpret_cast<const unsigned char*>(text);
  const unsigned char* const end = at + bytes;
  while (at < end) {
    const uint32_t first = *at++;
    if (first < 0x80) continue;
    const int more = first < 0xC2 ? -1 : first < 0xE0 ? 1 : first < 0xF0 ? 2 : first < 0xF5 ? 3 : -1;
    if (more < 0 || end - at < more) return false;
    uint32_t code = first & (0x3F >> more);
    for (int k = 0; k < more; ++k, ++at) {
      if ((*at & 0xC0) != 0x80) return false;
      code = code << 6 | (*at & 0x3F);
    }
    if (more == 2 && (code < 0x800 || (code >= 0xD800 && code < 0xE000))) return false;
    if (more == 3 && (code < 0x10000 || code > 0x10FFFF)) return false;
  }
  return true;
}

char* lower(Span text, char* out) {
  bool cased = false;  // the last one that is not ignorable
  while (!text.empty()) {
    const uint32_t code = take_code(text.at);
    if (code < 0x80) {
      const bool upper = code >= 'A' && code <= 'Z';
      *out++ = static_cast<char>(upper ? code + 32 : code);
    } else if (code == DOTTED_I) {
      out = put_code(DOT_ABOVE, put_code('i', out));
    } else if (code == SIGMA) {
      out = put_code(cased && ends_word(text) ? FINAL_SIGMA : SMALL_SIGMA, out);
    } else {
      out = put_code(lower_of(code), out);
    }
    const uint32_t kind = class_of(code);
    if (!(kind & IGNORABLE)) cased = kind & CASED;
  }
  return out;
}

}  // namespace seqloom
