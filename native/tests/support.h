// What the tests share: random numbers, arrays that end where they should, threads, comparisons.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "seqloom.h"

namespace test {

// Named arrays, row-major, in double whatever ran.
using Values = std::map<std::string, std::vector<double>>;

struct Random {
  uint64_t state;

  // Sebastiano Vigna's splitmix64.
  uint64_t next() {
    uint64_t z = (state += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }
  int64_t below(int64_t n) { return static_cast<int64_t>(next() % static_cast<uint64_t>(n)); }
  bool coin() { return next() & 1; }
  double uniform() { return static_cast<double>(next() >> 11) / 9007199254740992.0; }
  int64_t of(const std::vector<int64_t>& choices) {
    return choices[static_cast<size_t>(below(static_cast<int64_t>(choices.size())))];
  }
  std::vector<double> array(int64_t n, double scale = 1.0) {
    std::vector<double> values(static_cast<size_t>(n));
    // float32 numbers, so that every dtype is given the same
    for (double& value : values) {
      value = static_cast<float>(scale * (2.0 * uniform() - 1.0));
    }
    return values;
  }
};

inline int failures = 0;

inline void expect(bool ok, const std::string& what) {
  if (ok) return;
  ++failures;
  std::printf("FAILED %s\n", what.c_str());
}

inline double norm(const std::vector<double>& values) {
  double squares = 0.0;
  for (double value : values) squares += value * value;
  return std::sqrt(squares);
}

// The norm of what differs, relative to the norm of what should be. Sums of a few terms may cancel;
// then a tenth of what all these arrays have on the average is what it is relative to.
inline void expect_close(const Values& got, const Values& want, double tolerance,
                         const std::string& what) {
  double squares = 0.0, count = 1.0;
  for (const auto& [name, values] : want) {
    squares += norm(values) * norm(values);
    count += static_cast<double>(values.size());
  }
  const double usual = std::sqrt(squares / count);
  for (const auto& [name, values] : want) {
    const auto found = got.find(name);
    const bool same = found != got.end() && found->second.size() == values.size();
    expect(same, what + ": no " + name + ", or of another size");
    if (!same) continue;
    std::vector<double> apart = values;
    for (size_t k = 0; k < apart.size(); ++k) apart[k] -= found->second[k];
    const double least = usual / 10.0 * std::sqrt(static_cast<double>(values.size()));
    const double relative = norm(apart) / (std::fmax(norm(values), least) + 1e-30);
    expect(relative <= tolerance,  // NaN fails too
           what + ": " + name + " differs by " + std::to_string(relative * 1e6) + "e-6");
  }
}

// An array on the heap of exactly its size, so that a sanitizer sees any access beyond it. What is
// not yet written is NaN.
template <class T>
class Array {
 public:
  Array() = default;
  explicit Array(int64_t n) : size_(n), data_(new T[static_cast<size_t>(n)]) {
    for (int64_t k = 0; k < n; ++k) data_[k] = static_cast<T>(NAN);
  }
  explicit Array(const std::vector<double>& values) : Array(static_cast<int64_t>(values.size())) {
    for (int64_t k = 0; k < size_; ++k) data_[k] = static_cast<T>(values[static_cast<size_t>(k)]);
  }
  Array(Array&& other) noexcept : size_(other.size_), data_(other.data_) {
    other.data_ = nullptr;
    other.size_ = 0;
  }
  Array& operator=(Array&& other) noexcept {
    std::swap(size_, other.size_);
    std::swap(data_, other.data_);
    return *this;
  }
  ~Array() { delete[] data_; }

  T* data() { return data_; }
  T& operator[](int64_t k) { return data_[k]; }
  std::vector<double> values() const { return std::vector<double>(data_, data_ + size_); }

 private:
  int64_t size_ = 0;
  T* data_ = nullptr;
};

// [B, T, N] in either order of B and T, with unused room after each row.
template <class T>
struct Strided {
  int64_t B, steps, N, stride_b, stride_t;
  Array<T> array;

  Strided(int64_t B_, int64_t T_, int64_t N_, bool time_first, int64_t gap)
      : B(B_), steps(T_), N(N_) {
    const int64_t row = N + gap;
    stride_b = time_first ? row : row * steps;
    stride_t = time_first ? row * B : row;
    array = Array<T>(B && steps ? (B - 1) * stride_b + (steps - 1) * stride_t + N : 0);
  }
  void put(const std::vector<double>& values) {
    for (int64_t b = 0; b < B; ++b) {
      for (int64_t t = 0; t < steps; ++t) {
        for (int64_t n = 0; n < N; ++n) at(b, t, n) = static_cast<T>(value(values, b, t, n));
      }
    }
  }
  std::vector<double> values() {
    std::vector<double> all;
    for (int64_t b = 0; b < B; ++b) {
      for (int64_t t = 0; t < steps; ++t) {
        for (int64_t n = 0; n < N; ++n) all.push_back(at(b, t, n));
      }
    }
    return all;
  }
  // Elements that are not NaN: as many as there are if nothing was written into the gaps.
  int64_t written() {
    int64_t count = 0;
    for (double value : array.values()) count += std::isnan(value) ? 0 : 1;
    return count;
  }

 private:
  T& at(int64_t b, int64_t t, int64_t n) { return array[b * stride_b + t * stride_t + n]; }
  double value(const std::vector<double>& values, int64_t b, int64_t t, int64_t n) const {
    return values[static_cast<size_t>((b * steps + t) * N + n)];
  }
};

template <class T>
constexpr int32_t dtype_of() {
  return sizeof(T) == 4 ? SEQLOOM_F32 : SEQLOOM_F64;
}

// OpenMP's three functions on threads of our own. `granted` is the most that a team gets, which may
// be fewer than were asked for.
inline thread_local int thread_rank = 0;
inline thread_local int team_size = 1;
inline unsigned granted = 256;

inline void parallel(void (*task)(void*), void* data, unsigned num_threads, unsigned) {
  const unsigned size = num_threads < granted ? num_threads : granted;
  const auto member = [=](unsigned rank) {
    thread_rank = static_cast<int>(rank);
    team_size = static_cast<int>(size);
    task(data);
  };
  std::vector<std::thread> others;
  for (unsigned rank = 1; rank < size; ++rank) others.emplace_back(member, rank);
  member(0);
  for (std::thread& other : others) other.join();
  thread_rank = 0;
  team_size = 1;
}

inline seqloom_threads threads(int32_t num_threads) {
  return {parallel, [] { return thread_rank; }, [] { return team_size; }, num_threads};
}

// A workspace of exactly so many bytes, on a cache line, full of NaN.
class Workspace {
 public:
  explicit Workspace(int64_t bytes)
      : data_(std::aligned_alloc(64, static_cast<size_t>((bytes + 63) / 64 * 64 + (bytes == 0) * 64))) {
    std::vector<unsigned char> nan(static_cast<size_t>(bytes), 0xff);
    __builtin_memcpy(data_, nan.data(), nan.size());
  }
  Workspace(const Workspace&) = delete;
  ~Workspace() { std::free(data_); }
  void* data() { return data_; }

 private:
  void* data_;
};

// d loss / d input along a random direction, by central differences of `loss` in float64, against
// the gradients that were computed.
template <class Loss>
void expect_slopes(Random random, const Values& inputs, const Values& gradients, const Loss& loss,
                   const std::string& what) {
  constexpr double STEP = 1e-6;
  for (const auto& [name, gradient] : gradients) {
    const std::vector<double> direction = random.array(static_cast<int64_t>(gradient.size()));
    double slope = 0.0, scale = 0.3;
    for (size_t k = 0; k < gradient.size(); ++k) {
      slope += gradient[k] * direction[k];
      scale += std::fabs(gradient[k]);
    }
    double side[2];
    for (int s = 0; s < 2; ++s) {
      Values moved = inputs;
      std::vector<double>& values = moved.at(name);
      for (size_t k = 0; k < values.size(); ++k) values[k] += (s ? STEP : -STEP) * direction[k];
      side[s] = loss(moved);
    }
    const double found = (side[1] - side[0]) / (2.0 * STEP);
    expect(std::fabs(found - slope) <= 1e-6 * scale,
           what + ": the gradient of " + name + " is " + std::to_string(slope) + ", the slope " +
               std::to_string(found));
  }
}

inline double weighted(const Values& outputs, const Values& coefficients) {
  double total = 0.0;
  for (const auto& [name, values] : coefficients) {
    const std::vector<double>& output = outputs.at(name);
    for (size_t k = 0; k < values.size(); ++k) total += values[k] * output[k];
  }
  return total;
}

}  // namespace test
