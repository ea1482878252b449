/* The engine of seqloom: runs the program of a model file, forward only.

   Plain C functions on memory that the caller owns: no allocation, no exception, no thread, no global
   state but the choice of the instruction set. A loaded model is read-only and may serve many threads
   at once; a plan and its workspace belong to one call at a time. Arrays are row-major float32, or
   int64 for symbols and lengths.

   A program is what src/seqloom/engine/lower.py writes. It and the tensors may come from strangers:
   whatever is wrong with them is a status, never a crash.

       load    check a program against its tensors, pack the weights        once
       plan    check an entry for given sizes, lay out its workspace         once for each size
       run     compute                                                       as often as wanted

   Within one instruction set a result does not depend on the other rows of a batch. */
#ifndef SEQLOOM_ENGINE_H
#define SEQLOOM_ENGINE_H

#include <stdint.h>

#if defined(_WIN32)
#define SEQLOOM_API __declspec(dllexport)
#else
#define SEQLOOM_API __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Raised when a struct or a function below changes; a caller built for another number must stop. */
#define SEQLOOM_ENGINE_ABI 1

enum { SEQLOOM_FLOAT32 = 0, SEQLOOM_INT8 = 1 };
enum {
  SEQLOOM_ENGINE_OK = 0,
  SEQLOOM_BAD_PROGRAM = 1, /* the program is damaged, or of another version */
  SEQLOOM_BAD_TENSOR = 2,  /* a tensor is missing, of another shape, or of a type it may not have */
  SEQLOOM_BAD_SHAPE = 3,   /* the entry cannot take these sizes, or they would not fit in memory */
  SEQLOOM_BAD_MEMORY = 4,  /* the memory is smaller than the call needs, or not on 64 bytes */
  SEQLOOM_BAD_INPUT = 5,   /* a symbol or a length is out of range */
  SEQLOOM_BAD_OPTION = 6,  /* an option of a search is out of range */
  SEQLOOM_NO_ISA = 7,      /* SEQLOOM_ISA names a set that is not built in, or not on this CPU */
  SEQLOOM_DIVERGED = 8     /* the network left the real numbers */
};

/* What a status means, in English. */
SEQLOOM_API const char* seqloom_engine_message(int status);
SEQLOOM_API int seqloom_engine_abi(void);
/* The instruction set in use: scalar, avx2, avx512, avx512vnni or neon; NULL as in seqloom.h. */
SEQLOOM_API const char* seqloom_engine_isa(void);

/* A tensor of a model file. It must outlive the model. int8: y = scale[row] * q. */
typedef struct {
  const char* name;
  int32_t dtype, rank;
  int64_t shape[4];
  const void* data;
  const float* scales; /* [shape[0]] of SEQLOOM_INT8, else NULL */
} seqloom_tensor;

typedef struct seqloom_model seqloom_model;
typedef struct seqloom_plan seqloom_plan;

/* Bytes that a loaded model takes, or -status. The program must outlive the model, too. It is at most
   FACTOR times the bytes of the tensors, 64 times those of the program, and EXTRA; a program that wants
   more is refused. */
enum { SEQLOOM_MODEL_FACTOR = 16, SEQLOOM_MODEL_EXTRA = 1 << 26 };
SEQLOOM_API int64_t seqloom_model_bytes(const void* program, int64_t program_bytes,
                                        const seqloom_tensor* tensors, int64_t count);
/* `memory` must lie on a multiple of 64 bytes, here and below. */
SEQLOOM_API int seqloom_model_load(const void* program, int64_t program_bytes,
                                   const seqloom_tensor* tensors, int64_t count, void* memory,
                                   int64_t bytes, const seqloom_model** model);

/* The number of an entry, or -1. */
SEQLOOM_API int32_t seqloom_entry(const seqloom_model* model, const char* name);
/* Inputs and results of an entry. */
SEQLOOM_API int32_t seqloom_entry_inputs(const seqloom_model* model, int32_t entry);
SEQLOOM_API int32_t seqloom_entry_results(const seqloom_model* model, int32_t entry);
SEQLOOM_API const char* seqloom_input_name(const seqloom_model* model, int32_t entry, int32_t k);
SEQLOOM_API const char* seqloom_result_name(const seqloom_model* model, int32_t entry, int32_t k);

/* Rank of an input; its sizes go to `sizes` [4], below 0 for a letter (-1: A). Its flags: SHARED if it
   is a memory, whose rows several rows of the batch may read; WHOLE if it holds int64. */
enum { SEQLOOM_SHARED = 1, SEQLOOM_WHOLE = 2 };
SEQLOOM_API int32_t seqloom_input_shape(const seqloom_model* model, int32_t entry, int32_t k,
                                        int32_t* sizes, int32_t* flags);

/* Bytes of the plan itself. */
SEQLOOM_API int64_t seqloom_plan_bytes(const seqloom_model* model, int32_t entry);
/* sizes: of every input in turn its shape, 4 numbers each, unused ones 0. */
SEQLOOM_API int seqloom_plan_make(const seqloom_model* model, int32_t entry, const int64_t* sizes,
                                  void* memory, int64_t bytes, seqloom_plan** plan);
/* Bytes of workspace for `seqloom_run`. */
SEQLOOM_API int64_t seqloom_plan_workspace(const seqloom_plan* plan);
/* inputs: an array each, never written.
   owner: [B] for each row of the batch the row of the shared inputs (memories) that it reads; or
   NULL: its own. */
SEQLOOM_API int seqloom_run(const seqloom_plan* plan, const void* const* inputs,
                            const int64_t* owner, void* workspace, int64_t bytes);
/* Result k of the last run in this workspace, valid until the next; its shape goes to `shape` [4],
   its rank is returned through `rank`, 1 through `whole` if it holds int64. Without a workspace, NULL,
   it tells only these. */
SEQLOOM_API const void* seqloom_result(const seqloom_plan* plan, const void* workspace, int32_t k,
                                       int64_t* shape, int32_t* rank, int32_t* whole);

/* How outputs of an encoder-decoder are searched for, as src/seqloom/decoding does it. */
typedef struct {
  int32_t beam; /* hypotheses kept for each source; 1: greedy */
  int32_t draws; /* 0: search; else so many outputs are drawn for each source, and `beam` is not read */
  double length_penalty;
  double temperature; /* of draws; above 0 */
  int64_t top_k;      /* of draws; 0: all */
  double top_p;       /* of draws; 1: all */
  uint64_t seed;      /* of draws */
} seqloom_search;

typedef struct {
  double log_probability, score;
  int64_t length; /* symbols, without the end */
  int32_t finished;
} seqloom_hypothesis;

/* Bytes of memory for a search, or -status.
   first: a plan of `start` or `read` for the sources; widest: a plan of `step` for as many rows as
   there are sources times width, and for the longest output where a state grows; width is `beam`, or
   `draws`; longest: the longest limit. */
SEQLOOM_API int64_t seqloom_decode_bytes(const seqloom_plan* first, const seqloom_plan* widest,
                                         const seqloom_search* search, int64_t longest);
/* Reads B sources and searches.
   inputs: of the first entry; limits: [B] most symbols of each output, without the end, up to longest;
   rows: [B] number of each source in the whole input, for the draws; read only there.
   found: [B][width], symbols: [B][width][longest]; the best first, of draws in the order drawn;
   count: [B] how many there are. */
SEQLOOM_API int seqloom_decode(const seqloom_plan* first, const seqloom_plan* widest,
                               const seqloom_search* search, int64_t longest,
                               const void* const* inputs, const int64_t* limits, const int64_t* rows,
                               void* memory, int64_t bytes, seqloom_hypothesis* found,
                               int64_t* symbols, int64_t* count);

/* A text that is continued symbol by symbol, with the entry `step` of a language model. */
typedef struct seqloom_text seqloom_text;

/* Bytes of a text; widest: a plan of `step` for one row, its state as long as it gets. */
SEQLOOM_API int64_t seqloom_text_bytes(const seqloom_plan* widest);
/* Begins a text that draws with seeds (seed, number); temperature 0 takes the likeliest each time. */
SEQLOOM_API int seqloom_text_begin(const seqloom_plan* widest, const seqloom_search* search,
                                   uint64_t number, void* memory, int64_t bytes, seqloom_text** text);
/* Reads symbols; the next one follows the last of them. */
SEQLOOM_API int seqloom_text_read(seqloom_text* text, const int64_t* symbols, int64_t n);
/* Writes n symbols, each of which it has read when it writes the next. */
SEQLOOM_API int seqloom_text_write(seqloom_text* text, int64_t* symbols, int64_t n);

#ifdef __cplusplus
}
#endif
#endif
