// seqloom_native_tests [cases]: exit code 0 if all of them pass. SEQLOOM_ISA chooses the kernels.
#include "support.h"
#include "tests.h"

int main(int argc, char** argv) {
  const char* isa = seqloom_isa();
  if (!isa) {
    std::printf("%s\n", seqloom_message(SEQLOOM_BAD_ISA));
    return 2;
  }
  const int cases = argc > 1 ? std::atoi(argv[1]) : 300;
  test::test_refusals();
  test::test_dropout();
  test::test_layers(1, cases);
  test::test_decoders(2, cases);
  std::printf("%s: %d layers, %d decoders, %d failures\n", isa, cases, cases, test::failures);
  return test::failures ? 1 : 0;
}
