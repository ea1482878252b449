// What the engine knows of Unicode, and UTF-8.
#pragma once

#include <cstdint>

namespace seqloom {

// Bits of a class; make_tables.py has the same.
enum : uint32_t {
  WORD = 1,       // a letter, a digit or an underscore: \w
  MARK = 2,       // a combining mark: Mn, Mc, Me
  SPACE = 4,      // white space: \s, str.split
  CASED = 8,      // a final sigma stands behind one of these,
  IGNORABLE = 16  // and these may stand between
};

struct LowerRun {
  int32_t first, last, step, shift;
};

constexpr int64_t LONGEST_TEXT = int64_t{1} << 30;  // bytes
constexpr int64_t LONGEST_CODE = 4;                 // bytes of a code point

const char* unicode_version();
uint32_t class_of(uint32_t code);

// A stretch of valid UTF-8.
struct Span {
  const char* at;
  const char* end;
  bool empty() const { return at == end; }
  int64_t size() const { return end - at; }
};

// The code point at a place, which goes on behind it.
inline uint32_t take_code(const char*& at) {
  const auto byte = [&at] { return static_cast<uint32_t>(static_cast<unsigned char>(*at++)); };
  const uint32_t first = byte();
  if (first < 0x80) return first;
  uint32_t code = first < 0xE0 ? first & 0x1F : first < 0xF0 ? first & 0x0F : first & 0x07;
  for (int more = first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3; more > 0; --more) {
    code = code << 6 | (byte() & 0x3F);
  }
  return code;
}

// Whether bytes are UTF-8: shortest forms, no surrogates.
bool is_utf8(const char* at, int64_t bytes);

// Where the code point ends that begins at `at`.
inline const char* code_end(const char* at) {
  take_code(at);
  return at;
}

// `text` in lower case, behind `out`, which has room for 3/2 of its bytes; returns where it ends.
char* lower(Span text, char* out);

}  // namespace seqloom
