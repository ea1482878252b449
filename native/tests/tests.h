// The parts of seqloom_native_tests: how many random cases, from which seed.
#pragma once

#include <cstdint>

namespace test {

void test_layers(uint64_t seed, int count);
void test_decoders(uint64_t seed, int count);
void test_dropout();
void test_refusals();

}  // namespace test
