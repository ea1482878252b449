"""When the process began, nearly; imported first, before anything that waits."""

import time

BEGUN = time.perf_counter() - time.process_time()
