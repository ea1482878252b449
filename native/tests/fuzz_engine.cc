// seqloom_engine_fuzz FOLDER [cases] [seed]: damages programs, tensors, sizes and inputs, and does with
// each what a caller would. Nothing may crash, hang or be written outside (run it under the sanitizers),
// and a model takes no more memory than the header says. Exit code 0 if all is well.
#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>

#include "seqloom_engine.h"
#include "support.h"

namespace {

using test::Random;
using Words = std::vector<int32_t>;

constexpr int64_t MOST = int64_t{1} << 24;  // bytes of a workspace that is tried

// Memory on 64 bytes that ends where it ends.
struct Block {
  explicit Block(int64_t bytes)
      : size(bytes), data(std::aligned_alloc(64, static_cast<size_t>((bytes + 63) / 64 * 64 + 64))) {}
  ~Block() { std::free(data); }
  Block(const Block&) = delete;
  int64_t size;
  void* data;
};

struct Seed {
  std::string name;
  Words words;
};

struct Tensors {
  std::vector<std::string> names;
  std::vector<std::vector<char>> data;
  std::vector<std::vector<float>> scales;
  std::vector<seqloom_tensor> all;
};

// The weights that an undamaged program names.
Tensors tensors_of(const Words& words, Random& random) {
  Tensors t;
  const int32_t count = words[2], names = words[6] / 4;
  const char* text = reinterpret_cast<const char*>(words.data() + 7);
  const int32_t* weight = words.data() + 7 + names;
  for (int32_t k = 0; k < count; ++k, weight += 6) {
    seqloom_tensor one = {};
    t.names.emplace_back(text + weight[0]);
    one.rank = weight[1];
    int64_t all = 1;
    for (int d = 0; d < 4; ++d) one.shape[d] = weight[2 + d];
    for (int d = 0; d < one.rank; ++d) all *= one.shape[d];
    one.dtype = one.rank == 2 && random.below(3) == 0 ? SEQLOOM_INT8 : SEQLOOM_FLOAT32;
    std::vector<char> bytes(static_cast<size_t>(all * (one.dtype == SEQLOOM_INT8 ? 1 : 4)));
    for (int64_t n = 0; n < all; ++n) {
      const float x = static_cast<float>(random.uniform() - 0.5);
      if (one.dtype == SEQLOOM_INT8) {
        bytes[static_cast<size_t>(n)] = static_cast<char>(x * 200);
      } else {
        std::memcpy(&bytes[static_cast<size_t>(4 * n)], &x, 4);
      }
    }
    t.data.push_back(bytes);
    t.scales.emplace_back(static_cast<size_t>(one.shape[0]), 0.01f);
    t.all.push_back(one);
  }
  for (size_t k = 0; k < t.all.size(); ++k) {
    t.all[k].name = t.names[k].c_str();
    t.all[k].data = t.data[k].data();
    t.all[k].scales = t.all[k].dtype == SEQLOOM_INT8 ? t.scales[k].data() : nullptr;
  }
  return t;
}

int32_t strange(Random& random) {
  static const int32_t NUMBERS[] = {0,  1,  -1, 2,   3,   4,      5,         -2,        7,
                                    16, 64, 65, 255, 256, 0xffff, INT32_MAX, INT32_MIN, -26};
  return random.coin() ? NUMBERS[random.below(18)] : static_cast<int32_t>(random.next());
}

void damage(Words& words, Random& random) {
  const int64_t times = random.below(6);
  for (int64_t k = 0; k < times; ++k) {
    const int64_t at = random.below(static_cast<int64_t>(words.size())), kind = random.below(8);
    if (kind < 3) {
      words[at] = strange(random);
    } else if (kind == 3) {
      words[at] = static_cast<int32_t>(static_cast<uint32_t>(words[at]) + static_cast<uint32_t>(random.below(5)) - 2u);
    } else if (kind == 4) {
      words[at] = words[static_cast<size_t>(random.below(static_cast<int64_t>(words.size())))];
    } else if (kind == 5) {
      words.insert(words.begin() + at, strange(random));
    } else if (kind == 6 && words.size() > 8) {
      words.erase(words.begin() + at);
    } else if (random.below(10) == 0) {
      words.resize(static_cast<size_t>(at + 1));
    }
  }
}

int64_t small(Random& random) {
  const int64_t kind = random.below(12);
  return kind == 0 ? 0 : kind == 1 ? 17 : kind == 2 ? random.below(70) : 1 + random.below(5);
}

struct Planned {
  std::unique_ptr<Block> memory;
  seqloom_plan* plan = nullptr;
  std::vector<int64_t> sizes;
};

// A plan of an entry for random sizes; letters mostly agree.
Planned planned(const seqloom_model* model, int32_t entry, Random& random, int64_t B) {
  Planned p;
  int64_t letters[27];
  for (int64_t& n : letters) n = small(random);
  letters[1] = B;
  const int32_t inputs = seqloom_entry_inputs(model, entry);
  p.sizes.assign(static_cast<size_t>(4 * inputs + 4), 0);
  for (int32_t k = 0; k < inputs; ++k) {
    int32_t sizes[4], shared;
    const int32_t rank = seqloom_input_shape(model, entry, k, sizes, &shared);
    for (int d = 0; d < rank; ++d) {
      int64_t n = sizes[d] < 0 ? letters[std::min(26, -1 - sizes[d])] : sizes[d];
      if (random.below(60) == 0) n = strange(random);
      p.sizes[static_cast<size_t>(4 * k + d)] = n;
    }
  }
  p.memory = std::make_unique<Block>(seqloom_plan_bytes(model, entry));
  if (seqloom_plan_make(model, entry, p.sizes.data(), p.memory->data, p.memory->size, &p.plan)) {
    p.plan = nullptr;
  }
  return p;
}

// Arrays for the inputs of a plan: whole numbers mostly in range, as what they are is not known here.
struct Inputs {
  std::vector<std::vector<char>> data;
  std::vector<const void*> at;
  Inputs(const Planned& p, Random& random) {
    for (size_t k = 0; 4 * k + 4 < p.sizes.size(); ++k) {
      int64_t all = 1;
      for (int d = 0; d < 4; ++d) all *= std::max<int64_t>(p.sizes[4 * k + d], d ? 1 : 0);
      std::vector<char> bytes(static_cast<size_t>(std::min(all, MOST / 8) * 8));
      for (size_t n = 0; n + 8 <= bytes.size(); n += 8) {
        const int64_t whole = random.below(200) == 0 ? strange(random) : 1 + random.below(3);
        std::memcpy(&bytes[n], &whole, 8);
      }
      data.push_back(bytes);
    }
    for (const std::vector<char>& bytes : data) at.push_back(bytes.data());
    at.push_back(nullptr);
  }
};

int64_t ran = 0, searched = 0, loaded = 0;

void run(const seqloom_model* model, int32_t entry, Random& random) {
  const Planned p = planned(model, entry, random, 1 + random.below(3));
  if (!p.plan || seqloom_plan_workspace(p.plan) > MOST) return;
  const Inputs inputs(p, random);
  const Block workspace(seqloom_plan_workspace(p.plan));
  const int status =
      seqloom_run(p.plan, inputs.at.data(), nullptr, workspace.data, workspace.size);
  ran += status == SEQLOOM_ENGINE_OK;
}

void search(const seqloom_model* model, int32_t first, int32_t step, Random& random) {
  seqloom_search s = {};
  s.beam = static_cast<int32_t>(1 + random.below(4));
  s.draws = random.coin() ? 0 : static_cast<int32_t>(1 + random.below(3));
  s.temperature = 0.7;
  s.top_p = random.coin() ? 1.0 : 0.5;
  s.top_k = random.below(4);
  s.length_penalty = 1.0;
  const int64_t B = 1 + random.below(3), width = s.draws ? s.draws : s.beam, longest = random.below(9);
  const Planned read = planned(model, first, random, B);
  const Planned widest = planned(model, step, random, B * width);
  if (!read.plan || !widest.plan || seqloom_plan_workspace(read.plan) > MOST) return;
  const int64_t bytes = seqloom_decode_bytes(read.plan, widest.plan, &s, longest);
  if (bytes < 0 || bytes > MOST) return;
  const Inputs inputs(read, random);
  const Block memory(bytes);
  std::vector<int64_t> limits, rows, count(static_cast<size_t>(B));
  for (int64_t b = 0; b < B; ++b) {
    limits.push_back(random.below(longest + 1));
    rows.push_back(b);
  }
  std::vector<seqloom_hypothesis> found(static_cast<size_t>(B * width));
  std::vector<int64_t> symbols(static_cast<size_t>(B * width * longest + 1));
  const int status = seqloom_decode(read.plan, widest.plan, &s, longest, inputs.at.data(),
                                    limits.data(), rows.data(), memory.data, memory.size,
                                    found.data(), symbols.data(), count.data());
  searched += status == SEQLOOM_ENGINE_OK;
}

void write(const seqloom_model* model, int32_t step, Random& random) {
  const Planned widest = planned(model, step, random, 1);
  if (!widest.plan) return;
  const int64_t bytes = seqloom_text_bytes(widest.plan);
  if (bytes < 0 || bytes > MOST) return;
  const Block memory(bytes);
  seqloom_search s = {};
  s.temperature = random.coin() ? 0.0 : 1.0;
  s.top_p = 1.0;
  seqloom_text* text = nullptr;
  if (seqloom_text_begin(widest.plan, &s, 1, memory.data, memory.size, &text)) return;
  const int64_t begun[2] = {1, 1 + random.below(4)};
  int64_t symbols[6];
  if (seqloom_text_read(text, begun, random.below(3))) return;
  searched += seqloom_text_write(text, symbols, 6) == SEQLOOM_ENGINE_OK;
}

void one(const Seed& seed, Random& random) {
  const Tensors given = tensors_of(seed.words, random);
  Tensors tensors;
  tensors.all = given.all;
  if (random.below(10) == 0) {  // a shape may lie, if its data are as long as it says
    seqloom_tensor& t = tensors.all[static_cast<size_t>(random.below(static_cast<int64_t>(tensors.all.size())))];
    if (t.shape[0] > 0) --t.shape[0];
  }
  Words words = seed.words;
  damage(words, random);
  // exactly as long as it is, so that a word read beyond it is seen
  const std::unique_ptr<int32_t[]> program(new int32_t[words.size()]);
  std::memcpy(program.get(), words.data(), words.size() * 4);
  const int64_t size = static_cast<int64_t>(words.size()) * 4, count = static_cast<int64_t>(tensors.all.size());
  const int64_t bytes = seqloom_model_bytes(program.get(), size, tensors.all.data(), count);
  if (bytes < 0) return;
  int64_t held = 0;
  for (const std::vector<char>& data : given.data) held += static_cast<int64_t>(data.size());
  test::expect(bytes <= SEQLOOM_MODEL_FACTOR * held + 64 * size + SEQLOOM_MODEL_EXTRA, seed.name + ": memory");
  const Block memory(bytes);
  const seqloom_model* model = nullptr;
  if (seqloom_model_load(program.get(), size, tensors.all.data(), count, memory.data, memory.size, &model)) {
    test::expect(false, seed.name + ": counted, but not loaded");
    return;
  }
  ++loaded;
  const int32_t step = seqloom_entry(model, "step");
  for (const char* name : {"start", "read", "step", "forward", "encode", "decode", "begin"}) {
    const int32_t entry = seqloom_entry(model, name);
    if (entry >= 0 && random.coin()) run(model, entry, random);
  }
  for (const char* name : {"start", "read"}) {
    const int32_t entry = seqloom_entry(model, name);
    if (entry >= 0 && step >= 0) search(model, entry, step, random);
  }
  if (step >= 0) write(model, step, random);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  if (!seqloom_engine_isa()) {
    std::printf("%s\n", seqloom_engine_message(SEQLOOM_NO_ISA));
    return 2;
  }
  const int64_t cases = argc > 2 ? std::atoll(argv[2]) : 20000;
  Random random = {argc > 3 ? static_cast<uint64_t>(std::atoll(argv[3])) : 1};
  std::vector<Seed> seeds;
  for (const auto& file : std::filesystem::directory_iterator(argv[1])) {
    std::ifstream in(file.path(), std::ios::binary);
    const std::string data((std::istreambuf_iterator<char>(in)), {});
    Seed seed = {file.path().filename().string(), Words(data.size() / 4)};
    std::memcpy(seed.words.data(), data.data(), seed.words.size() * 4);
    seeds.push_back(seed);
  }
  std::sort(seeds.begin(), seeds.end(), [](const Seed& a, const Seed& b) { return a.name < b.name; });
  for (int64_t k = 0; k < cases; ++k) {
    one(seeds[static_cast<size_t>(random.below(static_cast<int64_t>(seeds.size())))], random);
  }
  std::printf("%s: %lld damaged programs, %lld loaded, %lld entries ran, %lld searches, %d failures\n",
              seqloom_engine_isa(), static_cast<long long>(cases), static_cast<long long>(loaded),
              static_cast<long long>(ran), static_cast<long long>(searched), test::failures);
  return test::failures || seeds.empty() ? 1 : 0;
}
