/* The native core of seqloom: whole recurrent layers and the attention decoder, forward and backward.

   Plain C functions on memory that the caller owns: no Python, no torch, no BLAS, no allocation, no
   exceptions. Arrays are row-major; the last axis is contiguous; strides and sizes count elements.
   Letters as in src/seqloom/shapes.py: B batch, T time, S source time, I input, H hidden, G gates
   (H, 3H or 4H), M memory, A attention, D directions. Weights, gate order (i f g o; r z n) and state
   order (h, c) are torch's. "or NULL" marks what may be absent; nothing else may.

   Inputs may overlap each other; an output may overlap nothing. Pointers are read and written
   during the call only. Float32 runs on the best instruction set, float64 on the scalar one. */
#ifndef SEQLOOM_H
#define SEQLOOM_H

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
#define SEQLOOM_ABI 1

enum { SEQLOOM_F32 = 0, SEQLOOM_F64 = 1 };
enum { SEQLOOM_RNN_TANH = 0, SEQLOOM_RNN_RELU = 1, SEQLOOM_GRU = 2, SEQLOOM_LSTM = 3 };
enum { SEQLOOM_ADDITIVE = 0, SEQLOOM_DOT = 1 };
enum {
  SEQLOOM_OK = 0,
  SEQLOOM_BAD_SIZE = 1,      /* a size is negative, or an array would not fit in memory */
  SEQLOOM_BAD_LENGTH = 2,    /* a length is below 0 or above T (or S) */
  SEQLOOM_BAD_CHOICE = 3,    /* an unknown dtype, cell or score */
  SEQLOOM_BAD_WORKSPACE = 4, /* the workspace is smaller than the call needs */
  SEQLOOM_BAD_ISA = 5        /* SEQLOOM_ISA names a set that is not built in, or not on this CPU */
};

/* What a status means, in English. */
SEQLOOM_API const char* seqloom_message(int status);
SEQLOOM_API int seqloom_abi(void);

/* The instruction set in use: scalar, avx2, avx512 or neon. Chosen once per process, by the CPU or by
   SEQLOOM_ISA; NULL if SEQLOOM_ISA cannot be met, and then every call below returns BAD_ISA. */
SEQLOOM_API const char* seqloom_isa(void);
/* Elements of one vector register: the W of the layout of `saved`. */
SEQLOOM_API int seqloom_lanes(int dtype);

/* Threads are the caller's: the core starts none. The three functions are OpenMP's own (GOMP_parallel,
   omp_get_thread_num, omp_get_num_threads), so that a process has one pool; all NULL: one thread. */
typedef struct {
  void (*parallel)(void (*task)(void*), void* data, unsigned num_threads, unsigned flags);
  int (*rank)(void);
  int (*size)(void);
  int32_t num_threads; /* at most; 1 to 256 */
} seqloom_threads;

/* One recurrent layer of D directions. */
typedef struct {
  int32_t dtype, cell, D, chunks; /* chunks: parts of the batch, see `saved`; seqloom_layer_chunks */
  int64_t B, T, I, H;
  const int64_t* lengths; /* [B] real steps, 0 to T; or NULL: all T */
  const void* x;          /* [B, T, I]; padding is never read */
  int64_t x_stride_b, x_stride_t;
  const void* w_ih[2]; /* per direction [G, I] */
  const void* w_hh[2]; /* [G, H] */
  const void* b_ih[2]; /* [G] or NULL */
  const void* b_hh[2]; /* [G] or NULL */
  const void* h0;      /* [D, B, H] or NULL: zeros */
  const void* c0;      /* [D, B, H] or NULL: zeros; LSTM only */
  void* out;           /* [B, T, D*H], out: h of each step, zero on padding */
  int64_t out_stride_b, out_stride_t;
  void* h_n; /* [D, B, H], out: after each sequence's last step (in reverse: its first) */
  void* c_n; /* [D, B, H], out; LSTM only */
  /* Out, or NULL when no backward pass will follow: [D, B*T, U, K, W], what each step computed.
     W lanes, U = ceil(H / W) blocks of units; K per cell: LSTM i f g o c, GRU r z n and the recurrent
     part of n before r, RNN h. Rows: chunk by chunk; in a chunk step by step; in a step the
     sequences still running, the longest first (seqloom_rows tells). Rows in excess are zero. */
  void* saved;
} seqloom_layer;

/* Parts into which a layer splits its batch on so many threads. */
SEQLOOM_API int32_t seqloom_layer_chunks(const seqloom_layer* layer, int32_t num_threads);
/* For each used row of `saved`, b * T + t. `rows` is [sum of lengths]. Returns a status. */
SEQLOOM_API int seqloom_rows(int64_t B, int64_t T, const int64_t* lengths, int32_t chunks,
                             int64_t* rows);

/* Bytes of workspace for a forward or a backward call, or -1 for sizes that overflow. */
SEQLOOM_API int64_t seqloom_layer_workspace(const seqloom_layer* layer, int32_t num_threads,
                                            int32_t backward);
SEQLOOM_API int seqloom_layer_forward(const seqloom_layer* layer, const seqloom_threads* threads,
                                      void* workspace, int64_t bytes);

/* Gradients of one layer. In: what the loss adds to each output; out: what it adds to each input. */
typedef struct {
  const void* out;   /* [B, T, D*H] or NULL, strides below; padding is never read */
  int64_t out_stride_b, out_stride_t;
  const void* h_n;   /* [D, B, H] or NULL */
  const void* c_n;   /* [D, B, H] or NULL */
  const void* saved; /* as saved, or NULL */
  void* x;           /* [B, T, I] contiguous, zero on padding; or NULL: not wanted */
  void* w_ih[2];     /* [G, I] */
  void* w_hh[2];     /* [G, H] */
  void* b_ih[2];     /* [G] or NULL */
  void* b_hh[2];     /* [G] or NULL */
  void* h0;          /* [D, B, H] or NULL: not wanted */
  void* c0;          /* [D, B, H] or NULL */
} seqloom_layer_grads;

/* Needs `out` and `saved` as the forward call left them, and its `chunks`. */
SEQLOOM_API int seqloom_layer_backward(const seqloom_layer* layer, const seqloom_layer_grads* grads,
                                       const seqloom_threads* threads, void* workspace,
                                       int64_t bytes);

/* A decoder under teacher forcing: attend with the last state, read [x_t; context_t], step. */
typedef struct {
  int32_t dtype, cell, score, chunks;
  int64_t B, T, S, E, M, H, A; /* E: size of x; A: of a key */
  const int64_t* lengths;      /* [B] real memory rows, 0 to S; or NULL: all S */
  const void* x;               /* [B, T, E] */
  int64_t x_stride_b, x_stride_t;
  const void* memory; /* [B, S, M] */
  int64_t memory_stride_b, memory_stride_s;
  const void* keys; /* [B, S, A] contiguous; a DOT score has A = H */
  const void* w_ih; /* [G, E + M] */
  const void* w_hh; /* [G, H] */
  const void* b_ih; /* [G] or NULL */
  const void* b_hh; /* [G] or NULL */
  const void* w_query; /* [A, H]; ADDITIVE only */
  const void* w_score; /* [A]; ADDITIVE only */
  const void* h0;      /* [B, H] or NULL: zeros */
  const void* c0;      /* [B, H] or NULL; LSTM only */
  void* h;             /* [B, T, H], out, contiguous */
  void* context;       /* [B, T, M], out, contiguous; zero for a memory of no rows */
  void* weights;       /* [B, T, S], out, contiguous; zero past a memory's length */
  void* c_n;           /* [B, H], out; LSTM only */
  void* saved;         /* [B*T, U, K, W], out, or NULL; rows as for a layer of full length */
} seqloom_decoder;

SEQLOOM_API int32_t seqloom_decoder_chunks(const seqloom_decoder* decoder, int32_t num_threads);
SEQLOOM_API int64_t seqloom_decoder_workspace(const seqloom_decoder* decoder, int32_t num_threads,
                                              int32_t backward);
SEQLOOM_API int seqloom_decoder_forward(const seqloom_decoder* decoder,
                                        const seqloom_threads* threads, void* workspace,
                                        int64_t bytes);

typedef struct {
  const void* h;       /* [B, T, H] or NULL, contiguous */
  const void* context; /* [B, T, M] or NULL, contiguous */
  const void* weights; /* [B, T, S] or NULL, contiguous; past a length never read */
  const void* c_n;     /* [B, H] or NULL */
  void* x;             /* [B, T, E] contiguous, or NULL: not wanted */
  void* memory;        /* [B, S, M] contiguous: through the context only */
  void* keys;          /* [B, S, A] contiguous */
  void* w_ih;          /* [G, E + M] */
  void* w_hh;          /* [G, H] */
  void* b_ih;          /* [G] or NULL */
  void* b_hh;          /* [G] or NULL */
  void* w_query;       /* [A, H]; ADDITIVE only */
  void* w_score;       /* [A]; ADDITIVE only */
  void* h0;            /* [B, H] or NULL */
  void* c0;            /* [B, H] or NULL */
} seqloom_decoder_grads;

SEQLOOM_API int seqloom_decoder_backward(const seqloom_decoder* decoder,
                                         const seqloom_decoder_grads* grads,
                                         const seqloom_threads* threads, void* workspace,
                                         int64_t bytes);

/* y[k] = 0 for a share of all k, x[k] / (1 - share) for the others. Which ones depends on the seed and
   on k only: the same call on d loss / d y gives d loss / d x. x and y may be one array. */
SEQLOOM_API int seqloom_dropout(int32_t dtype, int64_t n, double share, uint64_t seed, const void* x,
                                void* y, const seqloom_threads* threads);

#ifdef __cplusplus
}
#endif
#endif
