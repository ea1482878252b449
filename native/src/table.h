// One instruction set's kernels. Sizes are checked before (core.cc); nothing here can fail.
#pragma once

#include "plan.h"
#include "seqloom.h"

namespace seqloom {

struct Table {
  const char* name;
  int lanes;
  int32_t (*layer_chunks)(const seqloom_layer&, int32_t num_threads);
  int32_t (*decoder_chunks)(const seqloom_decoder&, int32_t num_threads);
  // Bytes of workspace, or -1.
  int64_t (*layer_bytes)(const seqloom_layer&, int32_t num_threads, bool backward);
  int64_t (*decoder_bytes)(const seqloom_decoder&, int32_t num_threads, bool backward);
  void (*layer_forward)(const seqloom_layer&, const seqloom_threads&, void* workspace);
  void (*layer_backward)(const seqloom_layer&, const seqloom_layer_grads&, const seqloom_threads&,
                         void* workspace);
  void (*decoder_forward)(const seqloom_decoder&, const seqloom_threads&, void* workspace);
  void (*decoder_backward)(const seqloom_decoder&, const seqloom_decoder_grads&,
                           const seqloom_threads&, void* workspace);
  void (*dropout)(int64_t n, double share, uint64_t seed, const void* x, void* y,
                  const seqloom_threads&);
};

}  // namespace seqloom
