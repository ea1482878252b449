#define SEQLOOM_TABLE engine_avx2
#define SEQLOOM_NAME "avx2"
#define SEQLOOM_REAL float
#define SEQLOOM_LANES 8
#define SEQLOOM_REGISTERS 16
#include "kernels.inc"
