#include "protocol/mime/text/message_text.h"

#include <algorithm>
#include <utility>

#include "protocol/mime/header/header_fields.h"
#include "protocol/text/charset/encoded_word.h"

namespace postbag::mime {

namespace {

/// Bytes of one header field that are decoded together; a longer field is searched in pieces.
constexpr std::size_t longest_field = std::size_t{64} * 1024;
/// Body bytes decoded at a time.
constexpr std::size_t step = std::size_t{16} * 1024;

}  // namespace

MessageText::MessageText(const StoredStructure& message, SearchIn where) {
  bool own_header = true;
  for (const auto& part : message.parts()) {
    if (where == SearchIn::text || !own_header)
      segments_.push_back({.range = part.header, .header = true, .encoding = {}, .charset = {}});
    own_header = false;
    if (part.kind == Kind::text || part.kind == Kind::readable)
      segments_.push_back(
          {.range = part.body, .header = false, .encoding = part.encoding, .charset = part.charset});
  }
}

bool MessageText::feed(std::string_view bytes, TextSink& sink) {
  while (!bytes.empty() && !enough_ && current_ < segments_.size()) {
    const Segment& segment = segments_[current_];
    const std::uint64_t skip =
        std::min<std::uint64_t>(bytes.size(), segment.range.offset - std::min(segment.range.offset, position_));
    bytes.remove_prefix(skip);
    position_ += skip;
    if (position_ < segment.range.offset) break;
    if (!open_) begin(segment);
    const std::size_t size = std::min<std::uint64_t>({bytes.size(), segment.range.end() - position_, step});
    take(bytes.substr(0, size), sink);
    bytes.remove_prefix(size);
    position_ += size;
    if (position_ >= segment.range.end()) end(sink);
  }
  return enough_;
}

void MessageText::finish(TextSink& sink) {
  if (open_) end(sink);
}

std::optional<MessageText> MessageText::again() const {
  if (undecodable_.empty()) return std::nullopt;
  return MessageText(undecodable_);
}

void MessageText::begin(const Segment& segment) {
  open_ = true;
  if (segment.header) return;
  // A text in an unknown encoding is searched undecoded.
  auto decoder = TransferDecoder::make(segment.encoding == Encoding::unknown ? Encoding::binary : segment.encoding);
  transfer_ = std::move(*decoder);
  charset_ = charsets_.decoder(segment.charset);
}

void MessageText::take(std::string_view bytes, TextSink& sink) {
  if (segments_[current_].header) {
    take_header(bytes, sink);
  } else {
    take_text(bytes, sink);
  }
}

void MessageText::take_header(std::string_view bytes, TextSink& sink) {
  for (const char c : bytes) {
    const bool new_field = field_.ends_with('\n') && c != ' ' && c != '\t';
    if (new_field) flush_field(sink);
    if (field_.size() >= longest_field) flush_beginning(sink);
    field_.push_back(c);
  }
}

void MessageText::take_text(std::string_view bytes, TextSink& sink) {
  if (!transfer_ || !charset_) return;  // begin() makes them
  std::string plain;
  std::string utf8;
  transfer_->feed(bytes, plain);
  charset_->feed(plain, utf8);
  give(utf8, sink);
}

/// Passes on a field that is too long to decode at once, up to its last white space, so that no encoded word is
/// divided.
void MessageText::flush_beginning(TextSink& sink) {
  const auto space = field_.find_last_of(" \t\n");
  std::string rest = field_.substr(space == std::string::npos ? field_.size() : space + 1);
  field_.resize(field_.size() - rest.size());
  give_field(std::exchange(field_, std::move(rest)), false, sink);
}

void MessageText::flush_field(TextSink& sink) { give_field(std::exchange(field_, {}), true, sink); }

/// A later piece of a field continues the text before it, except as octets.
void MessageText::give_field(std::string_view field, bool ends, TextSink& sink) {
  const protocol::DecodedText text = protocol::header_text(field, charsets_);
  give(text.utf8, sink);
  if (text.octets) {
    sink.end_text();
    give(*text.octets, sink);
  }
  if (ends || text.octets) sink.end_text();
}

void MessageText::flush_text(TextSink& sink) {
  if (!transfer_ || !charset_) return;
  std::string plain;
  std::string utf8;
  transfer_->finish(plain);
  charset_->feed(plain, utf8);
  charset_->finish(utf8);
  give(utf8, sink);
  sink.end_text();
  if (!charset_->lost_some()) return;
  undecodable_.push_back(segments_[current_]);
  undecodable_.back().charset = {};
}

void MessageText::end(TextSink& sink) {
  if (segments_[current_].header) {
    flush_field(sink);
  } else {
    flush_text(sink);
  }
  open_ = false;
  ++current_;
}

}  // namespace postbag::mime
