#include "tests/storage/faults/disk/names.h"

#include <random>
#include <span>

#include <sodium/randombytes.h>

namespace postbag::storage::test {

namespace {

std::mt19937_64& random() {
  static std::mt19937_64 random;
  return random;
}

void fill(void* buffer, std::size_t size) {
  const std::span bytes(static_cast<unsigned char*>(buffer), size);
  for (auto& byte : bytes) byte = static_cast<unsigned char>(random()());
  if (!bytes.empty()) bytes.front() = 0;
}

std::uint32_t number() { return static_cast<std::uint32_t>(random()()); }

randombytes_implementation predictable{.implementation_name = [] { return "predictable"; },
                                       .random = number,
                                       .stir = nullptr,
                                       .uniform = nullptr,
                                       .buf = fill,
                                       .close = nullptr};

}  // namespace

void draw_names_from(std::uint64_t seed) {
  random().seed(seed);
  randombytes_set_implementation(&predictable);
}

}  // namespace postbag::storage::test
