// The form of each instruction: how many words it has, which of them are values, how many results.
#pragma once

#include <cstddef>

#include "program.h"

namespace seqloom {

// Which words of an instruction are values, and how many results it has; -1: it cannot be.
constexpr uint32_t bit(int k) { return 1u << k; }
struct Form {
  int32_t count;    // words before the parts
  uint32_t values;  // words that are values
  uint32_t maybe;   // words that are values or -1
  uint32_t parts;   // 1: parts follow, 2: values follow; their number is the last word
  int32_t results;
};
inline const Form FORMS[] = {
    {2, bit(1), 0, 0, 1},                                // EMBED
    {4, 0, 0, 1, 1},                                     // PRODUCT
    {3, bit(0), 0, 0, 1},                                // NORM
    {2, bit(0), 0, 0, 1},                                // SCALE
    {3, bit(0) | bit(1) | bit(2), 0, 0, 1},              // AFFINE
    {2, bit(0) | bit(1), 0, 0, 1},                       // ADD
    {1, bit(0), 0, 0, 1},                                // TANH
    {1, bit(0), 0, 0, 1},                                // RELU
    {1, bit(0), 0, 0, 1},                                // LOG_SOFTMAX
    {2, 0, 0, 2, 1},                                     // JOIN
    {2, bit(0), 0, 0, -1},                               // SPLIT
    {4, bit(0), 0, 0, 1},                                // SLICE
    {3, bit(0), 0, 0, 1},                                // RESHAPE
    {2, bit(0) | bit(1), 0, 0, 1},                       // REPEAT
    {2, bit(0) | bit(1), 0, 0, 1},                       // LAST
    {2, bit(0) | bit(1), 0, 0, 1},                       // RIGHT_ALIGN
    {2, bit(0) | bit(1), 0, 0, 2},                       // HALVE
    {2, bit(0), 0, 0, 1},                                // LONGER
    {1, bit(0), 0, 0, 1},                                // ZEROS
    {2, bit(1), 0, 0, 1},                                // SPREAD
    {2, bit(0), bit(1), 0, 1},                           // PLACE
    {2, bit(0) | bit(1), 0, 0, 1},                       // AGE
    {9, 0, bit(5) | bit(6) | bit(7), 1, -1},             // UNROLL
    {7, bit(4), bit(5), 1, -1},                          // STEP
    {10, bit(1) | bit(2) | bit(3) | bit(4), bit(5), 0, 2},  // ATTEND
    {3, bit(0) | bit(1) | bit(2), 0, 0, 1},              // LOOK
    {3, bit(1) | bit(2), 0, 0, 1},                       // POOL
    {4, bit(0) | bit(1) | bit(2), 0, 0, 2},              // POOL_ATTEND
    {2, bit(0) | bit(1), 0, 0, 1},                       // MASK
    {4, bit(0), 0, 0, 1},                                // HEADS
    {3, bit(0) | bit(1), 0, 0, 1},                       // EXTEND
    {8, bit(0) | bit(2) | bit(3), bit(6), 0, 1},         // ATTEND_HEADS
};
static_assert(sizeof FORMS / sizeof *FORMS == static_cast<size_t>(Op::COUNT));

inline int32_t results_of(Op op, const int32_t* w) {
  if (op == Op::SPLIT) return w[1];
  if (op == Op::UNROLL) return w[0] == CELL_LSTM ? 3 : 2;
  if (op == Op::STEP) return w[0] == CELL_LSTM ? 2 : 1;
  return FORMS[static_cast<int>(op)].results;
}

// Calls use(value) for each value that an instruction reads.
template <class Use>
void reads(const Instruction& one, const Use& use) {
  const Form& form = FORMS[static_cast<int>(one.op)];
  for (int k = 0; k < form.count; ++k) {
    if (form.values & bit(k) || (form.maybe & bit(k) && one.words[k] != -1)) use(one.words[k]);
  }
  if (!form.parts) return;
  const int32_t n = one.words[form.count - 1];
  for (int32_t k = 0; k < n; ++k) {
    if (form.parts == 2) {
      use(one.words[form.count + k]);
      continue;
    }
    const int32_t* part = one.words + form.count + k * PART_WORDS;
    use(part[1]);
    if (part[0] == PART_MIXED) use(part[2]), use(part[3]);
  }
}

}  // namespace seqloom
