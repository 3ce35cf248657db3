#include "mail/stored_message.h"

#include <utility>

#include "storage/errors.h"

namespace postbag {

mime::StoredStructure StoredMessage::structure() {
  if (!known_.structure) known_.structure = tx_.structure(entry().body);
  if (!known_.structure) throw storage::Corrupt("a message's structure is missing");
  return mime::StoredStructure(*known_.structure);
}

std::string StoredMessage::bytes(mime::ByteRange range) const {
  if (range.size == 0) return {};
  auto bytes = tx_.read_body(entry().body, range.offset, range.size);
  if (!bytes || bytes->size() != range.size) throw storage::Corrupt("a message's bytes are missing");
  return std::move(*bytes);
}

std::string StoredMessage::fields(mime::ByteRange header, mime::FieldFilter filter) const {
  each_piece(header, [&](std::string_view bytes) { filter.feed(bytes); });
  return std::move(filter).finish();
}

}  // namespace postbag
