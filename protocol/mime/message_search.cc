#include "protocol/mime/message_search.h"

#include <algorithm>

#include "protocol/mime/header_fields.h"
#include "protocol/text/encoded_word.h"

namespace postbag::mime {

namespace {

/// Bytes of one header field that are decoded together; a longer one is searched in pieces.
constexpr std::size_t longest_field = std::size_t{64} * 1024;
/// Body bytes decoded at a time.
constexpr std::size_t step = std::size_t{16} * 1024;

}  // namespace

MessageSearch::MessageSearch(const StoredStructure& message, const protocol::Needle& needle, SearchIn where)
    : matcher_(needle) {
  bool own_header = true;
  for (const auto& part : message.parts()) {
    if (where == SearchIn::text || !own_header)
      segments_.push_back({.range = part.header, .header = true, .encoding = {}, .charset = {}});
    own_header = false;
    if (part.kind == Kind::text)
      segments_.push_back(
          {.range = part.body, .header = false, .encoding = part.encoding, .charset = part.charset});
  }
}

bool MessageSearch::feed(std::string_view bytes) {
  while (!bytes.empty() && !matcher_.found() && current_ < segments_.size()) {
    const Segment& segment = segments_[current_];
    const std::uint64_t skip =
        std::min<std::uint64_t>(bytes.size(), segment.range.offset - std::min(segment.range.offset, position_));
    bytes.remove_prefix(skip);
    position_ += skip;
    if (position_ < segment.range.offset) break;
    if (!open_) begin(segment);
    const std::size_t size = std::min<std::uint64_t>({bytes.size(), segment.range.end() - position_, step});
    take(bytes.substr(0, size));
    bytes.remove_prefix(size);
    position_ += size;
    if (position_ >= segment.range.end()) end();
  }
  return matcher_.found();
}

bool MessageSearch::finish() {
  if (open_) end();
  return matcher_.found();
}

void MessageSearch::begin(const Segment& segment) {
  open_ = true;
  if (segment.header) return;
  // An encoding we do not know is searched as it is.
  auto decoder = TransferDecoder::make(segment.encoding == Encoding::unknown ? Encoding::binary : segment.encoding);
  transfer_ = std::move(*decoder);
  charset_.emplace(segment.charset);
}

void MessageSearch::take(std::string_view bytes) {
  if (segments_[current_].header) {
    take_header(bytes);
  } else {
    take_text(bytes);
  }
}

void MessageSearch::take_header(std::string_view bytes) {
  for (const char c : bytes) {
    const bool new_field = field_.ends_with('\n') && c != ' ' && c != '\t';
    if (new_field || field_.size() >= longest_field) flush_field();
    field_.push_back(c);
  }
}

void MessageSearch::take_text(std::string_view bytes) {
  if (!transfer_ || !charset_) return;  // begin() made them
  std::string plain;
  std::string utf8;
  transfer_->feed(bytes, plain);
  charset_->feed(plain, utf8);
  matcher_.feed(utf8);
}

void MessageSearch::flush_field() {
  matcher_.feed(protocol::header_text(field_, charsets_));
  matcher_.end_text();
  field_.clear();
}

void MessageSearch::flush_text() {
  if (!transfer_ || !charset_) return;
  std::string plain;
  std::string utf8;
  transfer_->finish(plain);
  charset_->feed(plain, utf8);
  charset_->finish(utf8);
  matcher_.feed(utf8);
  matcher_.end_text();
}

void MessageSearch::end() {
  if (segments_[current_].header) {
    flush_field();
  } else {
    flush_text();
  }
  open_ = false;
  ++current_;
}

}  // namespace postbag::mime
