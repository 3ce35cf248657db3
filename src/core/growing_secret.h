// A buffer for bytes among which may be a password.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "core/wipe.h"

namespace postbag {

/// Appends; where the buffer must grow, the memory that it gives back is overwritten before.
inline void append_secret(std::string& buffer, std::string_view bytes) {
  const std::size_t needed = buffer.size() + bytes.size();
  if (needed > buffer.capacity()) {
    std::string larger;
    larger.reserve(std::max(needed, 2 * buffer.capacity()));
    larger = buffer;
    buffer.swap(larger);
    wipe(larger);
  }
  buffer.append(bytes);
}

}  // namespace postbag
