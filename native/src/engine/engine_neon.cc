#define SEQLOOM_TABLE engine_neon
#define SEQLOOM_NAME "neon"
#define SEQLOOM_REAL float
#define SEQLOOM_LANES 4
#define SEQLOOM_REGISTERS 32
#include "kernels.inc"
