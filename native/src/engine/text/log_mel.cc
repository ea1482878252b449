// Log-mel features: the C functions of seqloom_text.h that concern sound. The equations are those of
// src/seqloom/data/speech/log_mel.py.
#include <cmath>
#include <cstring>

#include "../../plan.h"
#include "fourier.h"
#include "seqloom_text.h"

namespace {

constexpr int32_t MAGIC = 0x4D4C4C53, VERSION = 1;
constexpr double FLOOR = 1e-6;

struct Header {
  int32_t magic, version, sample_rate, window, hop, mels, stack, zero;
};

struct Filter {
  int64_t first, count, weights;  // bins, and where their weights are
};

}  // namespace

struct seqloom_log_mel {
  Header setup;
  seqloom::Turns turns;
  double *hann, *mean, *scale, *weights;  // [W] [m] [m] [2 bins]
  Filter* filter;                         // [m]

  int64_t bins() const { return turns.K / 2 + 1; }
  int64_t size() const { return int64_t{setup.mels} * setup.stack; }
  int64_t step() const { return int64_t{setup.hop} * setup.stack; }  // samples
  // Samples that a step needs.
  int64_t needed() const { return int64_t{setup.hop} * (setup.stack - 1) + setup.window; }
};

namespace seqloom {
namespace {

struct Stream {
  int64_t have, finished;
  float* samples() { return reinterpret_cast<float*>(this + 1); }
};

struct Workspace {
  Complex packed, other;
  double* power;
  Workspace(Arena& arena, int64_t K)
      : packed{arena.take<double>(K / 2), arena.take<double>(K / 2)},
        other{arena.take<double>(K / 2), arena.take<double>(K / 2)},
        power(arena.take<double>(K / 2 + 1)) {}
};

bool finite(const double* numbers, int64_t count, double least) {
  for (int64_t k = 0; k < count; ++k) {
    if (!(numbers[k] >= least && numbers[k] <= 1e6)) return false;
  }
  return true;
}

// Reads the words of a block, with an arena that only counts or that has memory.
int lay_out(const void* block, int64_t bytes, Arena& arena, seqloom_log_mel& found,
            seqloom_log_mel** placed) {
  if (!block || bytes < static_cast<int64_t>(sizeof(Header))) return SEQLOOM_TEXT_DAMAGED;
  Header& setup = found.setup;
  std::memcpy(&setup, block, sizeof setup);
  const bool ok = setup.magic == MAGIC && setup.version == VERSION && setup.zero == 0 &&
                  setup.sample_rate >= 1000 && setup.sample_rate <= 768000 && setup.hop >= 1 &&
                  setup.window >= setup.hop && setup.window <= 768000 && setup.mels >= 1 &&
                  setup.mels <= 256 && setup.stack >= 1 && setup.stack <= 100 &&
                  bytes == static_cast<int64_t>(sizeof setup) + 16 * int64_t{setup.mels};
  if (!ok) return SEQLOOM_TEXT_DAMAGED;
  int64_t K = 4;
  while (K < 2 * int64_t{setup.window}) K *= 2;
  *placed = arena.take<seqloom_log_mel>(1);
  found.turns = {K, arena.take<double>(K / 2), arena.take<double>(K / 2)};
  found.hann = arena.take<double>(setup.window);
  found.mean = arena.take<double>(setup.mels);
  found.scale = arena.take<double>(setup.mels);
  found.weights = arena.take<double>(2 * found.bins());
  found.filter = arena.take<Filter>(setup.mels);
  return SEQLOOM_TEXT_OK;
}

double mel(double hz) { return 2595.0 * std::log10(1.0 + hz / 700.0); }

// Triangles whose corners are equally far apart in mel; of each the bins above zero. A bin is in two
// of them at most. Returns whether that is so.
bool make_filters(seqloom_log_mel& log_mel) {
  const double rate = log_mel.setup.sample_rate, top = mel(rate / 2.0);
  const double apart = top / (log_mel.setup.mels + 1.0);
  const double bin = rate / static_cast<double>(log_mel.turns.K);
  const auto corner = [&](int32_t k) {
    const double at = k == log_mel.setup.mels + 1 ? top : k * apart;
    return 700.0 * (std::pow(10.0, at / 2595.0) - 1.0);
  };
  int64_t used = 0;
  for (int32_t m = 0; m < log_mel.setup.mels; ++m) {
    const double left = corner(m), middle = corner(m + 1), right = corner(m + 2);
    Filter& filter = log_mel.filter[m];
    filter = {0, 0, used};
    for (int64_t k = 0; k < log_mel.bins(); ++k) {
      const double hz = static_cast<double>(k) * bin;
      const double rising = (hz - left) / (middle - left), falling = (right - hz) / (right - middle);
      const double weight = rising < falling ? rising : falling;
      if (!(weight > 0.0)) continue;
      if (used == 2 * log_mel.bins()) return false;
      if (!filter.count) filter.first = k;
      ++filter.count;
      log_mel.weights[used++] = weight;
    }
  }
  return true;
}

// A step of the network, from the samples it needs.
void make_step(const seqloom_log_mel& log_mel, const float* samples, const Workspace& space,
               float* step) {
  const int64_t W = log_mel.setup.window, half = log_mel.turns.K / 2;
  for (int32_t frame = 0; frame < log_mel.setup.stack; ++frame, samples += log_mel.setup.hop) {
    const auto windowed = [&](int64_t n) {
      return n < W ? static_cast<double>(samples[n]) * log_mel.hann[n] : 0.0;
    };
    for (int64_t n = 0; n < half; ++n) {
      space.packed.re[n] = windowed(2 * n);
      space.packed.im[n] = windowed(2 * n + 1);
    }
    power_spectrum(log_mel.turns, space.packed, space.other, space.power);
    for (int32_t m = 0; m < log_mel.setup.mels; ++m) {
      const Filter& filter = log_mel.filter[m];
      double energy = 0.0;
      for (int64_t k = 0; k < filter.count; ++k) {
        energy += log_mel.weights[filter.weights + k] * space.power[filter.first + k];
      }
      const double value = static_cast<float>(std::log(energy + FLOOR));
      *step++ = static_cast<float>((value - log_mel.mean[m]) / log_mel.scale[m]);
    }
  }
}

// Forgets the samples before the next step.
void go_on(const seqloom_log_mel& log_mel, Stream& stream) {
  const int64_t gone = stream.have < log_mel.step() ? stream.have : log_mel.step();
  stream.have -= gone;
  std::memmove(stream.samples(), stream.samples() + gone,
               static_cast<size_t>(stream.have) * sizeof(float));
}

int check(const seqloom_log_mel& log_mel, const void* stream, int64_t stream_bytes,
          const void* workspace, int64_t workspace_bytes) {
  if (!stream || stream_bytes < seqloom_log_mel_stream(&log_mel) ||
      reinterpret_cast<uintptr_t>(stream) % 8 || !workspace ||
      workspace_bytes < seqloom_log_mel_workspace(&log_mel) ||
      reinterpret_cast<uintptr_t>(workspace) % 64) {
    return SEQLOOM_TEXT_BAD_MEMORY;
  }
  const Stream& found = *static_cast<const Stream*>(stream);
  const bool ok = found.have >= 0 && found.have <= log_mel.needed() && found.finished >= 0 &&
                  found.finished <= 1;
  return ok ? SEQLOOM_TEXT_OK : SEQLOOM_TEXT_BAD_STREAM;
}

}  // namespace
}  // namespace seqloom

using namespace seqloom;

int64_t seqloom_log_mel_bytes(const void* block, int64_t bytes) {
  Arena arena;
  seqloom_log_mel found = {}, *placed = nullptr;
  const int status = lay_out(block, bytes, arena, found, &placed);
  return status ? -status : arena.used;
}

int seqloom_log_mel_load(const void* block, int64_t bytes, void* memory, int64_t memory_bytes,
                         const seqloom_log_mel** log_mel) {
  const int64_t needed = seqloom_log_mel_bytes(block, bytes);
  if (needed < 0) return static_cast<int>(-needed);
  if (!memory || memory_bytes < needed || reinterpret_cast<uintptr_t>(memory) % 64) {
    return SEQLOOM_TEXT_BAD_MEMORY;
  }
  Arena arena = {static_cast<char*>(memory)};
  seqloom_log_mel found = {}, *placed = nullptr;
  lay_out(block, bytes, arena, found, &placed);
  const size_t each = sizeof(double) * static_cast<size_t>(found.setup.mels);
  const char* numbers = static_cast<const char*>(block) + sizeof(Header);
  std::memcpy(found.mean, numbers, each);
  std::memcpy(found.scale, numbers + each, each);
  if (!finite(found.mean, found.setup.mels, -1e6) || !finite(found.scale, found.setup.mels, 1e-9)) {
    return SEQLOOM_TEXT_DAMAGED;
  }
  make_turns(found.turns);
  for (int32_t n = 0; n < found.setup.window; ++n) {
    constexpr double TWO_PI = 6.283185307179586476925;
    found.hann[n] = 0.5 - 0.5 * std::cos(TWO_PI * n / found.setup.window);
  }
  if (!make_filters(found)) return SEQLOOM_TEXT_DAMAGED;
  *placed = found;
  *log_mel = placed;
  return SEQLOOM_TEXT_OK;
}

int64_t seqloom_log_mel_size(const seqloom_log_mel* log_mel) { return log_mel->size(); }

int64_t seqloom_log_mel_stream(const seqloom_log_mel* log_mel) {
  return static_cast<int64_t>(sizeof(Stream)) + (4 * log_mel->needed() + 7) / 8 * 8;
}

int64_t seqloom_log_mel_workspace(const seqloom_log_mel* log_mel) {
  Arena arena;
  Workspace(arena, log_mel->turns.K);
  return arena.used;
}

int seqloom_log_mel_push(const seqloom_log_mel* log_mel, void* memory, int64_t stream_bytes,
                         void* workspace, int64_t workspace_bytes, const float* samples,
                         int64_t count, float* steps, int64_t room, int64_t* taken, int64_t* made) {
  *taken = *made = 0;
  const int status = check(*log_mel, memory, stream_bytes, workspace, workspace_bytes);
  if (status) return status;
  Stream& stream = *static_cast<Stream*>(memory);
  if (stream.finished) return SEQLOOM_TEXT_BAD_STREAM;
  Arena arena = {static_cast<char*>(workspace)};
  const Workspace space(arena, log_mel->turns.K);
  for (;;) {
    const int64_t missing = log_mel->needed() - stream.have;
    if (missing == 0) {
      if (*made >= room) return SEQLOOM_TEXT_OK;
      make_step(*log_mel, stream.samples(), space, steps + (*made)++ * log_mel->size());
      go_on(*log_mel, stream);
      continue;
    }
    const int64_t more = missing < count - *taken ? missing : count - *taken;
    if (more <= 0) return SEQLOOM_TEXT_OK;
    std::memcpy(stream.samples() + stream.have, samples + *taken,
                static_cast<size_t>(more) * sizeof(float));
    stream.have += more;
    *taken += more;
  }
}

int seqloom_log_mel_finish(const seqloom_log_mel* log_mel, void* memory, int64_t stream_bytes,
                           void* workspace, int64_t workspace_bytes, float* steps, int64_t room,
                           int64_t* made) {
  *made = 0;
  const int status = check(*log_mel, memory, stream_bytes, workspace, workspace_bytes);
  if (status) return status;
  Stream& stream = *static_cast<Stream*>(memory);
  stream.finished = 1;
  Arena arena = {static_cast<char*>(workspace)};
  const Workspace space(arena, log_mel->turns.K);
  while (stream.have > 0) {
    if (*made >= room) return SEQLOOM_TEXT_NO_ROOM;
    std::memset(stream.samples() + stream.have, 0,
                static_cast<size_t>(log_mel->needed() - stream.have) * sizeof(float));
    make_step(*log_mel, stream.samples(), space, steps + (*made)++ * log_mel->size());
    go_on(*log_mel, stream);
  }
  return SEQLOOM_TEXT_OK;
}
