// Cells, one step at a time, in plain double: what the kernels are held to.
#pragma once

#include <cmath>
#include <vector>

#include "seqloom.h"

namespace test {

struct State {
  std::vector<double> h, c;
};

struct Weights {
  const double *w_ih, *w_hh, *b_ih, *b_hh;  // biases may be NULL
};

inline int gates_of(int32_t cell) {
  return cell == SEQLOOM_LSTM ? 4 : cell == SEQLOOM_GRU ? 3 : 1;
}

// Slots of `saved`.
inline int slots_of(int32_t cell) {
  return cell == SEQLOOM_LSTM ? 5 : cell == SEQLOOM_GRU ? 4 : 1;
}

inline double sigmoid(double x) { return 1.0 / (1.0 + std::exp(-x)); }

// w x + b, row by row.
inline std::vector<double> affine(const double* w, const double* b, const std::vector<double>& x,
                                  size_t rows) {
  std::vector<double> y(rows, 0.0);
  for (size_t r = 0; r < rows; ++r) {
    for (size_t k = 0; k < x.size(); ++k) y[r] += w[r * x.size() + k] * x[k];
    if (b) y[r] += b[r];
  }
  return y;
}

// Steps; returns what `saved` keeps, [slot][unit].
inline std::vector<std::vector<double>> step(int32_t cell, const Weights& w,
                                             const std::vector<double>& x, State& state) {
  const size_t H = state.h.size(), G = static_cast<size_t>(gates_of(cell)) * H;
  const std::vector<double> a = affine(w.w_ih, w.b_ih, x, G);
  const std::vector<double> b = affine(w.w_hh, w.b_hh, state.h, G);
  std::vector<std::vector<double>> kept(static_cast<size_t>(slots_of(cell)),
                                        std::vector<double>(H));
  for (size_t j = 0; j < H; ++j) {
    if (cell == SEQLOOM_LSTM) {
      const double i = sigmoid(a[j] + b[j]), f = sigmoid(a[H + j] + b[H + j]);
      const double g = std::tanh(a[2 * H + j] + b[2 * H + j]);
      const double o = sigmoid(a[3 * H + j] + b[3 * H + j]);
      state.c[j] = f * state.c[j] + i * g;
      state.h[j] = o * std::tanh(state.c[j]);
      const double all[] = {i, f, g, o, state.c[j]};
      for (size_t k = 0; k < 5; ++k) kept[k][j] = all[k];
    } else if (cell == SEQLOOM_GRU) {
      const double r = sigmoid(a[j] + b[j]), z = sigmoid(a[H + j] + b[H + j]);
      const double n = std::tanh(a[2 * H + j] + r * b[2 * H + j]);
      state.h[j] = (1.0 - z) * n + z * state.h[j];
      const double all[] = {r, z, n, b[2 * H + j]};
      for (size_t k = 0; k < 4; ++k) kept[k][j] = all[k];
    } else {
      const double total = a[j] + b[j];
      state.h[j] = cell == SEQLOOM_RNN_TANH ? std::tanh(total) : total > 0.0 ? total : 0.0;
      kept[0][j] = state.h[j];
    }
  }
  return kept;
}

}  // namespace test
