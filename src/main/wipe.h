// Overwrites secrets before their memory is freed.
#pragma once

#include <string>

#include <string.h>

namespace postbag::daemon {

/// Overwrites all bytes of the string, also unused ones, and empties it.
inline void wipe(std::string& secret) {
  secret.resize(secret.capacity());
  ::explicit_bzero(secret.data(), secret.size());
  secret.clear();
}

}  // namespace postbag::daemon
