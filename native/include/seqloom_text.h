/* Text in, text out, and sound in: what stands before and behind the engine.

   Plain C functions on memory that the caller owns, as in seqloom_engine.h: no allocation, no
   exception, no thread, no global state. Text is UTF-8, of at most 2^30 bytes, without a zero at its
   end; symbols are their numbers, int64. What is loaded is read-only and may serve many threads.

       a vocabulary    encode    text -> numbers, as Vocabulary and TextReader of src/seqloom/data do
                       decode    numbers -> text
       log-mel         push      samples -> steps of the network, as data/speech/log_mel.py does

   The rules of Unicode (lower case, white space, letters, marks) are those of Python's `str` and
   `re` at the version that `seqloom_unicode` says.

   A vocabulary is one block of memory, which src/seqloom/engine/text.py writes from a model file and
   which is used where it lies. It may come from strangers: `seqloom_vocabulary_load` checks all of it.
   Words are int32, little-endian:

       0   0x58544C53, "SLTX"                     5   S: symbols, the four specials included
       1   1, the version                         6   F: tags, the features of a source
       2   level: SEQLOOM_CHARACTERS, ...         7   M: merges
       3   flags: SEQLOOM_MARKS, ...              8   N: bytes of all texts
       4   most symbols that are read; 0: all
       [S - 4 + F]    where the text of each symbol, then of each tag, ends among the N bytes
       [S - 4], [F]   symbols, and tags, in the order of their bytes: index among the texts
       [M][3]         merges, first learned first: the numbers of left, right and both together
       [M]            merges in the order of (left, right): index
       N bytes        the texts, UTF-8

   The numbers of the specials are 0 PAD, 1 BOS, 2 EOS, 3 UNK; those of symbols and then tags follow.

   Log-mel features are described by a block of their own, doubles behind eight words of int32:

       0   0x4D4C4C53, "SLLM"     3   window W, samples     6   n: frames that are a step
       1   1, the version         4   hop P, samples        7   0
       2   sample rate, Hz        5   mels m
       [m], [m]    mean and scale of each mel, float64 */
#ifndef SEQLOOM_TEXT_H
#define SEQLOOM_TEXT_H

#include <stdint.h>

#include "seqloom_engine.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Raised when something below changes; a caller built for another number must stop. */
#define SEQLOOM_TEXT_ABI 1

enum {
  SEQLOOM_CHARACTERS = 0, /* code points */
  SEQLOOM_SYMBOLS = 1,    /* between white space */
  SEQLOOM_SUBWORDS = 2,   /* merges within words; white space is forgotten */
  SEQLOOM_PIECES = 3,     /* merges within chunks; white space is kept */
  SEQLOOM_WORDS = 4       /* words of running text, data/words.py */
};
enum {
  SEQLOOM_MARKS = 1,    /* words, pieces: marks and joiners belong to the word */
  SEQLOOM_LOWERCASE = 2 /* case is folded first */
};
enum {
  SEQLOOM_TEXT_OK = 0,
  SEQLOOM_TEXT_DAMAGED = 1,    /* the block is damaged, or of another version */
  SEQLOOM_TEXT_BAD_UTF8 = 2,   /* the text is not UTF-8 */
  SEQLOOM_TEXT_TOO_LONG = 3,   /* the text has more than 2^30 bytes */
  SEQLOOM_TEXT_BAD_NUMBER = 4, /* a number is not one of the vocabulary's */
  SEQLOOM_TEXT_NO_ROOM = 5,    /* the result is longer than the room for it; its length is returned */
  SEQLOOM_TEXT_BAD_MEMORY = 6, /* memory is smaller than the call needs, or not aligned as asked */
  SEQLOOM_TEXT_BAD_STREAM = 7  /* the stream is damaged, or was finished */
};

/* What a status means, in English. */
SEQLOOM_API const char* seqloom_text_message(int status);
SEQLOOM_API int seqloom_text_abi(void);
/* The version of Unicode, such as "16.0.0". */
SEQLOOM_API const char* seqloom_unicode(void);

typedef struct seqloom_vocabulary seqloom_vocabulary;

/* Checks a vocabulary. `found` is the block itself, which must lie on a multiple of 4 bytes, outlive
   it and not change. */
SEQLOOM_API int seqloom_vocabulary_load(const void* block, int64_t bytes,
                                        const seqloom_vocabulary** found);
/* Symbols and tags, the four specials included. */
SEQLOOM_API int64_t seqloom_vocabulary_size(const seqloom_vocabulary* vocabulary);

/* Bytes of workspace for texts of so many bytes, on a multiple of 8; 0: none is needed.
   -SEQLOOM_TEXT_TOO_LONG. */
SEQLOOM_API int64_t seqloom_vocabulary_workspace(const seqloom_vocabulary* vocabulary,
                                                 int64_t bytes);
/* The numbers of a text, tags first, UNK for what is not known; neither BOS nor EOS is added.
   `room`: of `numbers`; a text of n bytes has at most n + 1 of them (with tags: n). `count`: how many
   they are. If there is no room for all of them, those that were written mean nothing. */
SEQLOOM_API int seqloom_vocabulary_encode(const seqloom_vocabulary* vocabulary, const char* utf8,
                                          int64_t bytes, void* workspace, int64_t workspace_bytes,
                                          int64_t* numbers, int64_t room, int64_t* count);
/* The text as all are spelled that are encoded alike: words between single spaces, in lower case
   where the vocabulary has it. Arguments as above; `out_bytes`: how long it is. */
SEQLOOM_API int seqloom_vocabulary_normal(const seqloom_vocabulary* vocabulary, const char* utf8,
                                          int64_t bytes, void* workspace, int64_t workspace_bytes,
                                          char* out, int64_t room, int64_t* out_bytes);
/* The text of numbers, without PAD, BOS and EOS, U+2047 for UNK. `room`: bytes of `out`.
   `out_bytes`: how long the text is. */
SEQLOOM_API int seqloom_vocabulary_decode(const seqloom_vocabulary* vocabulary,
                                          const int64_t* numbers, int64_t count, char* out,
                                          int64_t room, int64_t* out_bytes);

/* Log-mel features: the tables that a block asks for, and a stream of sound.

   Computed in float64 from float32 samples, as Python does; results are float32. They differ from
   NumPy's by 1e-6 before the mean is taken off and the scale divided by, the last bit of a float32.
   A sample that is no number makes numbers of the steps that hold it that are none. */
typedef struct seqloom_log_mel seqloom_log_mel;

/* Bytes of the loaded tables, or -SEQLOOM_TEXT_DAMAGED. */
SEQLOOM_API int64_t seqloom_log_mel_bytes(const void* block, int64_t bytes);
/* `memory` must lie on a multiple of 64 bytes. */
SEQLOOM_API int seqloom_log_mel_load(const void* block, int64_t bytes, void* memory,
                                     int64_t memory_bytes, const seqloom_log_mel** found);
/* Numbers of a step: mels times frames. */
SEQLOOM_API int64_t seqloom_log_mel_size(const seqloom_log_mel* log_mel);
/* Bytes of a stream, on a multiple of 8. A stream holds no address: its bytes may be copied, stored
   and gone on with elsewhere. All zeros: nothing came yet. */
SEQLOOM_API int64_t seqloom_log_mel_stream(const seqloom_log_mel* log_mel);
/* Bytes of workspace, on a multiple of 64; nothing in it is kept between calls. */
SEQLOOM_API int64_t seqloom_log_mel_workspace(const seqloom_log_mel* log_mel);
/* Takes samples from -1 to 1 until all are taken or `room` steps are made.
   steps: [room][size]. `taken`: samples that were taken. `made`: steps that were written. However
   sound is cut, steps are the same to the bit. */
SEQLOOM_API int seqloom_log_mel_push(const seqloom_log_mel* log_mel, void* stream,
                                     int64_t stream_bytes, void* workspace, int64_t workspace_bytes,
                                     const float* samples, int64_t count, float* steps, int64_t room,
                                     int64_t* taken, int64_t* made);
/* The steps of the samples that are left, zeros behind them; NO_ROOM while there are more of them
   than `room`: call it again. Nothing can be pushed any more. */
SEQLOOM_API int seqloom_log_mel_finish(const seqloom_log_mel* log_mel, void* stream,
                                       int64_t stream_bytes, void* workspace,
                                       int64_t workspace_bytes, float* steps, int64_t room,
                                       int64_t* made);

#ifdef __cplusplus
}
#endif
#endif
