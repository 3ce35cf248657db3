#include "search/stored_keys.h"

#include <string_view>
#include <utility>

#include "protocol/mime/parser.h"

namespace postbag::search {

mime::SortKeys stored_keys(StoredMessage& message) {
  const mime::StoredStructure structure = message.structure();
  if (auto keys = structure.sort_keys()) return *std::move(keys);
  mime::Parser parser;
  message.each_piece(structure.parts().front().header, [&](std::string_view bytes) { parser.feed(bytes); });
  return mime::sort_keys(std::move(parser).finish());
}

std::int64_t sent_time(StoredMessage& message) {
  const auto sent = message.structure().sent();
  return sent ? sent->seconds : message.entry().internal_date.seconds;
}

}  // namespace postbag::search
