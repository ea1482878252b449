#define SEQLOOM_TABLE kernels_scalar_f64
#define SEQLOOM_NAME "scalar"
#define SEQLOOM_REAL double
#define SEQLOOM_LANES 1
#define SEQLOOM_REGISTERS 16
#include "kernels.inc"
