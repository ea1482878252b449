// A program and a plan of one of its entries: what is checked, and what then runs unchecked.
//
// The words of each instruction; x and the like are numbers of values, results follow in order:
//
//   EMBED weight symbols                     NORM x weight bias          SCALE x factor
//   AFFINE x scale shift                     ADD x y                     TANH x   RELU x   LOG_SOFTMAX x
//   PRODUCT bias first activation n parts    y = f(sum of parts + bias[first:])
//   JOIN axis n parts    (0 last, 1 time)    SPLIT x parts               SLICE x axis first after
//   RESHAPE x kind size  (0 flat, 1 fold, 2 new axis)                    REPEAT x like
//   LAST x lengths       RIGHT_ALIGN x lengths    HALVE x lengths        LONGER lengths by
//   ZEROS like           SPREAD weight like       PLACE x after          AGE x lengths
//   UNROLL cell hidden b_ih b_hh reverse lengths h c n parts             outputs, h, c of an LSTM
//   STEP cell hidden b_ih b_hh h c n parts                               h, c of an LSTM
//   ATTEND kind query memory keys lengths before score filter location wanted     context, weights
//   LOOK query memory lengths                POOL kind x lengths         POOL_ATTEND x e lengths score
//   MASK x lengths                           HEADS x column heads size   EXTEND past new most
//   ATTEND_HEADS query column key value heads mask lengths context
//
// A part has four words: PRODUCT value matrix, TABLE symbols table, MIXED weights projected lengths,
// VALUE value. src/seqloom/engine/instructions.py has the same list.
#pragma once

#include <cstdint>

#include "../plan.h"
#include "seqloom_engine.h"

namespace seqloom {

enum class Op : int32_t {
  EMBED, PRODUCT, NORM, SCALE, AFFINE, ADD, TANH, RELU, LOG_SOFTMAX, JOIN, SPLIT, SLICE, RESHAPE,
  REPEAT, LAST, RIGHT_ALIGN, HALVE, LONGER, ZEROS, SPREAD, PLACE, AGE, UNROLL, STEP, ATTEND, LOOK,
  POOL, POOL_ATTEND, MASK, HEADS, EXTEND, ATTEND_HEADS, COUNT
};
enum { PART_PRODUCT, PART_TABLE, PART_MIXED, PART_VALUE, PART_WORDS = 4 };
enum { NUMBERS, SYMBOLS, LENGTHS };
enum { CELL_RNN, CELL_LSTM, CELL_GRU };
enum { SCORE_ADDITIVE, SCORE_DOT, SCORE_LOCATION };
enum { ACT_NONE, ACT_TANH, ACT_RELU };
enum { FLAT, FOLD, NEW_AXIS };
enum { MASK_LENGTHS, MASK_CAUSAL, MASK_RECENCY };

constexpr int64_t LARGEST = int64_t{1} << 40;  // numbers of one value, bytes of all tensors

struct Shape {
  int32_t rank;
  int64_t n[4];
  int64_t rows() const { return rank ? n[0] : 1; }
};

struct Weight {
  const char* name;
  int32_t rank, dtype;
  int64_t shape[4];
  const void* data;
  const float* scales;
  const float* f32() const { return static_cast<const float*>(data); }
};

// A part of a weight, packed: y[N] = W x[K].
struct Matrix {
  int32_t weight, int8;
  int64_t row, N, column, K;
  void* packed;
};

// table[symbol] = W vector[symbol], [V][N].
struct Table {
  int32_t weight, matrix;
  int64_t V, N;
  float* rows;
};

struct Input {
  const char* name;
  int32_t kind, shared, rank;
  int32_t size[4];  // below 0: letter -1 - size
};

struct Instruction {
  Op op;
  int32_t count, result;  // words; number of the first result
  const int32_t* words;
};

struct Result {
  const char* name;
  int32_t value;
};

struct Entry {
  const char* name;
  int32_t inputs, values, instructions, results;
  Input* input;
  Instruction* instruction;
  Result* result;
};

struct EngineTable;

}  // namespace seqloom

struct seqloom_model {
  const seqloom::EngineTable* table;
  int32_t weights, matrices, tables, entries;
  seqloom::Weight* weight;
  seqloom::Matrix* matrix;
  seqloom::Table* product;
  seqloom::Entry* entry;
  void* scratch;  // in which tables are multiplied out when the model is loaded
};

namespace seqloom {

struct Value {
  Shape shape;
  int32_t kind, shared;
  int32_t root;     // the value whose memory it has; itself, but for a reshape
  int32_t last;     // the last instruction that reads it; INT32_MAX: a result
  int64_t offset;   // in the workspace; -1: an input
  int64_t count() const {
    int64_t all = 1;
    for (int k = 0; k < shape.rank; ++k) all *= shape.n[k];
    return all;
  }
  int64_t bytes() const { return count() * (kind == NUMBERS ? 4 : 8); }
  int64_t each() const { return shape.n[0] ? count() / shape.n[0] : 0; }  // numbers of a row
};

}  // namespace seqloom

struct seqloom_plan {
  const seqloom_model* model;
  const seqloom::Entry* entry;
  seqloom::Value* value;
  int64_t B;          // rows of the batch
  int64_t scratch;    // where scratch memory begins
  int64_t workspace;  // bytes in all
  int64_t loose;      // as many if no value took another's place: no plan of smaller sizes needs more
};

namespace seqloom {

// One instruction set's part of the engine.
struct EngineTable {
  const char* name;
  int64_t (*matrix_bytes)(int64_t N, int64_t K, bool int8);
  void (*pack)(const Weight&, Matrix&);
  void (*multiply_out)(const seqloom_model&, Table&, void* scratch);
  int64_t (*table_scratch)(const Matrix&);
  int64_t (*scratch)(const seqloom_plan&, const Instruction&);
  int (*run)(const seqloom_plan&, const void* const* inputs, const int64_t* owner, void* workspace);
};

// Reads and checks a program, with an arena that only counts or that has memory. Returns a status.
int read_program(const void* program, int64_t bytes, const seqloom_tensor* tensors, int64_t count,
                 const EngineTable& table, Arena& arena, seqloom_model* model);

// Shapes of all values for given sizes of the inputs, and where they lie. Returns a status.
int make_plan(const seqloom_model& model, const Entry& entry, const int64_t* sizes,
              seqloom_plan& plan);

}  // namespace seqloom
