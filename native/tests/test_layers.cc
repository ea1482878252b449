// Recurrent layers of random sizes, lengths, layouts and absent arrays: float64 against plain loops
// and finite differences, float32 on this process's instruction set against float64.
#include <algorithm>

#include "reference.h"
#include "support.h"
#include "tests.h"

namespace test {
namespace {

const char* const WEIGHTS[] = {"w_ih", "w_hh", "b_ih", "b_hh"};

struct Case {
  int32_t cell, D, num_threads;
  int64_t B, T, I, H, gap;
  bool time_first, ragged;
  std::vector<int64_t> lengths;

  int64_t K() const { return slots_of(cell); }
  int64_t length(int64_t b) const { return lengths[static_cast<size_t>(b)]; }
  std::string text() const {
    return "layer: cell " + std::to_string(cell) + ", D " + std::to_string(D) + ", B " +
           std::to_string(B) + ", T " + std::to_string(T) + ", I " + std::to_string(I) + ", H " +
           std::to_string(H) + (ragged ? ", ragged" : "") + ", threads " +
           std::to_string(num_threads);
  }
};

Case draw_case(Random& random) {
  Case c = {};
  c.cell = static_cast<int32_t>(random.below(4));
  c.D = static_cast<int32_t>(1 + random.below(2));
  c.num_threads = static_cast<int32_t>(1 + random.below(3));
  c.B = random.of({0, 1, 1, 2, 3, 5, 7, 8, 9, 13, 17, 40});
  c.T = random.of({0, 1, 2, 3, 5, 7});
  c.I = random.of({0, 1, 2, 5, 16, 19, 33});
  c.H = random.of({0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 33, 50});
  c.gap = random.of({0, 0, 3});
  c.time_first = random.coin();
  c.ragged = random.coin();
  for (int64_t b = 0; b < c.B; ++b) c.lengths.push_back(c.ragged ? random.below(c.T + 1) : c.T);
  return c;
}

// What is there: absent arrays are left out.
Values draw_inputs(Random& random, const Case& c) {
  Values in;
  const int64_t G = gates_of(c.cell) * c.H;
  in["x"] = random.array(c.B * c.T * c.I);
  const bool biases[] = {true, true, random.below(4) != 0, random.below(4) != 0};
  const int64_t sizes[] = {G * c.I, G * c.H, G, G};
  for (int d = 0; d < c.D; ++d) {
    for (int n = 0; n < 4; ++n) {
      if (biases[n]) in[WEIGHTS[n] + std::to_string(d)] = random.array(sizes[n], 0.5);
    }
  }
  if (random.coin()) in["h0"] = random.array(c.D * c.B * c.H);
  if (c.cell == SEQLOOM_LSTM && random.coin()) in["c0"] = random.array(c.D * c.B * c.H);
  return in;
}

const double* find(const Values& values, const std::string& name) {
  const auto found = values.find(name);
  return found == values.end() ? nullptr : found->second.data();
}

// out [B, T, D*H], h_n, c_n [D, B, H], saved [D, B, T, K, H]; zero on padding.
Values plain(const Case& c, const Values& in) {
  const size_t H = static_cast<size_t>(c.H);
  Values y;
  y["out"].resize(static_cast<size_t>(c.B * c.T * c.D * c.H));
  y["h_n"].resize(static_cast<size_t>(c.D * c.B * c.H));
  if (c.cell == SEQLOOM_LSTM) y["c_n"] = y["h_n"];
  y["saved"].resize(static_cast<size_t>(c.D * c.B * c.T * c.K() * c.H));
  for (int64_t d = 0; d < c.D; ++d) {
    const std::string side = std::to_string(d);
    const Weights w = {find(in, "w_ih" + side), find(in, "w_hh" + side), find(in, "b_ih" + side),
                       find(in, "b_hh" + side)};
    for (int64_t b = 0; b < c.B; ++b) {
      const int64_t first = (d * c.B + b) * c.H;
      State state = {std::vector<double>(H), std::vector<double>(H)};
      if (const double* h0 = find(in, "h0")) std::copy_n(h0 + first, H, state.h.begin());
      if (const double* c0 = find(in, "c0")) std::copy_n(c0 + first, H, state.c.begin());
      for (int64_t k = 0; k < c.length(b); ++k) {
        const int64_t t = d == 0 ? k : c.length(b) - 1 - k;
        const double* x = in.at("x").data() + (b * c.T + t) * c.I;
        const auto kept = step(c.cell, w, std::vector<double>(x, x + c.I), state);
        std::copy_n(state.h.begin(), H, y["out"].begin() + ((b * c.T + t) * c.D + d) * c.H);
        for (int64_t slot = 0; slot < c.K(); ++slot) {
          const int64_t place = ((((d * c.B + b) * c.T + t) * c.K()) + slot) * c.H;
          std::copy_n(kept[static_cast<size_t>(slot)].begin(), H, y["saved"].begin() + place);
        }
      }
      std::copy_n(state.h.begin(), H, y["h_n"].begin() + first);
      if (c.cell == SEQLOOM_LSTM) std::copy_n(state.c.begin(), H, y["c_n"].begin() + first);
    }
  }
  return y;
}

// Between [D, B, T, K, H] and the core's own layout of `saved`.
template <class T>
struct Saved {
  const Case& c;
  int64_t W, U;
  std::vector<int64_t> rows;  // b * T + t of each used row

  Saved(const Case& case_, int32_t chunks)
      : c(case_), W(seqloom_lanes(dtype_of<T>())), U((c.H + W - 1) / W) {
    for (int64_t b = 0; b < c.B; ++b) rows.resize(rows.size() + static_cast<size_t>(c.length(b)));
    const int status = seqloom_rows(c.B, c.T, c.lengths.data(), chunks, rows.data());
    expect(status == SEQLOOM_OK, c.text() + ": seqloom_rows");
  }
  int64_t size() const { return c.D * c.B * c.T * U * c.K() * W; }
  template <class Visit>
  void each(const Visit& visit) const {
    for (int64_t d = 0; d < c.D; ++d) {
      for (size_t r = 0; r < rows.size(); ++r) {
        for (int64_t k = 0; k < c.K(); ++k) {
          for (int64_t j = 0; j < c.H; ++j) {
            const int64_t row = d * c.B * c.T + static_cast<int64_t>(r);
            visit(((row * U + j / W) * c.K() + k) * W + j % W,
                  ((d * c.B * c.T + rows[r]) * c.K() + k) * c.H + j);
          }
        }
      }
    }
  }
};

// A call of the core. `coefficients` are the gradients of the loss to the outputs; those that are
// left out are NULL. Without any, there is no backward call.
template <class T>
Values run(const Case& c, const Values& in, const Values& coefficients, bool keep = true) {
  const std::string what = c.text();
  std::map<std::string, Array<T>> arrays;
  Strided<T> x(c.B, c.T, c.I, c.time_first, c.gap);
  std::vector<double> padded = in.at("x");
  for (int64_t b = 0; b < c.B; ++b) {
    std::fill(padded.begin() + (b * c.T + c.length(b)) * c.I, padded.begin() + (b + 1) * c.T * c.I,
              static_cast<double>(NAN));
  }
  x.put(padded);
  const auto given = [&](const std::string& name) -> T* {
    if (!in.count(name)) return nullptr;
    arrays[name] = Array<T>(in.at(name));
    return arrays[name].data();
  };
  seqloom_layer l = {};
  l.dtype = dtype_of<T>();
  l.cell = c.cell, l.D = c.D, l.chunks = 1;
  l.B = c.B, l.T = c.T, l.I = c.I, l.H = c.H;
  std::vector<int64_t> lengths = c.lengths;
  l.lengths = c.ragged ? lengths.data() : nullptr;
  l.x = x.array.data(), l.x_stride_b = x.stride_b, l.x_stride_t = x.stride_t;
  for (int d = 0; d < c.D; ++d) {
    const std::string side = std::to_string(d);
    l.w_ih[d] = given("w_ih" + side), l.w_hh[d] = given("w_hh" + side);
    l.b_ih[d] = given("b_ih" + side), l.b_hh[d] = given("b_hh" + side);
  }
  l.h0 = given("h0"), l.c0 = given("c0");
  Strided<T> out(c.B, c.T, c.D * c.H, !c.time_first, c.gap);
  Array<T> h_n(c.D * c.B * c.H), c_n(c.cell == SEQLOOM_LSTM ? c.D * c.B * c.H : 0);
  l.out = out.array.data(), l.out_stride_b = out.stride_b, l.out_stride_t = out.stride_t;
  l.h_n = h_n.data(), l.c_n = c.cell == SEQLOOM_LSTM ? c_n.data() : nullptr;
  l.chunks = seqloom_layer_chunks(&l, c.num_threads);
  const Saved<T> layout(c, l.chunks);
  Array<T> saved(keep ? layout.size() : 0);
  l.saved = keep ? saved.data() : nullptr;
  const seqloom_threads pool = threads(c.num_threads);
  {
    const int64_t bytes = seqloom_layer_workspace(&l, c.num_threads, 0);
    Workspace space(bytes);
    expect(seqloom_layer_forward(&l, &pool, space.data(), bytes) == SEQLOOM_OK, what);
  }
  Values y;
  y["out"] = out.values();
  expect(out.written() == c.B * c.T * c.D * c.H, what + ": wrote beside `out`, or not all of it");
  y["h_n"] = h_n.values();
  if (c.cell == SEQLOOM_LSTM) y["c_n"] = c_n.values();
  if (keep) {
    std::vector<double>& kept = y["saved"];
    kept.resize(static_cast<size_t>(c.D * c.B * c.T * c.K() * c.H));
    layout.each([&](int64_t theirs, int64_t ours) { kept[static_cast<size_t>(ours)] = saved[theirs]; });
  }
  if (coefficients.empty()) return y;

  seqloom_layer_grads g = {};
  Strided<T> d_out(c.B, c.T, c.D * c.H, c.time_first, c.gap);
  Array<T> d_saved;
  if (const auto found = coefficients.find("out"); found != coefficients.end()) {
    d_out.put(found->second);
    for (int64_t b = 0; b < c.B; ++b) {
      for (int64_t t = c.length(b); t < c.T; ++t) {  // padding is never read
        T* row = d_out.array.data() + b * d_out.stride_b + t * d_out.stride_t;
        std::fill(row, row + c.D * c.H, static_cast<T>(NAN));
      }
    }
    g.out = d_out.array.data(), g.out_stride_b = d_out.stride_b, g.out_stride_t = d_out.stride_t;
  }
  const auto coefficient = [&](const std::string& name) -> T* {
    if (!coefficients.count(name)) return nullptr;
    arrays["d " + name] = Array<T>(coefficients.at(name));
    return arrays["d " + name].data();
  };
  g.h_n = coefficient("h_n"), g.c_n = coefficient("c_n");
  if (const auto found = coefficients.find("saved"); found != coefficients.end()) {
    d_saved = Array<T>(std::vector<double>(static_cast<size_t>(layout.size()), 0.0));
    layout.each([&](int64_t theirs, int64_t ours) {
      d_saved[theirs] = static_cast<T>(found->second[static_cast<size_t>(ours)]);
    });
    g.saved = d_saved.data();
  }
  Values gradients;
  std::map<std::string, Array<T>> results;
  const auto result = [&](const std::string& name) -> T* {
    if (!in.count(name)) return nullptr;
    results[name] = Array<T>(static_cast<int64_t>(in.at(name).size()));
    return results[name].data();
  };
  g.x = result("x"), g.h0 = result("h0"), g.c0 = result("c0");
  for (int d = 0; d < c.D; ++d) {
    const std::string side = std::to_string(d);
    g.w_ih[d] = result("w_ih" + side), g.w_hh[d] = result("w_hh" + side);
    g.b_ih[d] = result("b_ih" + side), g.b_hh[d] = result("b_hh" + side);
  }
  const int64_t bytes = seqloom_layer_workspace(&l, c.num_threads, 1);
  Workspace space(bytes);
  expect(seqloom_layer_backward(&l, &g, &pool, space.data(), bytes) == SEQLOOM_OK, what);
  for (auto& [name, array] : results) y["grad " + name] = array.values();
  return y;
}

Values gradients_of(const Values& results) {
  Values gradients;
  for (const auto& [name, values] : results) {
    if (name.rfind("grad ", 0) == 0) gradients[name.substr(5)] = values;
  }
  return gradients;
}

}  // namespace

void test_layers(uint64_t seed, int count) {
  Random random = {seed};
  for (int n = 0; n < count; ++n) {
    Case c = draw_case(random);
    granted = static_cast<unsigned>(1 + random.below(4));
    const Values in = draw_inputs(random, c);
    const Values want = plain(c, in);
    Values coefficients;
    for (const auto& [name, values] : want) {
      if (random.below(3) != 0) {
        coefficients[name] = random.array(static_cast<int64_t>(values.size()));
      }
    }
    const std::string what = c.text();
    const Values exact = run<double>(c, in, coefficients);
    expect_close(exact, want, 1e-12, what);
    expect_slopes(random, in, gradients_of(exact),
                  [&](const Values& moved) { return weighted(plain(c, moved), coefficients); },
                  what);
    c.num_threads = static_cast<int32_t>(1 + random.below(3));
    c.time_first = random.coin();
    expect_close(run<float>(c, in, coefficients), exact, 1e-5, what + ", float32");
    expect_close(run<float>(c, in, {}, false), {{"out", want.at("out")}, {"h_n", want.at("h_n")}},
                 1e-5, what + ", float32, nothing saved");
  }
  granted = 256;
}

}  // namespace test
