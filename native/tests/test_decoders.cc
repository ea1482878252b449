// Attention decoders of random sizes, lengths and absent arrays; as test_layers.cc.
#include <algorithm>

#include "reference.h"
#include "support.h"
#include "tests.h"

namespace test {
namespace {

struct Case {
  int32_t cell, score, num_threads;
  int64_t B, T, S, E, M, H, A, gap;
  bool time_first, ragged;
  std::vector<int64_t> lengths;

  int64_t length(int64_t b) const { return lengths[static_cast<size_t>(b)]; }
  std::string text() const {
    return "decoder: cell " + std::to_string(cell) + ", score " + std::to_string(score) + ", B " +
           std::to_string(B) + ", T " + std::to_string(T) + ", S " + std::to_string(S) + ", E " +
           std::to_string(E) + ", M " + std::to_string(M) + ", H " + std::to_string(H) + ", A " +
           std::to_string(A) + (ragged ? ", ragged" : "") + ", threads " +
           std::to_string(num_threads);
  }
};

Case draw_case(Random& random) {
  Case c = {};
  c.cell = static_cast<int32_t>(random.below(4));
  c.score = static_cast<int32_t>(random.below(2));
  c.num_threads = static_cast<int32_t>(1 + random.below(3));
  c.B = random.of({0, 1, 2, 3, 7, 8, 9, 17, 70});
  c.T = random.of({0, 1, 2, 3, 5});
  c.S = random.of({0, 1, 2, 5, 17});
  c.E = random.of({0, 1, 3, 16, 21});
  c.M = random.of({0, 1, 7, 16, 33});
  c.H = random.of({1, 2, 9, 16, 17, 33});
  c.A = c.score == SEQLOOM_DOT ? c.H : random.of({1, 3, 16, 19});
  c.gap = random.of({0, 0, 5});
  c.time_first = random.coin();
  c.ragged = random.coin();
  for (int64_t b = 0; b < c.B; ++b) c.lengths.push_back(c.ragged ? random.below(c.S + 1) : c.S);
  return c;
}

Values draw_inputs(Random& random, const Case& c) {
  const int64_t G = gates_of(c.cell) * c.H;
  Values in;
  in["x"] = random.array(c.B * c.T * c.E);
  in["memory"] = random.array(c.B * c.S * c.M);
  in["keys"] = random.array(c.B * c.S * c.A);
  in["w_ih"] = random.array(G * (c.E + c.M), 0.5);
  in["w_hh"] = random.array(G * c.H, 0.5);
  if (random.below(4) != 0) in["b_ih"] = random.array(G, 0.5);
  if (random.below(4) != 0) in["b_hh"] = random.array(G, 0.5);
  if (c.score == SEQLOOM_ADDITIVE) {
    in["w_query"] = random.array(c.A * c.H, 0.5);
    in["w_score"] = random.array(c.A);
  }
  if (random.coin()) in["h0"] = random.array(c.B * c.H);
  if (c.cell == SEQLOOM_LSTM && random.coin()) in["c0"] = random.array(c.B * c.H);
  return in;
}

const double* find(const Values& values, const std::string& name) {
  const auto found = values.find(name);
  return found == values.end() ? nullptr : found->second.data();
}

// Where the decoder looks: softmax of the scores of the real rows.
std::vector<double> look(const Case& c, const Values& in, int64_t b, const std::vector<double>& h) {
  const size_t A = static_cast<size_t>(c.A);
  std::vector<double> query = h;
  if (c.score == SEQLOOM_ADDITIVE) query = affine(in.at("w_query").data(), nullptr, h, A);
  std::vector<double> weights(static_cast<size_t>(c.S));
  double total = 0.0;
  for (int64_t s = 0; s < c.length(b); ++s) {
    const double* key = in.at("keys").data() + (b * c.S + s) * c.A;
    double score = 0.0;
    for (size_t a = 0; a < A; ++a) {
      score += c.score == SEQLOOM_DOT ? key[a] * query[a]
                                      : in.at("w_score")[a] * std::tanh(key[a] + query[a]);
    }
    weights[static_cast<size_t>(s)] = std::exp(score);
    total += weights[static_cast<size_t>(s)];
  }
  for (double& weight : weights) weight /= total > 0.0 ? total : 1.0;
  return weights;
}

// h [B, T, H], context [B, T, M], weights [B, T, S], c_n [B, H].
Values plain(const Case& c, const Values& in) {
  const size_t H = static_cast<size_t>(c.H);
  Values y = {{"h", {}}, {"context", {}}, {"weights", {}}};
  if (c.cell == SEQLOOM_LSTM) y["c_n"] = {};
  const Weights w = {in.at("w_ih").data(), in.at("w_hh").data(), find(in, "b_ih"),
                     find(in, "b_hh")};
  for (int64_t b = 0; b < c.B; ++b) {
    State state = {std::vector<double>(H), std::vector<double>(H)};
    if (const double* h0 = find(in, "h0")) std::copy_n(h0 + b * c.H, H, state.h.begin());
    if (const double* c0 = find(in, "c0")) std::copy_n(c0 + b * c.H, H, state.c.begin());
    for (int64_t t = 0; t < c.T; ++t) {
      const std::vector<double> weights = look(c, in, b, state.h);
      const double* x = in.at("x").data() + (b * c.T + t) * c.E;
      std::vector<double> read(x, x + c.E);
      for (int64_t m = 0; m < c.M; ++m) {
        double sum = 0.0;
        for (int64_t s = 0; s < c.S; ++s) {
          sum += weights[static_cast<size_t>(s)] *
                 in.at("memory")[static_cast<size_t>((b * c.S + s) * c.M + m)];
        }
        read.push_back(sum);
      }
      step(c.cell, w, read, state);
      y["h"].insert(y["h"].end(), state.h.begin(), state.h.end());
      y["context"].insert(y["context"].end(), read.begin() + c.E, read.end());
      y["weights"].insert(y["weights"].end(), weights.begin(), weights.end());
    }
    if (c.cell == SEQLOOM_LSTM) y["c_n"].insert(y["c_n"].end(), state.c.begin(), state.c.end());
  }
  return y;
}

template <class T>
Values run(const Case& c, const Values& in, const Values& coefficients, bool keep = true) {
  const std::string what = c.text();
  std::map<std::string, Array<T>> arrays;
  const auto given = [&](const Values& values, const std::string& name) -> T* {
    if (!values.count(name)) return nullptr;
    arrays[name] = Array<T>(values.at(name));
    return arrays[name].data();
  };
  Strided<T> x(c.B, c.T, c.E, c.time_first, c.gap), memory(c.B, c.S, c.M, !c.time_first, c.gap);
  x.put(in.at("x"));
  memory.put(in.at("memory"));
  seqloom_decoder d = {};
  d.dtype = dtype_of<T>();
  d.cell = c.cell, d.score = c.score, d.chunks = 1;
  d.B = c.B, d.T = c.T, d.S = c.S, d.E = c.E, d.M = c.M, d.H = c.H, d.A = c.A;
  std::vector<int64_t> lengths = c.lengths;
  d.lengths = c.ragged ? lengths.data() : nullptr;
  d.x = x.array.data(), d.x_stride_b = x.stride_b, d.x_stride_t = x.stride_t;
  d.memory = memory.array.data();
  d.memory_stride_b = memory.stride_b, d.memory_stride_s = memory.stride_t;
  d.keys = given(in, "keys");
  d.w_ih = given(in, "w_ih"), d.w_hh = given(in, "w_hh");
  d.b_ih = given(in, "b_ih"), d.b_hh = given(in, "b_hh");
  d.w_query = given(in, "w_query"), d.w_score = given(in, "w_score");
  d.h0 = given(in, "h0"), d.c0 = given(in, "c0");
  const bool lstm = c.cell == SEQLOOM_LSTM;
  Array<T> h(c.B * c.T * c.H), context(c.B * c.T * c.M), weights(c.B * c.T * c.S);
  Array<T> c_n(lstm ? c.B * c.H : 0);
  d.h = h.data(), d.context = context.data(), d.weights = weights.data();
  d.c_n = lstm ? c_n.data() : nullptr;
  const int64_t W = seqloom_lanes(d.dtype);
  Array<T> saved(keep ? c.B * c.T * ((c.H + W - 1) / W) * slots_of(c.cell) * W : 0);
  d.saved = keep ? saved.data() : nullptr;
  d.chunks = seqloom_decoder_chunks(&d, c.num_threads);
  const seqloom_threads pool = threads(c.num_threads);
  {
    const int64_t bytes = seqloom_decoder_workspace(&d, c.num_threads, 0);
    Workspace space(bytes);
    expect(seqloom_decoder_forward(&d, &pool, space.data(), bytes) == SEQLOOM_OK, what);
  }
  Values y = {{"h", h.values()}, {"context", context.values()}, {"weights", weights.values()}};
  if (lstm) y["c_n"] = c_n.values();
  if (coefficients.empty()) return y;

  seqloom_decoder_grads g = {};
  g.h = given(coefficients, "h"), g.context = given(coefficients, "context");
  g.weights = given(coefficients, "weights"), g.c_n = given(coefficients, "c_n");
  std::map<std::string, Array<T>> results;
  const auto result = [&](const std::string& name) -> T* {
    if (!in.count(name)) return nullptr;
    results[name] = Array<T>(static_cast<int64_t>(in.at(name).size()));
    return results[name].data();
  };
  g.x = result("x"), g.memory = result("memory"), g.keys = result("keys");
  g.w_ih = result("w_ih"), g.w_hh = result("w_hh");
  g.b_ih = result("b_ih"), g.b_hh = result("b_hh");
  g.w_query = result("w_query"), g.w_score = result("w_score");
  g.h0 = result("h0"), g.c0 = result("c0");
  const int64_t bytes = seqloom_decoder_workspace(&d, c.num_threads, 1);
  Workspace space(bytes);
  expect(seqloom_decoder_backward(&d, &g, &pool, space.data(), bytes) == SEQLOOM_OK, what);
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

void test_decoders(uint64_t seed, int count) {
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
    expect_close(run<float>(c, in, coefficients), exact, 1e-5, what + ", float32");
    expect_close(run<float>(c, in, {}, false), want, 1e-5, what + ", float32, nothing saved");
  }
  granted = 256;
}

}  // namespace test
