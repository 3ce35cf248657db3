#include "commands/fetch/literal_stream.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace postbag {

void LiteralStream::write_piece(const StoredMessage& message, std::string& out) {
  const std::uint64_t size = std::min(StoredMessage::piece, stored_.size);
  std::string bytes = message.bytes({stored_.offset, size});
  stored_ = {stored_.offset + size, stored_.size - size};
  if (decoder_) {
    std::string decoded;
    decoder_->feed(bytes, decoded);
    if (stored_.size == 0) decoder_->finish(decoded);
    bytes = std::move(decoded);
  }
  const std::uint64_t skipped = std::min<std::uint64_t>(skip_, bytes.size());
  const std::string_view rest = std::string_view(bytes).substr(skipped, left_);
  skip_ -= skipped;
  left_ -= rest.size();
  out.append(rest);
}

}  // namespace postbag
