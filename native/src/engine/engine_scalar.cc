#define SEQLOOM_TABLE engine_scalar
#define SEQLOOM_NAME "scalar"
#define SEQLOOM_REAL float
#define SEQLOOM_LANES 1
#define SEQLOOM_REGISTERS 16
#include "kernels.inc"
