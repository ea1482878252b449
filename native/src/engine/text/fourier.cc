#include "fourier.h"

#include <cmath>

namespace seqloom {

void make_turns(Turns& turns) {
  constexpr double TWO_PI = 6.283185307179586476925;
  for (int64_t k = 0; k < turns.K / 2; ++k) {
    const double angle = TWO_PI * static_cast<double>(k) / static_cast<double>(turns.K);
    turns.cos[k] = std::cos(angle);
    turns.sin[k] = std::sin(angle);
  }
}

namespace {

// Stockham's form of the fast Fourier transform: each of log2 N passes joins two transforms of
// `done` points, and leaves its results in order. Returns where the last pass wrote.
Complex transform(const Turns& turns, Complex x, Complex y) {
  const int64_t N = turns.K / 2;
  for (int64_t done = 1; done < N; done *= 2) {
    const int64_t half = N / done / 2;
    for (int64_t p = 0; p < half; ++p) {
      const double c = turns.cos[2 * p * done], s = turns.sin[2 * p * done];
      const double *ar = x.re + done * p, *ai = x.im + done * p;
      const double *br = ar + done * half, *bi = ai + done * half;
      double *__restrict sum_re = y.re + 2 * done * p, *__restrict sum_im = y.im + 2 * done * p;
      double *__restrict rest_re = sum_re + done, *__restrict rest_im = sum_im + done;
      for (int64_t q = 0; q < done; ++q) {
        const double dr = ar[q] - br[q], di = ai[q] - bi[q];
        sum_re[q] = ar[q] + br[q];
        sum_im[q] = ai[q] + bi[q];
        rest_re[q] = dr * c + di * s;
        rest_im[q] = di * c - dr * s;
      }
    }
    const Complex read = x;
    x = y;
    y = read;
  }
  return x;
}

}  // namespace

void power_spectrum(const Turns& turns, Complex packed, Complex other, double* power) {
  const int64_t N = turns.K / 2;
  const Complex z = transform(turns, packed, other);
  const double first = z.re[0] + z.im[0], last = z.re[0] - z.im[0];
  power[0] = first * first;
  power[N] = last * last;
  for (int64_t k = 1; k < N; ++k) {
    const double er = 0.5 * (z.re[k] + z.re[N - k]), ei = 0.5 * (z.im[k] - z.im[N - k]);
    const double dr = 0.5 * (z.im[k] + z.im[N - k]), di = 0.5 * (z.re[N - k] - z.re[k]);
    // the transform of the even samples, and that of the odd ones turned by k / K
    const double re = er + dr * turns.cos[k] + di * turns.sin[k];
    const double im = ei + di * turns.cos[k] - dr * turns.sin[k];
    power[k] = re * re + im * im;
  }
}

}  // namespace seqloom
