// The names of body files, the same in each run: otherwise a failing case could not be repeated.
#pragma once

#include <cstdint>

namespace postbag::storage::test {

/// From now on libsodium's random bytes are drawn from `seed`. The first one is 0, so that all files of an account
/// are in one directory: the second finds what the first may have left undone.
void draw_names_from(std::uint64_t seed);

}  // namespace postbag::storage::test
