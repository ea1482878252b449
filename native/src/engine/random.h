// NumPy's default generator: `numpy.random.default_rng(seeds).random()`, draw for draw.
//
// Sources: O'Neill, "PCG: A Family of Simple Fast Space-Efficient Statistically Good Algorithms for
// Random Number Generation", 2014 (PCG-XSL-RR 128/64), and NumPy's SeedSequence, after O'Neill's
// `seed_seq_fe`.
#pragma once

#include <cstdint>

namespace seqloom {

class Random {
 public:
  // The seeds are whole numbers, each one word of 32 bits or, if it is larger, two.
  Random(const uint64_t* seeds, int count) {
    constexpr int WORDS = 4;
    uint32_t entropy[16], pool[WORDS];
    int words = 0;
    for (int k = 0; k < count && words < 14; ++k) {
      entropy[words++] = static_cast<uint32_t>(seeds[k]);
      if (seeds[k] >> 32) entropy[words++] = static_cast<uint32_t>(seeds[k] >> 32);
    }
    uint32_t constant = 0x43b0d7e5u;
    const auto hash = [&](uint32_t value) {
      value ^= constant;
      constant *= 0x931e8875u;
      value *= constant;
      return value ^ (value >> 16);
    };
    const auto mix = [](uint32_t x, uint32_t y) {
      const uint32_t both = x * 0xca01f9ddu - y * 0x4973f715u;
      return both ^ (both >> 16);
    };
    for (int k = 0; k < WORDS; ++k) pool[k] = hash(k < words ? entropy[k] : 0);
    for (int from = 0; from < WORDS; ++from) {
      for (int to = 0; to < WORDS; ++to) {
        if (from != to) pool[to] = mix(pool[to], hash(pool[from]));
      }
    }
    for (int from = WORDS; from < words; ++from) {
      for (int to = 0; to < WORDS; ++to) pool[to] = mix(pool[to], hash(entropy[from]));
    }
    uint32_t state[8];
    constant = 0x8b51f9ddu;
    for (int k = 0; k < 8; ++k) {
      uint32_t value = pool[k % WORDS] ^ constant;
      constant *= 0x58f38dedu;
      value *= constant;
      state[k] = value ^ (value >> 16);
    }
    const auto wide = [&](int k) { return state[k] | uint64_t{state[k + 1]} << 32; };
    const Wide first = Wide{wide(0)} << 64 | wide(2), sequence = Wide{wide(4)} << 64 | wide(6);
    increment_ = sequence << 1 | 1;
    step();
    state_ += first;
    step();
  }

  // From 0 up to but not including 1.
  double next() {
    step();
    const uint64_t folded = static_cast<uint64_t>(state_ >> 64) ^ static_cast<uint64_t>(state_);
    const int turn = static_cast<int>(state_ >> 122);
    const uint64_t word = folded >> turn | folded << (-turn & 63);
    return static_cast<double>(word >> 11) * 0x1p-53;
  }

 private:
  typedef unsigned __int128 Wide;
  void step() {
    state_ = state_ * (Wide{0x2360ed051fc65da4ull} << 64 | 0x4385df649fccf645ull) + increment_;
  }
  Wide state_ = 0, increment_ = 0;
};

}  // namespace seqloom
