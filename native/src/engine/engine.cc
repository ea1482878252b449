// The C functions of seqloom_engine.h.
#include <cstdlib>
#include <cstring>

#include "program.h"

namespace seqloom {

extern const EngineTable engine_scalar;
#ifdef SEQLOOM_BUILT_AVX2
extern const EngineTable engine_avx2;
#endif
#ifdef SEQLOOM_BUILT_AVXVNNI
extern const EngineTable engine_avxvnni;
#endif
#ifdef SEQLOOM_BUILT_AVX512
extern const EngineTable engine_avx512;
extern const EngineTable engine_avx512vnni;
#endif
#ifdef SEQLOOM_BUILT_NEON
extern const EngineTable engine_neon;
#endif

namespace {

const EngineTable* choose() {
  const EngineTable* best_first[6] = {};
  int count = 0;
#ifdef SEQLOOM_BUILT_AVX512
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")) {
    if (__builtin_cpu_supports("avx512vnni")) best_first[count++] = &engine_avx512vnni;
    best_first[count++] = &engine_avx512;
  }
#endif
#ifdef SEQLOOM_BUILT_AVX2
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
#ifdef SEQLOOM_BUILT_AVXVNNI
    if (__builtin_cpu_supports("avxvnni")) best_first[count++] = &engine_avxvnni;
#endif
    best_first[count++] = &engine_avx2;
  }
#endif
#ifdef SEQLOOM_BUILT_NEON
  best_first[count++] = &engine_neon;
#endif
  best_first[count++] = &engine_scalar;
  const char* forced = std::getenv("SEQLOOM_ISA");
  if (!forced || !*forced) return best_first[0];
  for (int k = 0; k < count; ++k) {
    if (std::strcmp(forced, best_first[k]->name) == 0) return best_first[k];
  }
  return nullptr;
}

const EngineTable* table() {
  static const EngineTable* const chosen = choose();
  return chosen;
}

bool aligned(const void* memory) { return reinterpret_cast<uintptr_t>(memory) % 64 == 0; }

// What a model takes: itself and its program.
int lay_out(const void* program, int64_t bytes, const seqloom_tensor* tensors, int64_t count,
            Arena& arena, seqloom_model** model) {
  *model = arena.take<seqloom_model>(1);
  const int status = read_program(program, bytes, tensors, count, *table(), arena, *model);
  return status ? status : arena.overflow ? SEQLOOM_BAD_PROGRAM : SEQLOOM_ENGINE_OK;
}

}  // namespace
}  // namespace seqloom

using namespace seqloom;

const char* seqloom_engine_message(int status) {
  switch (status) {
    case SEQLOOM_ENGINE_OK: return "it worked";
    case SEQLOOM_BAD_PROGRAM: return "the program is damaged, or of another version";
    case SEQLOOM_BAD_TENSOR: return "a tensor is missing, of another shape, or of a type it may not have";
    case SEQLOOM_BAD_SHAPE: return "the entry cannot take these sizes, or they would not fit in memory";
    case SEQLOOM_BAD_MEMORY: return "the memory is smaller than the call needs, or not on 64 bytes";
    case SEQLOOM_BAD_INPUT: return "a symbol or a length is out of range";
    case SEQLOOM_BAD_OPTION: return "an option is out of range";
    case SEQLOOM_NO_ISA: return "SEQLOOM_ISA names a set that is not built in, or not on this CPU";
    case SEQLOOM_DIVERGED: return "the network left the real numbers";
    default: return "unknown status";
  }
}

int seqloom_engine_abi(void) { return SEQLOOM_ENGINE_ABI; }

const char* seqloom_engine_isa(void) { return table() ? table()->name : nullptr; }

int64_t seqloom_model_bytes(const void* program, int64_t program_bytes, const seqloom_tensor* tensors,
                            int64_t count) {
  if (!table()) return -SEQLOOM_NO_ISA;
  Arena arena;
  seqloom_model* model = nullptr;
  if (int status = lay_out(program, program_bytes, tensors, count, arena, &model)) return -status;
  return arena.used;
}

int seqloom_model_load(const void* program, int64_t program_bytes, const seqloom_tensor* tensors,
                       int64_t count, void* memory, int64_t bytes, const seqloom_model** found) {
  const int64_t needed = seqloom_model_bytes(program, program_bytes, tensors, count);
  if (needed < 0) return static_cast<int>(-needed);
  if (!memory || bytes < needed || !aligned(memory)) return SEQLOOM_BAD_MEMORY;
  Arena arena = {static_cast<char*>(memory)};
  seqloom_model* model = nullptr;
  if (int status = lay_out(program, program_bytes, tensors, count, arena, &model)) return status;
  for (int32_t k = 0; k < model->matrices; ++k) {
    Matrix& matrix = model->matrix[k];
    table()->pack(model->weight[matrix.weight], matrix);
  }
  for (int32_t k = 0; k < model->tables; ++k) {
    table()->multiply_out(*model, model->product[k], model->scratch);
  }
  *found = model;
  return SEQLOOM_ENGINE_OK;
}

int32_t seqloom_entry(const seqloom_model* model, const char* name) {
  for (int32_t k = 0; k < model->entries; ++k) {
    if (std::strcmp(model->entry[k].name, name) == 0) return k;
  }
  return -1;
}

int32_t seqloom_entry_inputs(const seqloom_model* model, int32_t entry) {
  return model->entry[entry].inputs;
}
int32_t seqloom_entry_results(const seqloom_model* model, int32_t entry) {
  return model->entry[entry].results;
}
const char* seqloom_input_name(const seqloom_model* model, int32_t entry, int32_t k) {
  return model->entry[entry].input[k].name;
}
const char* seqloom_result_name(const seqloom_model* model, int32_t entry, int32_t k) {
  return model->entry[entry].result[k].name;
}

int32_t seqloom_input_shape(const seqloom_model* model, int32_t entry, int32_t k, int32_t* sizes,
                            int32_t* flags) {
  const Input& input = model->entry[entry].input[k];
  for (int d = 0; d < 4; ++d) sizes[d] = d < input.rank ? input.size[d] : 0;
  *flags = (input.shared ? SEQLOOM_SHARED : 0) | (input.kind == NUMBERS ? 0 : SEQLOOM_WHOLE);
  return input.rank;
}

int64_t seqloom_plan_bytes(const seqloom_model* model, int32_t entry) {
  Arena arena;
  arena.take<seqloom_plan>(1);
  arena.take<Value>(model->entry[entry].values);
  return arena.used;
}

int seqloom_plan_make(const seqloom_model* model, int32_t entry, const int64_t* sizes, void* memory,
                      int64_t bytes, seqloom_plan** found) {
  if (entry < 0 || entry >= model->entries) return SEQLOOM_BAD_OPTION;
  if (!memory || !aligned(memory) || bytes < seqloom_plan_bytes(model, entry)) {
    return SEQLOOM_BAD_MEMORY;
  }
  Arena arena = {static_cast<char*>(memory)};
  seqloom_plan* plan = arena.take<seqloom_plan>(1);
  *plan = {model, &model->entry[entry], arena.take<Value>(model->entry[entry].values), 0, 0, 0, 0};
  *found = plan;
  return make_plan(*model, model->entry[entry], sizes, *plan);
}

int64_t seqloom_plan_workspace(const seqloom_plan* plan) { return plan->workspace; }

int seqloom_run(const seqloom_plan* plan, const void* const* inputs, const int64_t* owner,
                void* workspace, int64_t bytes) {
  if (!workspace || !aligned(workspace) || bytes < plan->workspace) return SEQLOOM_BAD_MEMORY;
  for (int32_t k = 0; k < plan->entry->inputs; ++k) {
    const Value& value = plan->value[k];
    if (!inputs[k] && value.count() > 0) return SEQLOOM_BAD_INPUT;
    if (!value.shared) continue;
    const int64_t rows = value.shape.n[0];
    if (!owner && rows != plan->B) return SEQLOOM_BAD_INPUT;
    for (int64_t b = 0; owner && b < plan->B; ++b) {
      if (owner[b] < 0 || owner[b] >= rows) return SEQLOOM_BAD_INPUT;
    }
  }
  return plan->model->table->run(*plan, inputs, owner, workspace);
}

const void* seqloom_result(const seqloom_plan* plan, const void* workspace, int32_t k, int64_t* shape,
                           int32_t* rank, int32_t* whole) {
  const int32_t v = plan->entry->result[k].value;
  const Value& value = plan->value[v];
  for (int d = 0; d < 4; ++d) shape[d] = d < value.shape.rank ? value.shape.n[d] : 0;
  *rank = value.shape.rank;
  *whole = value.kind != NUMBERS;
  return workspace ? static_cast<const void* const*>(workspace)[v] : nullptr;
}
