// Reading a program and checking it against its tensors. planning.cc checks what depends on sizes.
#include "program.h"

#include <cstring>

#include "forms.h"

namespace seqloom {
namespace {

constexpr uint32_t MAGIC = 0x4D4F4C53;
constexpr int32_t VERSION = 1, MOST = 1 << 16;

// Words that are taken one after the other; `ok` is false once one was not there.
struct Reader {
  const int32_t* next;
  int64_t left;
  bool ok = true;

  int32_t take() {
    if (left < 1) return ok = false, 0;
    --left;
    return *next++;
  }
  // One from `least` to `most`.
  int32_t take(int32_t least, int32_t most) {
    const int32_t word = take();
    if (word < least || word > most) return ok = false, least;
    return word;
  }
  const int32_t* words(int64_t count) {
    if (count < 0 || left < count) return ok = false, nullptr;
    const int32_t* first = next;
    next += count;
    left -= count;
    return first;
  }
};

struct Names {
  const char* data;
  int32_t bytes;
  // The text at a place; the last byte of all is zero.
  const char* at(Reader& in) const {
    const int32_t place = in.take();
    if (place < 0 || place >= bytes) return in.ok = false, "";
    return data + place;
  }
};

// Whether the words of an instruction are those of its form, and its values before `known`.
bool well_formed(const Instruction& one, int32_t known) {
  const Form& form = FORMS[static_cast<int>(one.op)];
  if (one.count < form.count) return false;
  int64_t wanted = form.count;
  if (form.parts) {
    const int32_t n = one.words[form.count - 1];
    if (n < 1 || n > MOST) return false;
    wanted += int64_t{n} * (form.parts == 1 ? PART_WORDS : 1);
  }
  if (one.count != wanted) return false;
  for (int32_t k = 0; form.parts == 1 && k < one.words[form.count - 1]; ++k) {
    const int32_t kind = one.words[form.count + k * PART_WORDS];
    if (kind < PART_PRODUCT || kind > PART_VALUE) return false;
  }
  bool ok = true;
  reads(one, [&](int32_t value) { ok = ok && value >= 0 && value < known; });
  const int32_t results = results_of(one.op, one.words);
  return ok && results >= 1 && results <= MOST;
}

bool same_text(const char* a, const char* b) { return std::strcmp(a, b) == 0; }

int read_weight(Reader& in, const Names& names, const seqloom_tensor* tensors, int64_t count,
                Weight& weight) {
  weight = {};
  weight.name = names.at(in);
  weight.rank = in.take(1, 4);
  for (int64_t& n : weight.shape) n = in.take(0, INT32_MAX);
  if (!in.ok) return SEQLOOM_BAD_PROGRAM;
  for (int64_t k = 0; k < count; ++k) {
    const seqloom_tensor& tensor = tensors[k];
    if (!same_text(tensor.name, weight.name)) continue;
    if (tensor.rank != weight.rank || !tensor.data) return SEQLOOM_BAD_TENSOR;
    for (int d = 0; d < weight.rank; ++d) {
      if (tensor.shape[d] != weight.shape[d]) return SEQLOOM_BAD_TENSOR;
    }
    if (tensor.dtype != SEQLOOM_FLOAT32 && tensor.dtype != SEQLOOM_INT8) return SEQLOOM_BAD_TENSOR;
    if (tensor.dtype == SEQLOOM_INT8 && (!tensor.scales || tensor.rank != 2)) {
      return SEQLOOM_BAD_TENSOR;
    }
    weight.data = tensor.data;
    weight.dtype = tensor.dtype;
    weight.scales = tensor.scales;
    return SEQLOOM_ENGINE_OK;
  }
  return SEQLOOM_BAD_TENSOR;
}

int read_entry(Reader& in, const Names& names, Arena& arena, Entry& entry) {
  entry = {};
  entry.name = names.at(in);
  entry.inputs = in.take(0, MOST);
  entry.values = in.take(0, MOST);
  entry.results = in.take(0, MOST);
  const int32_t words = in.take(0, INT32_MAX);
  if (!in.ok || in.left < int64_t{entry.inputs} * 8 + words + int64_t{entry.results} * 2) {
    return SEQLOOM_BAD_PROGRAM;
  }
  entry.input = arena.take<Input>(entry.inputs);
  for (int32_t k = 0; k < entry.inputs; ++k) {
    Input input = {};
    input.name = names.at(in);
    input.kind = in.take(NUMBERS, LENGTHS);
    input.shared = in.take(0, 1);
    input.rank = in.take(1, 4);
    for (int32_t& n : input.size) n = in.take(-26, INT32_MAX);
    if (entry.input) entry.input[k] = input;
  }
  Reader body = {in.words(words), words};
  if (!in.ok) return SEQLOOM_BAD_PROGRAM;
  for (Reader count = body; count.left > 0; ++entry.instructions) {  // how many there are
    count.take();
    count.words(count.take());
    if (!count.ok) return SEQLOOM_BAD_PROGRAM;
  }
  entry.instruction = arena.take<Instruction>(entry.instructions);
  int32_t known = entry.inputs;
  for (int32_t k = 0; k < entry.instructions; ++k) {
    Instruction one = {};
    one.op = static_cast<Op>(body.take(0, static_cast<int32_t>(Op::COUNT) - 1));
    one.count = body.take();
    one.words = body.words(one.count);
    one.result = known;
    if (!body.ok || !well_formed(one, known)) return SEQLOOM_BAD_PROGRAM;
    known += results_of(one.op, one.words);
    if (known > entry.values) return SEQLOOM_BAD_PROGRAM;
    if (entry.instruction) entry.instruction[k] = one;
  }
  if (known != entry.values) return SEQLOOM_BAD_PROGRAM;
  entry.result = arena.take<Result>(entry.results);
  for (int32_t k = 0; k < entry.results; ++k) {
    Result result = {};
    result.name = names.at(in);
    result.value = in.take(0, MOST);
    if (result.value >= known) return SEQLOOM_BAD_PROGRAM;
    if (entry.result) entry.result[k] = result;
  }
  return in.ok ? SEQLOOM_ENGINE_OK : SEQLOOM_BAD_PROGRAM;
}

}  // namespace

int read_program(const void* program, int64_t bytes, const seqloom_tensor* tensors, int64_t count,
                 const EngineTable& table, Arena& arena, seqloom_model* found) {
  constexpr int HEAD = 7;
  if (!program || bytes < HEAD * 4 || bytes % 4 || reinterpret_cast<uintptr_t>(program) % 4) {
    return SEQLOOM_BAD_PROGRAM;
  }
  Reader in = {static_cast<const int32_t*>(program), bytes / 4};
  if (static_cast<uint32_t>(in.take()) != MAGIC || in.take() != VERSION) return SEQLOOM_BAD_PROGRAM;
  seqloom_model model = {};
  model.table = &table;
  model.weights = in.take(0, MOST);
  model.matrices = in.take(0, MOST);
  model.tables = in.take(0, MOST);
  model.entries = in.take(0, MOST);
  Names names = {};
  names.bytes = in.take(0, INT32_MAX);
  names.data = reinterpret_cast<const char*>(in.words(names.bytes / 4));
  if (!in.ok || names.bytes % 4 || (names.bytes && names.data[names.bytes - 1])) {
    return SEQLOOM_BAD_PROGRAM;
  }
  // what is counted must be there before memory is asked for it
  if (in.left < int64_t{model.weights} * 6 + int64_t{model.matrices} * 5 +
                    int64_t{model.tables} * 2 + int64_t{model.entries} * 5) {
    return SEQLOOM_BAD_PROGRAM;
  }
  model.weight = arena.take<Weight>(model.weights);
  model.matrix = arena.take<Matrix>(model.matrices);
  model.product = arena.take<Table>(model.tables);
  model.entry = arena.take<Entry>(model.entries);
  // the first pass has no memory: it reads weights and matrices again where it needs one
  const int32_t* const first_weight = in.next;
  const auto weight_at = [&](int32_t number, Weight& weight) {
    Reader again = {first_weight + int64_t{number} * 6, 6};
    return read_weight(again, names, tensors, count, weight);
  };
  int64_t held = 0;  // bytes of the tensors; what does not fit an int64_t cannot be there
  for (int32_t k = 0; k < model.weights; ++k) {
    Weight weight;
    const int status = read_weight(in, names, tensors, count, weight);
    if (status) return status;
    int64_t size = weight.dtype == SEQLOOM_INT8 ? 1 : 4;
    for (int d = 0; d < weight.rank; ++d) {
      if (__builtin_mul_overflow(size, weight.shape[d], &size)) return SEQLOOM_BAD_TENSOR;
    }
    if (__builtin_add_overflow(held, size, &held) || held > LARGEST) return SEQLOOM_BAD_TENSOR;
    if (model.weight) model.weight[k] = weight;
  }
  const int32_t* const first_matrix = in.next;
  const auto matrix_at = [&](int32_t number, Matrix& matrix) {
    Reader again = {first_matrix + int64_t{number} * 5, 5};
    matrix = {};
    matrix.weight = again.take(0, model.weights - 1);
    matrix.row = again.take(0, INT32_MAX);
    matrix.N = again.take(0, INT32_MAX);
    matrix.column = again.take(0, INT32_MAX);
    matrix.K = again.take(0, INT32_MAX);
    if (!again.ok) return static_cast<int>(SEQLOOM_BAD_PROGRAM);
    Weight weight;
    const int status = weight_at(matrix.weight, weight);
    if (status) return status;
    matrix.int8 = weight.dtype == SEQLOOM_INT8;
    const bool fits = weight.rank == 2 && matrix.row + matrix.N <= weight.shape[0] &&
                      matrix.column + matrix.K <= weight.shape[1];
    return static_cast<int>(fits ? SEQLOOM_ENGINE_OK : SEQLOOM_BAD_PROGRAM);
  };
  for (int32_t k = 0; k < model.matrices; ++k) {
    Matrix matrix;
    const int status = matrix_at(k, matrix);
    if (status) return status;
    in.words(5);
    const int64_t needed = table.matrix_bytes(matrix.N, matrix.K, matrix.int8);
    if (needed < 0) return SEQLOOM_BAD_TENSOR;
    matrix.packed = arena.take<char>(needed);
    if (model.matrix) model.matrix[k] = matrix;
  }
  int64_t scratch = 0;
  for (int32_t k = 0; k < model.tables; ++k) {
    Table product = {};
    product.weight = in.take(0, model.weights - 1);
    product.matrix = in.take(0, model.matrices - 1);
    if (!in.ok) return SEQLOOM_BAD_PROGRAM;
    Weight weight;
    Matrix matrix;
    if (int status = weight_at(product.weight, weight)) return status;
    if (int status = matrix_at(product.matrix, matrix)) return status;
    if (weight.rank != 2 || weight.shape[1] != matrix.K) return SEQLOOM_BAD_PROGRAM;
    product.V = weight.shape[0];
    product.N = matrix.N;
    product.rows = arena.take<float>(product.V, product.N);
    if (model.product) model.product[k] = product;
    const int64_t needed = table.table_scratch(matrix);
    if (needed < 0) return SEQLOOM_BAD_TENSOR;
    if (needed > scratch) scratch = needed;
  }
  model.scratch = arena.take<char>(scratch);
  for (int32_t k = 0; k < model.entries; ++k) {
    Entry entry;
    if (int status = read_entry(in, names, arena, entry)) return status;
    if (model.entry) model.entry[k] = entry;
  }
  if (in.left || arena.overflow) return SEQLOOM_BAD_PROGRAM;
  if (arena.used > SEQLOOM_MODEL_FACTOR * held + SEQLOOM_MODEL_EXTRA + 64 * bytes) {
    return SEQLOOM_BAD_PROGRAM;
  }
  if (found) *found = model;
  return SEQLOOM_ENGINE_OK;
}

}  // namespace seqloom
