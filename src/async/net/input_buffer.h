// Bytes that were received and not consumed yet. An empty buffer needs hardly any memory: most connections are
// idle.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace postbag::async {

class InputBuffer {
 public:
  std::string_view view() const { return std::string_view(data_).substr(start_); }
  std::size_t size() const { return data_.size() - start_; }
  /// Invalidates all views.
  void append(std::string_view bytes);
  /// Drops the first `n` bytes; n <= size(). Invalidates all views. Amortised O(n).
  void consume(std::size_t n);

 private:
  std::string data_;
  std::size_t start_ = 0;
};

}  // namespace postbag::async
