#define SEQLOOM_TABLE engine_avxvnni
#define SEQLOOM_NAME "avxvnni"
#define SEQLOOM_REAL float
#define SEQLOOM_LANES 8
#define SEQLOOM_REGISTERS 16
#include "kernels.inc"
