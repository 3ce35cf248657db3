#include "async/net/memory_stream.h"

#include <algorithm>
#include <utility>

namespace postbag::async {

MemoryStream::MemoryStream(Loop& loop, Receive receive, Closed closed)
    : Stream(loop, Address{}), receive_(std::move(receive)), closed_(std::move(closed)) {}

std::optional<std::size_t> MemoryStream::try_write(std::string_view bytes) {
  const std::size_t taken = std::min(bytes.size(), room - out_.size());
  out_.append(bytes.substr(0, taken));
  loop().defer(flush_);
  return taken;
}

void MemoryStream::flush() {
  receive_(std::exchange(out_, {}));
  became_writable();
}

void MemoryStream::do_close() {
  // The posted function owns all it needs, because this object may be destroyed first.
  loop().post([out = std::move(out_), receive = std::move(receive_), closed = std::move(closed_)]() mutable {
    if (!out.empty()) receive(out);
    closed();
  });
  flush_.unqueue();
}

}  // namespace postbag::async
