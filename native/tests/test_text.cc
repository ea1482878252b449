// seqloom_text_tests [cases]: text and sound of seqloom_text.h, against plain code and damaged
// blocks, on heap blocks that end where the memory ends. Exit code 0 if all of them pass.
#include <algorithm>
#include <cstring>
#include <memory>

#include "seqloom_text.h"
#include "support.h"

namespace test {
namespace {

using Texts = std::vector<std::string>;
using Numbers = std::vector<int64_t>;

struct Merge {
  int32_t left, right, both;
};

// A copy on the heap of exactly its size.
struct Block {
  explicit Block(const std::vector<char>& content)
      : bytes(static_cast<int64_t>(content.size())), data(new char[content.size()]) {
    std::copy(content.begin(), content.end(), data.get());
  }
  int64_t bytes;
  std::unique_ptr<char[]> data;
};

void put(std::vector<char>& block, int64_t word) {
  const int32_t value = static_cast<int32_t>(word);
  const char* at = reinterpret_cast<const char*>(&value);
  block.insert(block.end(), at, at + 4);
}

template <class Less>
void put_order(std::vector<char>& block, int64_t first, int64_t count, const Less& less) {
  Numbers order;
  for (int64_t k = 0; k < count; ++k) order.push_back(first + k);
  std::sort(order.begin(), order.end(), less);
  for (int64_t k : order) put(block, k);
}

std::vector<char> vocabulary(int level, int flags, int64_t most, const Texts& symbols,
                             const Texts& tags, const std::vector<Merge>& merges) {
  Texts texts = symbols;
  texts.insert(texts.end(), tags.begin(), tags.end());
  std::string all;
  for (const std::string& text : texts) all += text;
  const int64_t plain = static_cast<int64_t>(symbols.size());
  std::vector<char> block;
  for (int64_t word : {int64_t{0x58544C53}, int64_t{1}, int64_t{level}, int64_t{flags}, most,
                       plain + 4, static_cast<int64_t>(tags.size()),
                       static_cast<int64_t>(merges.size()), static_cast<int64_t>(all.size())}) {
    put(block, word);
  }
  int64_t end = 0;
  for (const std::string& text : texts) put(block, end += static_cast<int64_t>(text.size()));
  const auto by_text = [&](int64_t a, int64_t b) {
    return texts[static_cast<size_t>(a)] < texts[static_cast<size_t>(b)];
  };
  put_order(block, 0, plain, by_text);
  put_order(block, plain, static_cast<int64_t>(tags.size()), by_text);
  for (const Merge& m : merges) put(block, m.left), put(block, m.right), put(block, m.both);
  put_order(block, 0, static_cast<int64_t>(merges.size()), [&](int64_t a, int64_t b) {
    const Merge &x = merges[static_cast<size_t>(a)], &y = merges[static_cast<size_t>(b)];
    return std::pair(x.left, x.right) < std::pair(y.left, y.right);
  });
  block.insert(block.end(), all.begin(), all.end());
  return block;
}

const Texts LETTERS = {"a", "b", "\xC3\xA9", "\xE4\xB8\xAD", "\xF0\x9F\x91\xA8", "'", "!", "\xCC\x81"};

// A few letters, and merges of any two symbols.
struct Learned {
  Texts symbols;
  std::vector<Merge> merges;

  Learned(Random& random, bool merging) : symbols(LETTERS) {
    symbols.push_back("\xE2\x96\x81");
    symbols.push_back(" ");
    symbols.resize(symbols.size() - static_cast<size_t>(random.below(2)));
    for (int64_t k = merging ? random.below(30) : 0; k > 0; --k) {
      const Merge m = {number(random), number(random), 0};
      const std::string both = text(m.left) + text(m.right);
      const auto same = [&](const Merge& n) { return n.left == m.left && n.right == m.right; };
      if (std::any_of(merges.begin(), merges.end(), same)) continue;
      auto found = std::find(symbols.begin(), symbols.end(), both);
      if (found == symbols.end()) found = symbols.insert(symbols.end(), both);
      merges.push_back({m.left, m.right, static_cast<int32_t>(found - symbols.begin()) + 4});
    }
  }
  int32_t number(Random& random) const {
    return 4 + static_cast<int32_t>(random.below(static_cast<int64_t>(symbols.size())));
  }
  const std::string& text(int64_t number) const { return symbols[static_cast<size_t>(number - 4)]; }
  int64_t number(const std::string& text) const {
    const auto found = std::find(symbols.begin(), symbols.end(), text);
    return found == symbols.end() ? 3 : found - symbols.begin() + 4;
  }
  // Merges replayed one at a time, by looking through all of them.
  void merge(Numbers& parts) const {
    for (size_t rank = 0; rank < merges.size();) {
      const Merge& m = merges[rank++];
      for (size_t k = 0; k + 1 < parts.size(); ++k) {
        if (parts[k] != m.left || parts[k + 1] != m.right) continue;
        parts[k] = m.both;
        parts.erase(parts.begin() + static_cast<int64_t>(k) + 1);
        rank = 0;
        break;
      }
    }
  }
};

const seqloom_vocabulary* load(const Block& block) {
  const seqloom_vocabulary* found = nullptr;
  const int status = seqloom_vocabulary_load(block.data.get(), block.bytes, &found);
  return status == SEQLOOM_TEXT_OK ? found : nullptr;
}

// What a call writes into memory of exactly that size. `call(room, count)`.
template <class T, class Call>
std::vector<T> written(const Call& call, int* status) {
  int64_t count = 0, again = 0;
  *status = call(static_cast<T*>(nullptr), int64_t{0}, &count);
  if (*status != SEQLOOM_TEXT_OK && *status != SEQLOOM_TEXT_NO_ROOM) return {};
  std::unique_ptr<T[]> room(new T[static_cast<size_t>(count)]);
  *status = call(room.get(), count, &again);
  expect(again == count, "a text has two lengths");
  return std::vector<T>(room.get(), room.get() + count);
}

Numbers encode(const seqloom_vocabulary* vocabulary, const std::string& text, int* status) {
  const Block given(std::vector<char>(text.begin(), text.end()));
  const int64_t bytes = seqloom_vocabulary_workspace(vocabulary, given.bytes);
  std::unique_ptr<char[]> space(new char[static_cast<size_t>(bytes)]);
  return written<int64_t>(
      [&](int64_t* room, int64_t n, int64_t* count) {
        return seqloom_vocabulary_encode(vocabulary, given.data.get(), given.bytes, space.get(),
                                         bytes, room, n, count);
      },
      status);
}

std::string normal(const seqloom_vocabulary* vocabulary, const std::string& text, int* status) {
  const Block given(std::vector<char>(text.begin(), text.end()));
  const int64_t bytes = seqloom_vocabulary_workspace(vocabulary, given.bytes);
  std::unique_ptr<char[]> space(new char[static_cast<size_t>(bytes)]);
  const std::vector<char> found = written<char>(
      [&](char* room, int64_t n, int64_t* count) {
        return seqloom_vocabulary_normal(vocabulary, given.data.get(), given.bytes, space.get(),
                                         bytes, room, n, count);
      },
      status);
  return {found.begin(), found.end()};
}

std::string decode(const seqloom_vocabulary* vocabulary, const Numbers& numbers, int* status) {
  const std::vector<char> found = written<char>(
      [&](char* room, int64_t n, int64_t* count) {
        return seqloom_vocabulary_decode(vocabulary, numbers.data(),
                                         static_cast<int64_t>(numbers.size()), room, n, count);
      },
      status);
  return {found.begin(), found.end()};
}

std::string random_text(Random& random, const Texts& of, int64_t most) {
  std::string text;
  for (int64_t k = random.below(most); k > 0; --k) {
    text += of[static_cast<size_t>(random.below(static_cast<int64_t>(of.size())))];
  }
  return text;
}

// Letters and subwords of texts without white space: what they are is plain.
void test_numbers(Random random) {
  const bool subwords = random.coin();
  const Learned learned(random, subwords);
  Texts symbols = learned.symbols;
  const bool spaces = symbols.size() > 9 && learned.symbols[9] == " ";
  const int level = !subwords ? SEQLOOM_CHARACTERS : spaces ? SEQLOOM_PIECES : SEQLOOM_SUBWORDS;
  const Block block(vocabulary(level, 0, 0, symbols, {}, learned.merges));
  const seqloom_vocabulary* found = load(block);
  expect(found != nullptr, "a vocabulary is refused");
  if (!found) return;
  // of letters alone a chunk is one word, and words have the mark before them
  const Texts letters = {"a", "b", "\xC3\xA9", "\xE4\xB8\xAD", "c"};
  const std::string text = random_text(random, letters, 60);
  Numbers wanted;
  if (level == SEQLOOM_SUBWORDS && !text.empty()) wanted.push_back(learned.number("\xE2\x96\x81"));
  for (size_t k = 0; k < text.size();) {
    const unsigned char first = static_cast<unsigned char>(text[k]);
    const size_t bytes = first < 0x80 ? 1 : first < 0xE0 ? 2 : 3;
    wanted.push_back(learned.number(text.substr(k, bytes)));
    k += bytes;
  }
  learned.merge(wanted);
  int status = 0;
  expect(encode(found, text, &status) == wanted && status == SEQLOOM_TEXT_OK,
         "numbers of " + text + " at level " + std::to_string(level));
  std::string again;
  for (int64_t number : wanted) {
    again += number == 3 ? std::string("\xE2\x81\x87") : learned.text(number);
  }
  if (level == SEQLOOM_SUBWORDS && !again.empty()) again.erase(0, 3);
  expect(decode(found, wanted, &status) == again && status == SEQLOOM_TEXT_OK, "text of " + again);
}

std::vector<char> some_block(Random& random) {
  const Learned learned(random, true);
  Texts plain = learned.symbols;
  const int64_t most = random.below(3) * 4;
  switch (random.below(5)) {
    case 0: return vocabulary(SEQLOOM_PIECES, SEQLOOM_MARKS, 0, plain, {}, learned.merges);
    case 1: return vocabulary(SEQLOOM_CHARACTERS, SEQLOOM_LOWERCASE, most, LETTERS, {}, {});
    case 2: return vocabulary(SEQLOOM_WORDS, static_cast<int>(random.below(4)), most, LETTERS, {}, {});
    case 3: return vocabulary(SEQLOOM_SYMBOLS, 0, 0, LETTERS, {"V", "PST"}, {});
    default: {
      Random again = random;
      Learned words(again, true);
      while (words.symbols.size() > 9 && words.symbols[9] == " ") words = Learned(again, true);
      return vocabulary(SEQLOOM_SUBWORDS, 0, most, words.symbols, {}, words.merges);
    }
  }
}

// Whatever a block and a text hold, nothing outside of memory is touched.
void use(const seqloom_vocabulary* found, Random& random) {
  const Texts odd = {"a",  "B",        "\xC4\xB0",     "\xCE\xA3",         "\xE2\x80\x8D", " ",
                     "\t", ";",        "'",            "\xF0\x9F\x87\xA6", "\xCC\x81",     "V",
                     "|",  "\xC8\xBA", "\xE2\x96\x81", "\xF0\x9F\x8F\xBB", "\xE2\x80\x99", "_"};
  std::string text = random_text(random, odd, 300);
  if (random.below(4) == 0 && !text.empty()) {
    text[static_cast<size_t>(random.below(static_cast<int64_t>(text.size())))] =
        static_cast<char>(random.below(256));
  }
  int status = 0;
  Numbers numbers = encode(found, text, &status);
  for (int64_t number : numbers) {
    expect(number >= 0 && number < seqloom_vocabulary_size(found), "a number out of range");
  }
  normal(found, text, &status);
  for (int64_t k = 0; k < 30; ++k) numbers.push_back(random.below(seqloom_vocabulary_size(found)));
  decode(found, numbers, &status);
  expect(status == SEQLOOM_TEXT_OK, "numbers of the vocabulary are refused");
  numbers.push_back(seqloom_vocabulary_size(found));
  decode(found, numbers, &status);
  expect(status == SEQLOOM_TEXT_BAD_NUMBER, "a number that is none is taken");
}

std::vector<char> damaged(Random& random, std::vector<char> block) {
  const int64_t size = static_cast<int64_t>(block.size());
  for (int64_t k = random.below(4); k >= 0; --k) {
    const int64_t at = random.coin() ? random.below(size) : random.below(size) / 4 * 4;
    const char small = static_cast<char>(random.below(40));
    block[static_cast<size_t>(at)] = random.coin() ? small : static_cast<char>(random.below(256));
  }
  if (random.below(10) == 0) block.resize(static_cast<size_t>(random.below(size + 9)));
  return block;
}

int test_damage(Random random) {
  const std::vector<char> whole = some_block(random);
  const Block good(whole), bad(damaged(random, whole));
  const seqloom_vocabulary* found = load(good);
  expect(found != nullptr, "a vocabulary is refused");
  if (found) use(found, random);
  found = load(bad);
  if (found) use(found, random);
  return found != nullptr;
}

std::vector<char> features(int64_t rate, int64_t window, int64_t hop, int64_t mels, int64_t stack) {
  std::vector<char> block;
  for (int64_t word : {int64_t{0x4D4C4C53}, int64_t{1}, rate, window, hop, mels, stack, int64_t{0}}) {
    put(block, word);
  }
  for (int64_t k = 0; k < 2 * mels; ++k) {
    const double number = k < mels ? 0.5 : 2.0;
    const char* at = reinterpret_cast<const char*>(&number);
    block.insert(block.end(), at, at + 8);
  }
  return block;
}

// The steps of samples that are given in pieces.
std::vector<double> steps_of(const Block& block, const std::vector<double>& sound, Random random) {
  const int64_t bytes = seqloom_log_mel_bytes(block.data.get(), block.bytes);
  if (bytes < 0) return {};
  Workspace memory(bytes);
  const seqloom_log_mel* log_mel = nullptr;
  if (seqloom_log_mel_load(block.data.get(), block.bytes, memory.data(), bytes, &log_mel)) return {};
  const int64_t stream_bytes = seqloom_log_mel_stream(log_mel);
  const int64_t space_bytes = seqloom_log_mel_workspace(log_mel);
  const int64_t size = seqloom_log_mel_size(log_mel);
  std::unique_ptr<char[]> stream(new char[static_cast<size_t>(stream_bytes)]());
  Workspace space(space_bytes);
  std::vector<double> found;
  int64_t at = 0, made = 0, taken = 0;
  const int64_t all = static_cast<int64_t>(sound.size());
  const auto keep = [&](Array<float>& steps) {
    for (int64_t k = 0; k < made * size; ++k) found.push_back(steps[k]);
  };
  while (at < all) {
    const int64_t count = std::min(all - at, 1 + random.below(50)), room = random.below(3);
    Array<float> steps(room * size), piece(std::vector<double>(
                                         sound.begin() + at, sound.begin() + at + count));
    seqloom_log_mel_push(log_mel, stream.get(), stream_bytes, space.data(), space_bytes,
                         piece.data(), count, steps.data(), room, &taken, &made);
    at += taken;
    keep(steps);
  }
  for (int status = SEQLOOM_TEXT_NO_ROOM; status == SEQLOOM_TEXT_NO_ROOM;) {
    Array<float> steps(size);
    status = seqloom_log_mel_finish(log_mel, stream.get(), stream_bytes, space.data(), space_bytes,
                                    steps.data(), 1, &made);
    keep(steps);
  }
  return found;
}

// One mel that hears everything, by a plain Fourier sum.
std::vector<double> plain_steps(const std::vector<double>& sound, int64_t rate, int64_t W, int64_t P) {
  const double pi = std::acos(-1.0), top = 2595.0 * std::log10(1.0 + rate / 1400.0);
  const double middle = 700.0 * (std::pow(10.0, top / 2.0 / 2595.0) - 1.0);
  int64_t K = 4;
  while (K < 2 * W) K *= 2;
  std::vector<double> found;
  for (int64_t first = 0; first < static_cast<int64_t>(sound.size()); first += P) {
    double energy = 0.0;
    for (int64_t k = 0; k <= K / 2; ++k) {
      double re = 0.0, im = 0.0;
      for (int64_t n = 0; n < W && first + n < static_cast<int64_t>(sound.size()); ++n) {
        const double hann = 0.5 - 0.5 * std::cos(2.0 * pi * static_cast<double>(n) / W);
        const double x = hann * sound[static_cast<size_t>(first + n)];
        re += x * std::cos(2.0 * pi * static_cast<double>(k * n % K) / K);
        im -= x * std::sin(2.0 * pi * static_cast<double>(k * n % K) / K);
      }
      const double hz = static_cast<double>(k * rate) / K, half = rate / 2.0;
      energy += (re * re + im * im) *
                std::fmax(0.0, std::fmin(hz / middle, (half - hz) / (half - middle)));
    }
    found.push_back((std::log(energy + 1e-6) - 0.5) / 2.0);
  }
  return found;
}

void test_log_mel(Random random) {
  const int64_t W = 1 + random.below(40), P = 1 + random.below(W), rate = 1000 + random.below(900);
  const std::vector<double> sound = random.array(random.below(200));
  const Block block(features(rate, W, P, 1, 1));
  const Values found = {{"steps", steps_of(block, sound, random)}};
  expect_close(found, {{"steps", plain_steps(sound, rate, W, P)}}, 1e-6,
               "log-mel of a window of " + std::to_string(W));
  const int64_t mels = 1 + random.below(5), stack = 1 + random.below(4);
  const std::vector<char> other = features(rate, W, P, mels, stack);
  Random seeds = random;
  expect(steps_of(Block(other), sound, Random{seeds.next()}) ==
             steps_of(Block(other), sound, Random{seeds.next()}),
         "sound that is cut in two ways has two kinds of steps");
  std::vector<char> bad = damaged(random, other);
  if (bad.size() > 14) bad[14] = bad[13] &= 0x1;  // no windows of a million samples
  steps_of(Block(bad), sound, random);
}

}  // namespace
}  // namespace test

int main(int argc, char** argv) {
  const int64_t cases = argc > 1 ? std::atoi(argv[1]) : 300;
  int64_t taken = 0;
  for (int64_t k = 0; k < cases; ++k) {
    const uint64_t seed = static_cast<uint64_t>(k) << 20;
    test::test_numbers({seed});
    for (uint64_t more = 0; more < 50; ++more) taken += test::test_damage({seed + 100 * more});
    test::test_log_mel({seed});
  }
  std::printf("text: %lld cases, %lld damaged blocks could be used, %d failures\n",
              static_cast<long long>(cases), static_cast<long long>(taken), test::failures);
  return test::failures ? 1 : 0;
}
