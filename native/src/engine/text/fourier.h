// The discrete Fourier transform of real numbers, in float64.
#pragma once

#include <cstdint>

namespace seqloom {

// cos and sin of 2 pi k / K, k < K / 2.
struct Turns {
  int64_t K;
  double *cos, *sin;
};

// Complex numbers, real and imaginary parts apart.
struct Complex {
  double *re, *im;
};

void make_turns(Turns& turns);
// |DFT_K(x)|^2 of real x at the frequencies 0 to K/2. K is a power of 2, 4 or more.
// packed: [K/2] x_2n + i x_2n+1, overwritten. other: [K/2] room. power: [K/2 + 1].
void power_spectrum(const Turns& turns, Complex packed, Complex other, double* power);

}  // namespace seqloom
