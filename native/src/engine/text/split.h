// Where words and chunks of running text end; data/words.py and data/subwords.py have the rules.
#pragma once

#include "unicode.h"

namespace seqloom {

// Behind white space.
const char* skip_space(Span text);
// The end of what is no white space.
const char* symbol_end(Span text);
// The end of the word at the beginning, which is no white space. marks: see SEQLOOM_MARKS.
const char* word_end(Span text, bool marks);
// The end of the chunk at the beginning: a word or signs, with a space before them, or white space.
const char* chunk_end(Span text, bool marks);

}  // namespace seqloom
