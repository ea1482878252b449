#include "stepper.h"

#include <cstring>

namespace seqloom {
namespace {

int32_t result_named(const Entry& entry, const char* name) {
  for (int32_t k = 0; k < entry.results; ++k) {
    if (std::strcmp(entry.result[k].name, name) == 0) return k;
  }
  return -1;
}

// Rows `parents` of `from` one after the other.
void gather(int64_t n, const int64_t* parents, int64_t bytes, const void* from, void* to) {
  for (int64_t r = 0; bytes && r < n; ++r) {
    std::memcpy(static_cast<char*>(to) + r * bytes,
                static_cast<const char*>(from) + parents[r] * bytes, static_cast<size_t>(bytes));
  }
}

int64_t bytes_of_row(const Value& value) { return value.each() * (value.kind == NUMBERS ? 4 : 8); }

}  // namespace

Stepper::Stepper(Arena& arena, const seqloom_plan* first, const void* read,
                 const seqloom_plan& widest)
    : first_(first), widest_(widest), read_(read) {
  const Entry& entry = *widest.entry;
  slot_ = arena.take<Slot>(entry.inputs);
  size_ = arena.take<int64_t>(4, entry.inputs);
  input_ = arena.take<const void*>(entry.inputs);
  plan_memory_ = arena.take<char>(
      seqloom_plan_bytes(widest.model, static_cast<int32_t>(&entry - widest.model->entry)));
  workspace_ = arena.take<char>(widest.loose);
  logs_ = result_named(entry, "log_probabilities");
  usable_ = logs_ >= 0;
  V_ = 0;
  if (usable_) {
    const Value& logs = widest.value[entry.result[logs_].value];
    usable_ = logs.kind == NUMBERS && logs.shape.rank == 2 && logs.shape.n[1] > UNK;
    V_ = logs.shape.n[1];
  }
  for (int32_t k = 0; k < entry.inputs; ++k) {
    const char* name = entry.input[k].name;
    Slot slot = {result_named(entry, name), first ? result_named(*first->entry, name) : -1, nullptr};
    const Value& value = widest.value[k];
    if (slot.state >= 0) {
      slot.buffer = arena.take<char>(value.bytes());
      const Value& after = widest.value[entry.result[slot.state].value];
      usable_ = usable_ && after.kind == value.kind && after.shape.rank == value.shape.rank &&
                after.shape.n[0] == value.shape.n[0];
    }
    if (slot.memory >= 0) {
      const Value& made = first->value[first->entry->result[slot.memory].value];
      usable_ = usable_ && made.kind == value.kind && made.shape.rank == value.shape.rank &&
                (slot.state < 0 || bytes_of_row(made) <= bytes_of_row(value));
    }
    const bool symbols = std::strcmp(name, "symbols") == 0;
    usable_ = usable_ && (symbols ? value.kind == SYMBOLS && value.shape.rank == 1
                                  : slot.state >= 0 || slot.memory >= 0);
    // a memory has the rows of the sources, everything else those of the hypotheses
    usable_ = usable_ && (slot.state < 0 && slot.memory >= 0) == (value.shared != 0);
    if (slot_) slot_[k] = slot;
  }
}

void Stepper::begin(int64_t n, const int64_t* parents) {
  const Entry& entry = *widest_.entry;
  n_ = n;
  fitted_ = false;
  for (int32_t k = 0; k < entry.inputs; ++k) {
    const Slot& slot = slot_[k];
    int64_t* size = size_ + 4 * k;
    const Value* made =
        slot.memory >= 0 ? &first_->value[first_->entry->result[slot.memory].value] : nullptr;
    for (int d = 0; d < 4; ++d) {
      size[d] = made ? made->shape.n[d] : entry.input[k].size[d] > 0 ? entry.input[k].size[d] : 0;
    }
    if (!widest_.value[k].shared) size[0] = n;
    input_[k] = slot.buffer;
    if (made) {
      const void* from =
          static_cast<const void* const*>(read_)[first_->entry->result[slot.memory].value];
      if (slot.state < 0) {
        input_[k] = from;
      } else {
        gather(n, parents, bytes_of_row(*made), from, slot.buffer);
      }
    } else if (slot.state >= 0) {  // zeros, no steps in a past
      std::memset(slot.buffer, 0, static_cast<size_t>(widest_.value[k].bytes()));
    }
  }
}

void Stepper::reorder(int64_t n, const int64_t* parents) {
  const Entry& entry = *widest_.entry;
  if (n != n_) fitted_ = false;
  n_ = n;
  for (int32_t k = 0; k < entry.inputs; ++k) {
    const Slot& slot = slot_[k];
    int64_t* size = size_ + 4 * k;
    if (!widest_.value[k].shared) size[0] = n;
    if (slot.state < 0) continue;
    const int32_t v = entry.result[slot.state].value;
    const Value& after = plan_->value[v];
    for (int d = 1; d < after.shape.rank; ++d) {
      if (size[d] != after.shape.n[d]) fitted_ = false;
      size[d] = after.shape.n[d];
    }
    gather(n, parents, bytes_of_row(after), static_cast<const void* const*>(workspace_)[v],
           slot.buffer);
  }
}

int Stepper::fit() {
  const Entry& entry = *widest_.entry;
  const int32_t number = static_cast<int32_t>(&entry - widest_.model->entry);
  const int status =
      seqloom_plan_make(widest_.model, number, size_, plan_memory_,
                        seqloom_plan_bytes(widest_.model, number), &plan_);
  if (status) return status;
  if (plan_->workspace > widest_.loose) return SEQLOOM_BAD_MEMORY;
  for (int32_t k = 0; k < entry.inputs; ++k) {  // no state is larger than its room
    if (slot_[k].state < 0) continue;
    if (bytes_of_row(plan_->value[entry.result[slot_[k].state].value]) >
        bytes_of_row(widest_.value[k])) {
      return SEQLOOM_BAD_MEMORY;
    }
  }
  fitted_ = true;
  return SEQLOOM_ENGINE_OK;
}

int Stepper::step(const int64_t* symbols, const int64_t* owner) {
  if (!fitted_) {
    if (int status = fit()) return status;
  }
  for (int32_t k = 0; k < widest_.entry->inputs; ++k) {
    if (slot_[k].state < 0 && slot_[k].memory < 0) input_[k] = symbols;
  }
  return seqloom_run(plan_, input_, owner, workspace_, widest_.loose);
}

const float* Stepper::log_probabilities() const {
  return static_cast<const float*>(
      static_cast<const void* const*>(workspace_)[widest_.entry->result[logs_].value]);
}

}  // namespace seqloom
