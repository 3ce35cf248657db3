// One buffer, and three places in it: what was taken ends at begin_, no LF lies before searched_, what was received
// ends at the buffer's end. So each byte is searched once, however the network cuts a line, and is moved rarely:
// what was taken stays at the front until it is the larger part. Lines are views into the buffer; octets of a
// literal are moved out whole, without a copy, when nothing else is there.

#include "protocol/framer.h"

#include <algorithm>

#include "core/growing_secret.h"
#include "core/wipe.h"

namespace postbag::protocol {

void Framer::feed(std::string_view bytes) {
  // Moves the rest only when the taken part is the larger one, so that no byte is moved often.
  if (begin_ > bytes_.size() / 2) {
    bytes_.erase(0, begin_);
    searched_ -= begin_;
    begin_ = 0;
  }
  append_secret(bytes_, bytes);
}

void Framer::taken(std::size_t count) {
  begin_ += count;
  searched_ = begin_;
}

std::optional<std::string_view> Framer::take_line() {
  const std::size_t end = bytes_.find('\n', searched_);
  if (end == bytes_.npos) {
    searched_ = bytes_.size();
    return std::nullopt;
  }
  std::string_view line(bytes_.data() + begin_, end - begin_);
  if (line.ends_with('\r')) line.remove_suffix(1);
  taken(end + 1 - begin_);
  return line;
}

void Framer::take(std::uint64_t most, std::string& out) {
  if (begin_ == 0 && most >= bytes_.size()) {
    out.swap(bytes_);
    bytes_.clear();
    begin_ = searched_ = 0;
    return;
  }
  out.assign(bytes_, begin_, static_cast<std::size_t>(std::min<std::uint64_t>(most, buffered())));
  taken(out.size());
}

bool Framer::drop_line(std::string& tail) {
  const std::size_t end = bytes_.find('\n', begin_);
  const std::size_t stop = end == bytes_.npos ? bytes_.size() : end;
  const std::size_t from = std::max(begin_, stop - std::min(stop, tail_length));
  tail.append(bytes_, from, stop - from);
  if (tail.size() > tail_length) tail.erase(0, tail.size() - tail_length);
  taken(stop - begin_ + (end == bytes_.npos ? 0 : 1));
  return end != bytes_.npos;
}

std::uint64_t Framer::drop(std::uint64_t most) {
  const std::uint64_t count = std::min<std::uint64_t>(most, buffered());
  taken(static_cast<std::size_t>(count));
  return count;
}

void Framer::release_memory() {
  if (buffered() != 0) return;
  wipe(bytes_);  // it may contain a password
  std::string().swap(bytes_);
  begin_ = searched_ = 0;
}

}  // namespace postbag::protocol
