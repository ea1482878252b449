// The C functions of seqloom.h: which kernels run, and what is refused before they do.
#include <cstdlib>
#include <cstring>

#include "plan.h"
#include "seqloom.h"
#include "table.h"

namespace seqloom {

extern const Table kernels_scalar;
extern const Table kernels_scalar_f64;
#ifdef SEQLOOM_BUILT_AVX2
extern const Table kernels_avx2;
#endif
#ifdef SEQLOOM_BUILT_AVX512
extern const Table kernels_avx512;
#endif
#ifdef SEQLOOM_BUILT_NEON
extern const Table kernels_neon;
#endif

namespace {

constexpr int32_t MAX_THREADS = 256;

// The float32 table, or NULL when SEQLOOM_ISA asks for one that cannot run.
const Table* choose() {
  const Table* best_first[4] = {};
  int count = 0;
#ifdef SEQLOOM_BUILT_AVX512
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")) {
    best_first[count++] = &kernels_avx512;
  }
#endif
#ifdef SEQLOOM_BUILT_AVX2
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    best_first[count++] = &kernels_avx2;
  }
#endif
#ifdef SEQLOOM_BUILT_NEON
  best_first[count++] = &kernels_neon;
#endif
  best_first[count++] = &kernels_scalar;
  const char* forced = std::getenv("SEQLOOM_ISA");
  if (!forced || !*forced) return best_first[0];
  for (int k = 0; k < count; ++k) {
    if (std::strcmp(forced, best_first[k]->name) == 0) return best_first[k];
  }
  return nullptr;
}

const Table* table(int dtype) {
  static const Table* const chosen = choose();
  return chosen && dtype == SEQLOOM_F64 ? &kernels_scalar_f64 : chosen;
}

bool size_ok(int64_t size) { return size >= 0 && size <= INT32_MAX; }

int check_lengths(const int64_t* lengths, int64_t B, int64_t T) {
  for (int64_t b = 0; lengths && b < B; ++b) {
    if (lengths[b] < 0 || lengths[b] > T) return SEQLOOM_BAD_LENGTH;
  }
  return SEQLOOM_OK;
}

// Offsets of weight rows are 32 bits wide: 5 H must fit.
bool hidden_ok(int64_t H) { return size_ok(H) && H <= (INT32_MAX - 64) / 5; }

int check(const seqloom_layer& l) {
  if (!table(l.dtype)) return SEQLOOM_BAD_ISA;
  if (l.dtype != SEQLOOM_F32 && l.dtype != SEQLOOM_F64) return SEQLOOM_BAD_CHOICE;
  if (l.cell < SEQLOOM_RNN_TANH || l.cell > SEQLOOM_LSTM) return SEQLOOM_BAD_CHOICE;
  if (l.D < 1 || l.D > 2 || l.chunks < 1) return SEQLOOM_BAD_CHOICE;
  if (!size_ok(l.B) || !size_ok(l.T) || !size_ok(l.I) || !hidden_ok(l.H)) return SEQLOOM_BAD_SIZE;
  if (l.chunks > l.B && l.chunks > 1) return SEQLOOM_BAD_CHOICE;
  return check_lengths(l.lengths, l.B, l.T);
}

int check(const seqloom_decoder& l) {
  if (!table(l.dtype)) return SEQLOOM_BAD_ISA;
  if (l.dtype != SEQLOOM_F32 && l.dtype != SEQLOOM_F64) return SEQLOOM_BAD_CHOICE;
  if (l.cell < SEQLOOM_RNN_TANH || l.cell > SEQLOOM_LSTM) return SEQLOOM_BAD_CHOICE;
  if (l.score != SEQLOOM_ADDITIVE && l.score != SEQLOOM_DOT) return SEQLOOM_BAD_CHOICE;
  if (l.chunks < 1 || (l.chunks > l.B && l.chunks > 1)) return SEQLOOM_BAD_CHOICE;
  if (!size_ok(l.B) || !size_ok(l.T) || !size_ok(l.S) || !size_ok(l.E) || !size_ok(l.M) ||
      !hidden_ok(l.H) || !size_ok(l.A) || (l.score == SEQLOOM_DOT && l.A != l.H)) {
    return SEQLOOM_BAD_SIZE;
  }
  return check_lengths(l.lengths, l.B, l.S);
}

int32_t clamp_threads(int32_t n) { return n < 1 ? 1 : n > MAX_THREADS ? MAX_THREADS : n; }

seqloom_threads usable(const seqloom_threads* threads) {
  seqloom_threads t = threads ? *threads : seqloom_threads{};
  t.num_threads = clamp_threads(t.num_threads);
  if (!t.parallel || !t.rank || !t.size) {
    t.parallel = nullptr;
    t.num_threads = 1;
  }
  return t;
}

// Checks a call and its workspace, then runs it.
template <class Call, class Run>
int guarded(const Call& call, int64_t needed, const void* workspace, int64_t bytes, const Run& run) {
  const int status = check(call);
  if (status != SEQLOOM_OK) return status;
  if (needed < 0) return SEQLOOM_BAD_SIZE;
  if (bytes < needed || (!workspace && needed > 0)) return SEQLOOM_BAD_WORKSPACE;
  run(*table(call.dtype));
  return SEQLOOM_OK;
}

}  // namespace
}  // namespace seqloom

using namespace seqloom;

extern "C" {

int seqloom_abi(void) { return SEQLOOM_ABI; }

const char* seqloom_message(int status) {
  switch (status) {
    case SEQLOOM_OK:
      return "ok";
    case SEQLOOM_BAD_SIZE:
      return "a size is negative, or the arrays would not fit in memory";
    case SEQLOOM_BAD_LENGTH:
      return "a length is below 0 or above the number of steps";
    case SEQLOOM_BAD_CHOICE:
      return "an unknown dtype, cell or score, or a wrong number of directions or chunks";
    case SEQLOOM_BAD_WORKSPACE:
      return "the workspace is smaller than the call needs";
    case SEQLOOM_BAD_ISA:
      return "SEQLOOM_ISA names an instruction set that is not built in, or not on this CPU";
  }
  return "unknown status";
}

const char* seqloom_isa(void) { return table(SEQLOOM_F32) ? table(SEQLOOM_F32)->name : nullptr; }

int seqloom_lanes(int dtype) { return table(dtype) ? table(dtype)->lanes : 0; }

int32_t seqloom_layer_chunks(const seqloom_layer* layer, int32_t num_threads) {
  return table(layer->dtype) && layer->D > 0
             ? table(layer->dtype)->layer_chunks(*layer, clamp_threads(num_threads))
             : 1;
}

int32_t seqloom_decoder_chunks(const seqloom_decoder* decoder, int32_t num_threads) {
  return table(decoder->dtype)
             ? table(decoder->dtype)->decoder_chunks(*decoder, clamp_threads(num_threads))
             : 1;
}

int seqloom_rows(int64_t B, int64_t T, const int64_t* lengths, int32_t chunks, int64_t* rows) {
  if (!size_ok(B) || !size_ok(T)) return SEQLOOM_BAD_SIZE;
  if (chunks < 1 || (chunks > B && chunks > 1)) return SEQLOOM_BAD_CHOICE;
  const int status = check_lengths(lengths, B, T);
  if (status != SEQLOOM_OK) return status;
  // the order of plan.h without its arrays: the first step's rows hold it for the others
  const auto length = [&](int64_t b) { return lengths ? lengths[b] : T; };
  const auto rank = [&](int64_t b) {
    int64_t before = 0;
    for (int64_t a = 0; a < B; ++a) {
      before += length(a) > length(b) || (length(a) == length(b) && a < b);
    }
    return before;
  };
  for (int64_t c = 0; c < chunks; ++c) {
    int64_t n = 0;
    for (int64_t b = 0; b < B; ++b) {
      if (length(b) == 0) continue;
      const int64_t place = rank(b);
      if (place % chunks != c) continue;
      rows[place / chunks] = b * T;
      ++n;
    }
    const int64_t* first = rows;
    rows += n;
    for (int64_t t = 1; t < T; ++t) {
      while (n > 0 && length(first[n - 1] / T) <= t) --n;
      for (int64_t k = 0; k < n; ++k) *rows++ = first[k] + t;
    }
  }
  return SEQLOOM_OK;
}

int64_t seqloom_layer_workspace(const seqloom_layer* layer, int32_t num_threads, int32_t backward) {
  if (check(*layer) != SEQLOOM_OK) return -1;
  return table(layer->dtype)->layer_bytes(*layer, clamp_threads(num_threads), backward != 0);
}

int seqloom_layer_forward(const seqloom_layer* layer, const seqloom_threads* threads,
                          void* workspace, int64_t bytes) {
  const seqloom_threads t = usable(threads);
  return guarded(*layer, seqloom_layer_workspace(layer, t.num_threads, 0), workspace, bytes,
                 [&](const Table& kernels) { kernels.layer_forward(*layer, t, workspace); });
}

int seqloom_layer_backward(const seqloom_layer* layer, const seqloom_layer_grads* grads,
                           const seqloom_threads* threads, void* workspace, int64_t bytes) {
  const seqloom_threads t = usable(threads);
  return guarded(*layer, seqloom_layer_workspace(layer, t.num_threads, 1), workspace, bytes,
                 [&](const Table& kernels) { kernels.layer_backward(*layer, *grads, t, workspace); });
}

int seqloom_dropout(int32_t dtype, int64_t n, double share, uint64_t seed, const void* x, void* y,
                    const seqloom_threads* threads) {
  if (!table(dtype)) return SEQLOOM_BAD_ISA;
  if (dtype != SEQLOOM_F32 && dtype != SEQLOOM_F64) return SEQLOOM_BAD_CHOICE;
  if (n < 0 || !(share >= 0.0 && share < 1.0)) return SEQLOOM_BAD_SIZE;
  table(dtype)->dropout(n, share, seed, x, y, usable(threads));
  return SEQLOOM_OK;
}

int64_t seqloom_decoder_workspace(const seqloom_decoder* decoder, int32_t num_threads,
                                  int32_t backward) {
  if (check(*decoder) != SEQLOOM_OK) return -1;
  return table(decoder->dtype)->decoder_bytes(*decoder, clamp_threads(num_threads), backward != 0);
}

int seqloom_decoder_forward(const seqloom_decoder* decoder, const seqloom_threads* threads,
                            void* workspace, int64_t bytes) {
  const seqloom_threads t = usable(threads);
  return guarded(*decoder, seqloom_decoder_workspace(decoder, t.num_threads, 0), workspace, bytes,
                 [&](const Table& kernels) { kernels.decoder_forward(*decoder, t, workspace); });
}

int seqloom_decoder_backward(const seqloom_decoder* decoder, const seqloom_decoder_grads* grads,
                             const seqloom_threads* threads, void* workspace, int64_t bytes) {
  const seqloom_threads t = usable(threads);
  return guarded(
      *decoder, seqloom_decoder_workspace(decoder, t.num_threads, 1), workspace, bytes,
      [&](const Table& kernels) { kernels.decoder_backward(*decoder, *grads, t, workspace); });
}

}  // extern "C"
