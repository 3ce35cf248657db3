#include "commands/search/stored_keys.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "protocol/mime/parser.h"
#include "storage/errors.h"

namespace postbag {

namespace {

constexpr std::uint64_t piece = 64 * 1024;

}  // namespace

mime::SortKeys stored_keys(const storage::Message& message, const mime::StoredStructure& stored,
                           storage::ReadTransaction& tx) {
  if (auto keys = stored.sort_keys()) return *std::move(keys);
  const mime::ByteRange header = stored.parts().front().header;
  mime::Parser parser;
  for (std::uint64_t at = header.offset; at < header.end();) {
    const auto bytes = tx.read_body(message.body, at, std::min(piece, header.end() - at));
    if (!bytes || bytes->empty()) throw storage::Corrupt("a message's bytes are missing");
    parser.feed(*bytes);
    at += bytes->size();
  }
  return mime::sort_keys(std::move(parser).finish());
}

}  // namespace postbag
