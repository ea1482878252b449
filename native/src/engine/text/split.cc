#include "split.h"

namespace seqloom {
namespace {

struct Character {
  uint32_t code, kind;
  const char* end;
};

// The first of a text that is not empty.
Character first_of(Span text) {
  const uint32_t code = take_code(text.at);
  return {code, class_of(code), text.at};
}

bool in(uint32_t code, uint32_t first, uint32_t last) { return code >= first && code <= last; }
bool is_joiner(const Character& c) { return in(c.code, 0x200C, 0x200D); }
bool is_apostrophe(const Character& c) { return c.code == '\'' || c.code == 0x2019; }
bool is_flag(const Character& c) { return in(c.code, 0x1F1E6, 0x1F1FF); }
bool ties(const Character& c) { return c.kind & MARK || is_joiner(c); }
bool is_letter(const Character& c, bool marks) { return c.kind & WORD || (marks && ties(c)); }
bool is_sign(const Character& c, bool marks) {
  return !(c.kind & (WORD | SPACE)) && !(marks && ties(c));
}
bool is_modifier(const Character& c) {  // marks, skin tones, tags
  return c.kind & MARK || in(c.code, 0x1F3FB, 0x1F3FF) || in(c.code, 0xE0020, 0xE007F);
}

// Behind all that `wanted` takes, at most so many.
template <class Wanted>
const char* skip(Span text, const Wanted& wanted, int64_t most = INT64_MAX) {
  for (; most > 0 && !text.empty(); --most) {
    const Character c = first_of(text);
    if (!wanted(c)) break;
    text.at = c.end;
  }
  return text.at;
}

const char* skip_letters(Span text, bool marks, int64_t most = INT64_MAX) {
  return skip(text, [marks](const Character& c) { return is_letter(c, marks); }, most);
}

// Letters with apostrophes inside; the first is a letter.
const char* letters_end(Span text, bool marks) {
  for (;;) {
    text.at = skip_letters(text, marks);
    if (text.empty()) return text.at;
    const Character c = first_of(text);
    if (!is_apostrophe(c) || c.end == skip_letters({c.end, text.end}, marks, 1)) return text.at;
    text.at = c.end;
  }
}

// A sign with what modifies it, or two flags.
const char* sign_end(Span text) {
  const Character sign = first_of(text);
  text.at = sign.end;
  if (is_flag(sign)) text.at = skip(text, is_flag, 1);
  while (!text.empty()) {
    const Character c = first_of(text);
    if (is_joiner(c)) {
      text.at = skip({c.end, text.end}, [](const Character& s) { return is_sign(s, true); }, 1);
    } else if (is_modifier(c)) {
      text.at = c.end;
    } else {
      break;
    }
  }
  return text.at;
}

}  // namespace

const char* skip_space(Span text) {
  return skip(text, [](const Character& c) { return (c.kind & SPACE) != 0; });
}

const char* symbol_end(Span text) {
  return skip(text, [](const Character& c) { return !(c.kind & SPACE); });
}

const char* word_end(Span text, bool marks) {
  const Character first = first_of(text);
  if (is_letter(first, marks)) return letters_end(text, marks);
  if (is_apostrophe(first)) {  // 's 've
    const Span rest = {first.end, text.end};
    const char* two = skip_letters(rest, marks, 2);
    if (two != rest.at && two == skip_letters(rest, marks, 3)) return two;
  }
  return marks ? sign_end(text) : first.end;
}

const char* chunk_end(Span text, bool marks) {
  Character c = first_of(text);
  Span rest = text;
  if (c.code == ' ' && c.end != text.end) {
    rest.at = c.end;
    c = first_of(rest);
  }
  if (is_letter(c, marks)) return skip_letters(rest, marks);
  if (is_sign(c, marks)) {
    const auto follows = [marks](const Character& s) {
      return is_sign(s, marks) || (marks && ties(s));
    };
    return skip(rest, follows);
  }
  return code_end(text.at);
}

}  // namespace seqloom
