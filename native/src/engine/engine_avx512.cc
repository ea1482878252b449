#define SEQLOOM_TABLE engine_avx512
#define SEQLOOM_NAME "avx512"
#define SEQLOOM_REAL float
#define SEQLOOM_LANES 16
#define SEQLOOM_REGISTERS 32
#include "kernels.inc"
