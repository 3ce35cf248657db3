// Bytes that came and were not consumed yet. Empty it holds next to no memory: most connections are idle.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace postbag::async {

class InputBuffer {
 public:
  std::string_view view() const { return std::string_view(data_).substr(start_); }
  std::size_t size() const { return data_.size() - start_; }
  /// Views from before are dead.
  void append(std::string_view bytes);
  /// Drops the first `n` bytes; n <= size(). Views from before are dead. Amortised O(n).
  void consume(std::size_t n);

 private:
  std::string data_;
  std::size_t start_ = 0;
};

}  // namespace postbag::async
