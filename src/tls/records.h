// How OpenSSL gets and puts the bytes of a connection. Only for src/tls.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "tls/handles.h"

namespace postbag::tls {

class Records {
 public:
  /// Moves received bytes into `buffer`: how many, 0 when there are none now.
  virtual std::size_t take(std::span<char> buffer) = 0;
  /// True when take() will never have more.
  virtual bool is_over() const = 0;
  /// Accepts all of it.
  virtual void give(std::string_view bytes) = 0;

 protected:
  ~Records() = default;
};

/// Keeps no bytes of its own. `records` must outlive it. Null when memory is short.
BioPtr make_bio(Records& records);

}  // namespace postbag::tls
