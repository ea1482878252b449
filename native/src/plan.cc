#include "plan.h"

namespace seqloom {

Plan plan_space(Arena& arena, int64_t B, int64_t T, const int64_t* lengths, int64_t chunks) {
  Plan plan = {B, T, chunks, lengths, nullptr, nullptr, nullptr, nullptr};
  plan.order = arena.take<int64_t>(B);
  plan.first = arena.take<int64_t>(chunks + 1);
  plan.running = arena.take<int64_t>(chunks, T + 1);
  plan.row = arena.take<int64_t>(chunks, T + 1);
  return plan;
}

void make(Plan& plan) {
  const int64_t B = plan.B, T = plan.T, C = plan.chunks;
  plan.first[0] = 0;
  for (int64_t c = 0; c < C; ++c) plan.first[c + 1] = plan.first[c] + (B - c + C - 1) / C;
  int64_t* place = plan.row;  // not yet in use: T + 1 counters for a counting sort
  for (int64_t t = 0; t <= T; ++t) place[t] = 0;
  for (int64_t b = 0; b < B; ++b) ++place[plan.length(b)];
  int64_t before = 0;
  for (int64_t t = T; t >= 0; --t) {
    const int64_t here = place[t];
    place[t] = before;
    before += here;
  }
  for (int64_t b = 0; b < B; ++b) {
    const int64_t rank = place[plan.length(b)]++;
    plan.order[plan.first[rank % C] + rank / C] = b;
  }
  int64_t row = 0;
  for (int64_t c = 0; c < C; ++c) {
    int64_t n = plan.first[c + 1] - plan.first[c];
    for (int64_t t = 0; t < T; ++t) {
      while (n > 0 && plan.length(plan.order[plan.first[c] + n - 1]) <= t) --n;
      plan.running[c * T + t] = n;
      plan.row[c * (T + 1) + t] = row;
      row += n;
    }
    plan.row[c * (T + 1) + T] = row;
  }
}

}  // namespace seqloom
