// Drawing a symbol, as `decoding/sampling.py` does it: float64 throughout.
#pragma once

#include <cmath>
#include <cstdint>

namespace seqloom {

// NumPy's sum of a row: pairwise, eight at a time.
inline double pairwise_sum(const double* x, int64_t n) {
  if (n < 8) {
    double all = 0;
    for (int64_t k = 0; k < n; ++k) all += x[k];
    return all;
  }
  if (n <= 128) {
    double r[8];
    for (int k = 0; k < 8; ++k) r[k] = x[k];
    int64_t k = 8;
    for (; k < n - n % 8; k += 8) {
      for (int j = 0; j < 8; ++j) r[j] += x[k + j];
    }
    double all = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]));
    for (; k < n; ++k) all += x[k];
    return all;
  }
  const int64_t half = n / 2 - n / 2 % 8;
  return pairwise_sum(x, half) + pairwise_sum(x + half, n - half);
}

// Places of x in falling order, the first of equals first: a heap sort, so no memory and no bad case.
inline void sort_falling(const double* x, int64_t n, int64_t* order) {
  for (int64_t k = 0; k < n; ++k) order[k] = k;
  const auto before = [&](int64_t a, int64_t b) { return x[a] > x[b] || (x[a] == x[b] && a < b); };
  const auto sift = [&](int64_t root, int64_t end) {
    for (int64_t child; (child = 2 * root + 1) < end; root = child) {
      if (child + 1 < end && before(order[child], order[child + 1])) ++child;
      if (!before(order[root], order[child])) return;
      const int64_t swapped = order[root];
      order[root] = order[child];
      order[child] = swapped;
    }
  };
  for (int64_t k = n / 2 - 1; k >= 0; --k) sift(k, n);
  for (int64_t end = n - 1; end > 0; --end) {
    const int64_t swapped = order[0];
    order[0] = order[end];
    order[end] = swapped;
    sift(0, end);
  }
}

// What is drawn from, and how.
struct Draw {
  double temperature;
  int64_t top_k;  // 0: all
  double top_p;

  // A symbol of log-probabilities `x` [V] at a point in [0, 1); q and falling are [V], order too.
  int64_t pick(const float* x, int64_t V, double point, double* q, double* falling,
               int64_t* order) const {
    double highest = -INFINITY;
    for (int64_t k = 0; k < V; ++k) {
      q[k] = static_cast<double>(x[k]) / temperature;
      if (q[k] > highest) highest = q[k];
    }
    if (top_k > 0 && top_k < V) {
      sort_falling(q, V, order);
      const double floor = q[order[top_k - 1]];
      for (int64_t k = 0; k < V; ++k) {
        if (q[k] < floor) q[k] = -INFINITY;
      }
    }
    for (int64_t k = 0; k < V; ++k) q[k] = std::exp(q[k] - highest);
    if (top_p < 1.0) {
      sort_falling(q, V, order);
      for (int64_t k = 0; k < V; ++k) falling[k] = q[order[k]];
      const double share = top_p * pairwise_sum(falling, V);
      double cumulated = 0;
      for (int64_t k = 0; k < V; ++k) {
        cumulated += falling[k];
        if (k > 0 && !(cumulated - falling[k] < share)) q[order[k]] = 0;
      }
    }
    double all = 0;
    for (int64_t k = 0; k < V; ++k) falling[k] = all += q[k];
    int64_t place = 0;
    for (int64_t k = 0; k < V; ++k) place += falling[k] <= point * all;
    return place;
  }
};

}  // namespace seqloom
