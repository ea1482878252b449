// The entry `step` of a model, called again and again: rows of hypotheses with states that are
// reordered between the steps, and a memory that several rows share.
#pragma once

#include "program.h"

namespace seqloom {

enum { PAD, BOS, EOS, UNK };  // the first symbols of every vocabulary

class Stepper {
 public:
  // `first` read the sources, in workspace `read`; both NULL for a model that begins with zeros.
  // `widest` is a plan of the most rows and the longest state. Lays itself out in the arena.
  Stepper(Arena& arena, const seqloom_plan* first, const void* read, const seqloom_plan& widest);

  bool usable() const { return usable_; }  // its entries have the names that are wanted
  int64_t vocabulary() const { return V_; }

  // Row r of the first step has the state of source parents[r].
  void begin(int64_t n, const int64_t* parents);
  // Row r goes on from row parents[r] of the last step.
  void reorder(int64_t n, const int64_t* parents);
  // Reads a symbol a row; owner[r] is the source of row r. Returns a status.
  int step(const int64_t* symbols, const int64_t* owner);
  // Log-probabilities [n][V] of the last step.
  const float* log_probabilities() const;

 private:
  struct Slot {
    int32_t state, memory;  // a result of `step`, or of `first`; -1: neither, it is the symbols
    void* buffer;           // of a state
  };
  int fit();

  const seqloom_plan *first_, &widest_;
  const void* read_;
  bool usable_ = true, fitted_ = false;
  int32_t logs_;
  int64_t V_, n_ = 0;
  Slot* slot_;
  int64_t* size_;  // [inputs][4]
  const void** input_;
  void* plan_memory_;
  seqloom_plan* plan_ = nullptr;
  void* workspace_;
};

}  // namespace seqloom
