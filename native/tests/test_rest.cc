// Dropout, and what the core refuses: nothing is read or written then.
#include "support.h"
#include "tests.h"

namespace test {
namespace {

constexpr int64_t LARGEST = INT32_MAX;
constexpr int64_t HUGE_SIZE = int64_t{1} << 40;

template <class T>
void drop(int64_t n, double share, uint64_t seed) {
  const std::string what = "dropout of " + std::to_string(n);
  Random random = {seed};
  std::vector<double> x(static_cast<size_t>(n));
  for (double& value : x) value = 1.0 + random.uniform();
  Array<T> in(x), one(n), two(n);
  const seqloom_threads pools[] = {threads(1), threads(3)};
  const int32_t dtype = dtype_of<T>();
  seqloom_dropout(dtype, n, share, seed, in.data(), one.data(), &pools[0]);
  seqloom_dropout(dtype, n, share, seed, in.data(), two.data(), &pools[1]);
  expect(one.values() == two.values(), what + ": threads change the mask");
  int64_t zeros = 0;
  for (int64_t k = 0; k < n; ++k) {
    if (one[k] == 0) {
      ++zeros;
    } else {
      const double want = static_cast<double>(in[k]) / (1.0 - share);
      expect(std::fabs(static_cast<double>(one[k]) - want) < 1e-6 * want, what + ": scale");
    }
  }
  const double deviation = std::sqrt(static_cast<double>(n) * share * (1.0 - share));
  const double off = std::fabs(static_cast<double>(zeros) - static_cast<double>(n) * share);
  expect(off <= 5.0 * deviation, what + ": " + std::to_string(zeros) + " zeros");
}

seqloom_layer small_layer() {
  seqloom_layer l = {};
  l.cell = SEQLOOM_LSTM, l.D = 1, l.chunks = 1;
  l.B = 2, l.T = 3, l.I = 4, l.H = 5;
  return l;
}

seqloom_decoder small_decoder() {
  seqloom_decoder d = {};
  d.cell = SEQLOOM_LSTM, d.chunks = 1;
  d.B = 2, d.T = 3, d.S = 4, d.E = 5, d.M = 6, d.H = 7, d.A = 8;
  return d;
}

template <class Call>
void refused(const Call& call, int want, const std::string& what) {
  const seqloom_threads pool = threads(2);
  for (int32_t backward = 0; backward < 2; ++backward) {
    int status = 0;
    int64_t bytes = 0;
    if constexpr (std::is_same_v<Call, seqloom_layer>) {
      const seqloom_layer_grads g = {};
      bytes = seqloom_layer_workspace(&call, 2, backward);
      status = backward ? seqloom_layer_backward(&call, &g, &pool, nullptr, 0)
                        : seqloom_layer_forward(&call, &pool, nullptr, 0);
    } else {
      const seqloom_decoder_grads g = {};
      bytes = seqloom_decoder_workspace(&call, 2, backward);
      status = backward ? seqloom_decoder_backward(&call, &g, &pool, nullptr, 0)
                        : seqloom_decoder_forward(&call, &pool, nullptr, 0);
    }
    expect(status == want, what + ": status " + std::to_string(status));
    expect((bytes > 0) == (want == SEQLOOM_BAD_WORKSPACE), what + ": bytes");
  }
}

}  // namespace

void test_dropout() {
  for (int64_t n : {0, 1, 15, 17, 100, 16384, 16385, 70001}) {
    for (double share : {0.1, 0.5, 0.9}) {
      drop<float>(n, share, 0x123456789abcdefULL + static_cast<uint64_t>(n));
      drop<double>(n, share, static_cast<uint64_t>(n));
    }
  }
  float x = 1.0f;
  for (double share : {-0.1, 1.0, 2.0, static_cast<double>(NAN)}) {
    expect(seqloom_dropout(SEQLOOM_F32, 1, share, 1, &x, &x, nullptr) == SEQLOOM_BAD_SIZE,
           "dropout: share");
  }
  expect(seqloom_dropout(SEQLOOM_F32, -1, 0.5, 1, &x, &x, nullptr) == SEQLOOM_BAD_SIZE, "n");
  expect(seqloom_dropout(7, 1, 0.5, 1, &x, &x, nullptr) == SEQLOOM_BAD_CHOICE, "dtype");
}

void test_refusals() {
  refused(small_layer(), SEQLOOM_BAD_WORKSPACE, "layer without a workspace");
  refused(small_decoder(), SEQLOOM_BAD_WORKSPACE, "decoder without a workspace");
  for (int64_t seqloom_layer::* size :
       {&seqloom_layer::B, &seqloom_layer::T, &seqloom_layer::I, &seqloom_layer::H}) {
    for (int64_t value : {int64_t{-1}, INT64_MIN, INT64_MAX, LARGEST + 1, HUGE_SIZE}) {
      seqloom_layer l = small_layer();
      l.*size = value;
      refused(l, SEQLOOM_BAD_SIZE, "layer of size " + std::to_string(value));
    }
  }
  for (int64_t seqloom_decoder::* size :
       {&seqloom_decoder::B, &seqloom_decoder::T, &seqloom_decoder::S, &seqloom_decoder::E,
        &seqloom_decoder::M, &seqloom_decoder::H, &seqloom_decoder::A}) {
    for (int64_t value : {int64_t{-1}, INT64_MIN, INT64_MAX, LARGEST + 1, HUGE_SIZE}) {
      seqloom_decoder d = small_decoder();
      d.*size = value;
      refused(d, SEQLOOM_BAD_SIZE, "decoder of size " + std::to_string(value));
    }
  }
  seqloom_layer large = small_layer();
  large.B = large.T = large.I = LARGEST;
  large.H = (LARGEST - 64) / 5;
  refused(large, SEQLOOM_BAD_SIZE, "layer of which every size is the largest");
  seqloom_decoder wide = small_decoder();
  wide.B = wide.T = wide.S = wide.E = wide.M = wide.A = LARGEST;
  wide.H = (LARGEST - 64) / 5;
  refused(wide, SEQLOOM_BAD_SIZE, "decoder of which every size is the largest");

  for (int64_t length : {int64_t{-1}, int64_t{4}, INT64_MIN, INT64_MAX}) {
    const int64_t lengths[] = {3, length};
    seqloom_layer l = small_layer();
    l.lengths = lengths;
    refused(l, SEQLOOM_BAD_LENGTH, "layer with a length of " + std::to_string(length));
    int64_t rows[6] = {};
    expect(seqloom_rows(2, 3, lengths, 1, rows) == SEQLOOM_BAD_LENGTH, "rows");
    const int64_t longer[] = {4, length == 4 ? 5 : length};
    seqloom_decoder d = small_decoder();
    d.lengths = longer;
    refused(d, SEQLOOM_BAD_LENGTH, "decoder with a length of " + std::to_string(length));
  }
  for (int32_t seqloom_layer::* choice : {&seqloom_layer::dtype, &seqloom_layer::cell,
                                          &seqloom_layer::D, &seqloom_layer::chunks}) {
    for (int32_t value : {-1, 9, INT32_MAX, INT32_MIN}) {
      seqloom_layer l = small_layer();
      l.*choice = value;
      refused(l, SEQLOOM_BAD_CHOICE, "layer with a choice of " + std::to_string(value));
    }
  }
  for (int32_t seqloom_decoder::* choice : {&seqloom_decoder::dtype, &seqloom_decoder::cell,
                                            &seqloom_decoder::score, &seqloom_decoder::chunks}) {
    for (int32_t value : {-1, 9, INT32_MAX, INT32_MIN}) {
      seqloom_decoder d = small_decoder();
      d.*choice = value;
      refused(d, SEQLOOM_BAD_CHOICE, "decoder with a choice of " + std::to_string(value));
    }
  }
  seqloom_decoder dot = small_decoder();
  dot.score = SEQLOOM_DOT;  // A is not H
  refused(dot, SEQLOOM_BAD_SIZE, "dot score between keys and states of two sizes");
  int64_t row = 0;
  expect(seqloom_rows(-1, 3, nullptr, 1, &row) == SEQLOOM_BAD_SIZE, "rows: B");
  expect(seqloom_rows(2, 3, nullptr, 3, &row) == SEQLOOM_BAD_CHOICE, "rows: chunks");
  for (int status = -1; status < 8; ++status) {
    expect(seqloom_message(status)[0] != '\0', "message " + std::to_string(status));
  }
}

}  // namespace test
