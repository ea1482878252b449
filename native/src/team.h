// The caller's threads: one fork at a time, tasks taken in turn, and a barrier for threads that share
// a task step by step.
#pragma once

#include <cstdint>

#if !defined(_WIN32)
#include <sched.h>
#endif

#include "seqloom.h"

namespace seqloom {

// Spins, then yields: the wait between two steps is microseconds unless the machine is overbooked.
struct Barrier {
  int32_t waiting = 0;
  int32_t round = 0;

  void wait(int32_t size) {
    if (size <= 1) return;
    const int32_t mine = __atomic_load_n(&round, __ATOMIC_ACQUIRE);
    if (__atomic_add_fetch(&waiting, 1, __ATOMIC_ACQ_REL) == size) {
      __atomic_store_n(&waiting, 0, __ATOMIC_RELAXED);
      __atomic_store_n(&round, mine + 1, __ATOMIC_RELEASE);
      return;
    }
    for (int32_t spins = 0; __atomic_load_n(&round, __ATOMIC_ACQUIRE) == mine; ++spins) {
#if defined(__x86_64__)
      __builtin_ia32_pause();
#endif
#if !defined(_WIN32)
      if (spins > 4000) sched_yield();
#endif
    }
  }
};

// What a task knows of the thread that runs it.
struct Member {
  int32_t rank, size;
  Barrier* barrier;
  void wait() const { barrier->wait(size); }
};

// Runs `work(member)` once on each thread of a team of at most `num_threads`; returns when all have.
template <class Work>
void fork(const seqloom_threads& threads, int32_t num_threads, const Work& work) {
  Barrier barrier;
  if (num_threads <= 1 || !threads.parallel) {
    work(Member{0, 1, &barrier});
    return;
  }
  struct Call {
    const Work* work;
    const seqloom_threads* threads;
    Barrier* barrier;
  } call = {&work, &threads, &barrier};
  threads.parallel(
      [](void* data) {
        const Call& c = *static_cast<const Call*>(data);
        (*c.work)(Member{c.threads->rank(), c.threads->size(), c.barrier});
      },
      &call, static_cast<unsigned>(num_threads), 0);
}

// Runs `work(task, member)` for every task, each on whichever thread is free.
template <class Work>
void share(const seqloom_threads& threads, int32_t num_threads, int64_t tasks, const Work& work) {
  int64_t next = 0;
  fork(threads, static_cast<int32_t>(tasks < num_threads ? tasks : num_threads),
       [&](const Member& member) {
         for (;;) {
           const int64_t task = __atomic_fetch_add(&next, 1, __ATOMIC_RELAXED);
           if (task >= tasks) return;
           work(task, member);
         }
       });
}

}  // namespace seqloom
