// The C functions of seqloom_text.h that concern vocabularies.
#include "merge.h"

namespace seqloom {
namespace {

constexpr char WORD_MARK[] = "\xE2\x96\x81";     // U+2581, before a word of subwords
constexpr char UNKNOWN_SIGN[] = "\xE2\x81\x87";  // U+2047, in place of UNK
constexpr int64_t SIGN_BYTES = 3;                // of either
constexpr int64_t LONGEST_CHUNK = 100;           // code points that are merged at a time

// Numbers that are written, as far as there is room. Of more than `most` the first and the last
// half stay; the last ones take each other's places until they are put in order.
struct Numbers {
  int64_t* at;
  int64_t room, most, count = 0;

  void put(int32_t number) {
    const int64_t tail = most / 2, head = most - tail;
    int64_t k = count++;
    if (most && k >= most) {
      if (!tail) return;
      k = head + (k - head) % tail;
    }
    if (k < room) at[k] = number;
  }
  // Puts them in order; a status.
  int finish() {
    const int64_t tail = most / 2, all = count;
    if (most && count > most) count = most;
    if (count > room) return SEQLOOM_TEXT_NO_ROOM;
    if (all > count && tail) {
      const int64_t head = most - tail, first = (all - head) % tail;
      reverse(head, head + first);
      reverse(head + first, most);
      reverse(head, most);
    }
    return SEQLOOM_TEXT_OK;
  }

 private:
  void reverse(int64_t first, int64_t end) {
    for (; first < --end; ++first) {
      const int64_t kept = at[first];
      at[first] = at[end];
      at[end] = kept;
    }
  }
};

// Bytes that are written, as far as there is room.
struct Bytes {
  char* at;
  int64_t room, count = 0;

  void put(Span text) {
    if (count <= room && text.size() <= room - count && !text.empty()) {
      std::memcpy(at + count, text.at, static_cast<size_t>(text.size()));
    }
    count += text.size();
  }
  void put(char one) { put(Span{&one, &one + 1}); }
  int status() const { return count > room ? SEQLOOM_TEXT_NO_ROOM : SEQLOOM_TEXT_OK; }
};

// A workspace: the text in lower case, then a merger.
struct Space {
  int64_t lowered, points;
  Space(const seqloom_vocabulary& vocabulary, int64_t bytes)
      : lowered(vocabulary.lowercase() ? (bytes + bytes / 2 + 8) / 8 * 8 : 0),
        points(vocabulary.level == SEQLOOM_SUBWORDS ? bytes + 1
               : vocabulary.level == SEQLOOM_PIECES ? LONGEST_CHUNK
                                              : 0) {}
  int64_t bytes() const { return lowered + points * Merger::BYTES; }
};

// A text and its tags, if the vocabulary has any.
struct Apart {
  Span text, tags;
  Apart(const seqloom_vocabulary& vocabulary, Span source) : text(source), tags{nullptr, nullptr} {
    if (!vocabulary.features) return;
    for (const char* at = source.end; at > source.at; --at) {
      if (at[-1] != '\t') continue;
      text.end = at - 1;
      tags = {at, source.end};
      return;
    }
  }
};

// Calls use(tag) for each; they stand between ; and |, maybe with white space around them.
template <class Use>
void each_tag(Span tags, const Use& use) {
  while (tags.at) {
    Span tag = {tags.at, tags.at};
    while (tag.end < tags.end && *tag.end != ';' && *tag.end != '|') ++tag.end;
    tags.at = tag.end < tags.end ? tag.end + 1 : nullptr;
    tag.at = skip_space(tag);
    Span last = {tag.at, tag.at};  // up to the last that is no white space
    for (const char* at = tag.at; at < tag.end; at = skip_space({at, tag.end})) {
      at = last.end = symbol_end({at, tag.end});
    }
    if (!last.empty()) use(last);
  }
}

// Calls use(symbol) for each word, symbol or character.
template <class Use>
void each_symbol(const seqloom_vocabulary& vocabulary, Span text, const Use& use) {
  const bool spaces = vocabulary.level == SEQLOOM_CHARACTERS;
  for (;;) {
    if (!spaces) text.at = skip_space(text);
    if (text.empty()) return;
    const char* end = spaces                                ? code_end(text.at)
                      : vocabulary.level == SEQLOOM_SYMBOLS ? symbol_end(text)
                                                            : word_end(text, vocabulary.marks());
    use(Span{text.at, end});
    text.at = end;
  }
}

bool begins_with_mark(Span text) {
  return text.size() >= SIGN_BYTES && std::memcmp(text.at, WORD_MARK, SIGN_BYTES) == 0;
}

void put_parts(const seqloom_vocabulary& vocabulary, Merger& merger, Numbers& out) {
  merger.merge(vocabulary);
  for (int64_t k = 0; k < merger.parts; ++k) {
    if (merger.part[k] != Merger::GONE) out.put(merger.part[k]);
  }
  merger.parts = 0;
}

void put_subwords(const seqloom_vocabulary& vocabulary, Span text, Merger merger, Numbers& out) {
  const int32_t mark = vocabulary.number({WORD_MARK, WORD_MARK + SIGN_BYTES});
  while (!text.empty()) {
    const Span one = {text.at, code_end(text.at)};
    const char* first = one.at;
    if (begins_with_mark(text) || class_of(take_code(first)) & SPACE) {
      put_parts(vocabulary, merger, out);
    } else {
      if (!merger.parts) merger.add(mark);
      merger.add(vocabulary.number(one));
    }
    text.at = one.end;
  }
  put_parts(vocabulary, merger, out);
}

void put_pieces(const seqloom_vocabulary& vocabulary, Span text, Merger merger, Numbers& out) {
  while (!text.empty()) {
    const char* end = chunk_end(text, vocabulary.marks());
    while (text.at < end) {
      const char* next = code_end(text.at);
      merger.add(vocabulary.number({text.at, next}));
      text.at = next;
      if (merger.parts == LONGEST_CHUNK || next == end) put_parts(vocabulary, merger, out);
    }
  }
}

// Calls use(text as it is split, its tags, merger) if everything is as it must be; a status.
template <class Use>
int with_text(const seqloom_vocabulary& vocabulary, Span source, void* workspace, int64_t bytes,
              const Use& use) {
  if (source.size() < 0 || source.size() > LONGEST_TEXT) return SEQLOOM_TEXT_TOO_LONG;
  const Space space(vocabulary, source.size());
  if (space.bytes() && (!workspace || bytes < space.bytes() ||
                        reinterpret_cast<uintptr_t>(workspace) % 8)) {
    return SEQLOOM_TEXT_BAD_MEMORY;
  }
  if (!is_utf8(source.at, source.size())) return SEQLOOM_TEXT_BAD_UTF8;
  Apart apart(vocabulary, source);
  char* memory = static_cast<char*>(workspace);
  if (vocabulary.lowercase()) apart.text = {memory, lower(apart.text, memory)};
  use(apart, Merger(space.points ? memory + space.lowered : nullptr, space.points));
  return SEQLOOM_TEXT_OK;
}

}  // namespace
}  // namespace seqloom

using namespace seqloom;

const char* seqloom_text_message(int status) {
  switch (status) {
    case SEQLOOM_TEXT_OK: return "it worked";
    case SEQLOOM_TEXT_DAMAGED:
      return "the vocabulary or the features are damaged, or of another version";
    case SEQLOOM_TEXT_BAD_UTF8: return "the text is not UTF-8";
    case SEQLOOM_TEXT_TOO_LONG: return "the text has more than 2^30 bytes";
    case SEQLOOM_TEXT_BAD_NUMBER: return "a number is not one of the vocabulary's";
    case SEQLOOM_TEXT_NO_ROOM: return "the result is longer than the room for it";
    case SEQLOOM_TEXT_BAD_MEMORY: return "memory is smaller than the call needs, or not aligned";
    case SEQLOOM_TEXT_BAD_STREAM: return "the stream is damaged, or was finished";
    default: return "unknown status";
  }
}

int seqloom_text_abi(void) { return SEQLOOM_TEXT_ABI; }

const char* seqloom_unicode(void) { return unicode_version(); }

int seqloom_vocabulary_load(const void* block, int64_t bytes, const seqloom_vocabulary** found) {
  const int status = check_vocabulary(block, bytes);
  if (status == SEQLOOM_TEXT_OK) *found = static_cast<const seqloom_vocabulary*>(block);
  return status;
}

int64_t seqloom_vocabulary_size(const seqloom_vocabulary* vocabulary) {
  return int64_t{vocabulary->symbols} + vocabulary->features;
}

int64_t seqloom_vocabulary_workspace(const seqloom_vocabulary* vocabulary, int64_t bytes) {
  if (bytes < 0 || bytes > LONGEST_TEXT) return -SEQLOOM_TEXT_TOO_LONG;
  return Space(*vocabulary, bytes).bytes();
}

int seqloom_vocabulary_encode(const seqloom_vocabulary* vocabulary, const char* utf8, int64_t bytes,
                              void* workspace, int64_t workspace_bytes, int64_t* numbers,
                              int64_t room, int64_t* count) {
  Numbers out = {numbers, room, vocabulary->most};
  const auto use = [&](const Apart& apart, const Merger& merger) {
    each_tag(apart.tags, [&](Span tag) { out.put(vocabulary->tag_number(tag)); });
    if (vocabulary->level == SEQLOOM_SUBWORDS) {
      put_subwords(*vocabulary, apart.text, merger, out);
    } else if (vocabulary->level == SEQLOOM_PIECES) {
      put_pieces(*vocabulary, apart.text, merger, out);
    } else {
      each_symbol(*vocabulary, apart.text, [&](Span symbol) { out.put(vocabulary->number(symbol)); });
    }
  };
  int status = with_text(*vocabulary, {utf8, utf8 + bytes}, workspace, workspace_bytes, use);
  if (status == SEQLOOM_TEXT_OK) status = out.finish();
  *count = out.count;
  return status;
}

int seqloom_vocabulary_normal(const seqloom_vocabulary* vocabulary, const char* utf8, int64_t bytes,
                              void* workspace, int64_t workspace_bytes, char* written,
                              int64_t room, int64_t* out_bytes) {
  Bytes out = {written, room};
  const auto use = [&](const Apart& apart, const Merger&) {
    if (vocabulary->level == SEQLOOM_CHARACTERS || vocabulary->level == SEQLOOM_PIECES) {
      out.put(apart.text);
    } else {
      bool first = true;
      const auto put = [&](Span symbol) {
        if (!first) out.put(' ');
        first = false;
        out.put(symbol);
      };
      if (vocabulary->level == SEQLOOM_WORDS) {
        each_symbol(*vocabulary, apart.text, put);
      } else {
        for (Span rest = apart.text; rest.at = skip_space(rest), !rest.empty();) {
          const char* end = symbol_end(rest);
          put({rest.at, end});
          rest.at = end;
        }
      }
    }
    if (!vocabulary->features) return;
    char between = '\t';
    each_tag(apart.tags, [&](Span tag) {
      out.put(between);
      between = ';';
      out.put(tag);
    });
    if (between == '\t') out.put(between);
  };
  int status = with_text(*vocabulary, {utf8, utf8 + bytes}, workspace, workspace_bytes, use);
  if (status == SEQLOOM_TEXT_OK) status = out.status();
  *out_bytes = out.count;
  return status;
}

int seqloom_vocabulary_decode(const seqloom_vocabulary* vocabulary, const int64_t* numbers,
                              int64_t count, char* written, int64_t room, int64_t* out_bytes) {
  constexpr int64_t unknown = seqloom_vocabulary::UNK, first = seqloom_vocabulary::SPECIALS;
  const bool between = vocabulary->level == SEQLOOM_SYMBOLS || vocabulary->level == SEQLOOM_WORDS;
  Bytes out = {written, room};
  int64_t spaces = 0;  // of subwords that are written once a character follows
  bool any = false;
  *out_bytes = 0;
  for (int64_t k = 0; k < count; ++k) {
    if (numbers[k] < 0 || numbers[k] >= seqloom_vocabulary_size(vocabulary)) {
      return SEQLOOM_TEXT_BAD_NUMBER;
    }
    if (numbers[k] < unknown || numbers[k] >= vocabulary->symbols) continue;
    Span symbol = numbers[k] == unknown
                      ? Span{UNKNOWN_SIGN, UNKNOWN_SIGN + SIGN_BYTES}
                      : vocabulary->text(static_cast<int32_t>(numbers[k] - first));
    if (between && any) out.put(' ');
    any = true;
    while (vocabulary->level == SEQLOOM_SUBWORDS && !symbol.empty()) {
      if (begins_with_mark(symbol)) {
        ++spaces;
        symbol.at += SIGN_BYTES;
        continue;
      }
      for (; spaces > 0; --spaces) {
        if (out.count) out.put(' ');
      }
      const char* end = code_end(symbol.at);
      out.put({symbol.at, end});
      symbol.at = end;
    }
    out.put(symbol);
  }
  char mark = '\t';
  for (int64_t k = 0; k < count; ++k) {
    if (numbers[k] < vocabulary->symbols) continue;
    out.put(mark);
    mark = ';';
    out.put(vocabulary->text(static_cast<int32_t>(numbers[k] - first)));
  }
  if (vocabulary->features && mark == '\t') out.put(mark);
  *out_bytes = out.count;
  return out.status();
}
