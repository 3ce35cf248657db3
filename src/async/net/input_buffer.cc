#include "async/net/input_buffer.h"

#include <cassert>

#include "core/growing_secret.h"
#include "core/wipe.h"

namespace postbag::async {

namespace {
constexpr std::size_t kept_capacity = 512;  // enough for usual commands, little for thousands of idle connections
}

void InputBuffer::append(std::string_view bytes) {
  if (start_ > data_.size() / 2) {
    data_.erase(0, start_);
    start_ = 0;
  }
  append_secret(data_, bytes);
}

void InputBuffer::consume(std::size_t n) {
  assert(n <= size());
  start_ += n;
  if (start_ < data_.size()) return;
  start_ = 0;
  wipe(data_);  // it may contain a password
  if (data_.capacity() > kept_capacity) std::string().swap(data_);
}

}  // namespace postbag::async
