#define DOCTEST_CONFIG_IMPLEMENT
#include <cstdlib>
#include <iostream>

#include <doctest/doctest.h>

#include "tests/storage/faults/report.h"

namespace postbag::storage::test {

namespace {

Tally& total() {
  static Tally tally;
  return tally;
}

}  // namespace

Effort effort() {
  const auto* seed = std::getenv("POSTBAG_SEED");
  Effort effort;
  if (seed != nullptr) effort.first_seed = std::strtoull(seed, nullptr, 10);
  effort.thorough = std::getenv("POSTBAG_LONG") != nullptr;
  if (effort.thorough) effort.seeds = 40;
  return effort;
}

void report(const Tally& tally) {
  total().add(tally);
  CHECK(tally.cases > 0);
  for (const auto& failure : tally.failures) FAIL_CHECK(failure);
}

}  // namespace postbag::storage::test

int main(int argc, char** argv) {
  const int result = doctest::Context(argc, argv).run();
  const auto& total = postbag::storage::test::total();
  if (total.cases > 0) std::cout << total.text();
  return result;
}
