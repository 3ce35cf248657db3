// Overwriting secrets before their memory is given back.
#pragma once

#include <string>

#include <string.h>

namespace postbag {

/// Overwrites all the bytes the string holds, used or not, and empties it. Not optimised away.
inline void wipe(std::string& secret) {
  secret.resize(secret.capacity());
  explicit_bzero(secret.data(), secret.size());
  secret.clear();
}

}  // namespace postbag
