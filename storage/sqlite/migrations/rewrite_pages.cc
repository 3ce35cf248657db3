#include "storage/sqlite/migrations/rewrite_pages.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/engine/pages/page_codec.h"
#include "storage/errors.h"
#include "storage/sqlite/connection/connection.h"

namespace postbag::storage::sqlite {

namespace {

std::vector<std::int64_t> ids_of_all(Connection& connection) {
  auto list = connection.prepare("SELECT id FROM page");
  std::vector<std::int64_t> out;
  auto rows = list.query();
  while (rows.next()) out.push_back(rows.integer(0));
  return out;
}

std::string load(Statement& find, std::int64_t id) {
  auto rows = find.query(id);
  if (!rows.next()) throw Corrupt("database: an index page is missing");
  return std::string(rows.bytes(0));
}

/// Nothing when the page has to stay as it is; a damaged one says so when its mailbox is read.
std::optional<std::string> rewritten(std::int64_t id, const std::string& data) {
  const Uid key(static_cast<std::uint32_t>(id & 0xffff'ffff));
  try {
    if (pages::is_newest_format(data)) return std::nullopt;
    return pages::pack_page(key, pages::unpack_page(key, data));
  } catch (const Corrupt&) {
    return std::nullopt;
  }
}

}  // namespace

void rewrite_pages(Connection& connection) {
  auto find = connection.prepare("SELECT data FROM page WHERE id = ?");
  auto save = connection.prepare("UPDATE page SET data = ? WHERE id = ?");
  for (const std::int64_t id : ids_of_all(connection))
    if (const auto data = rewritten(id, load(find, id))) save.execute(Blob{*data}, id);
}

}  // namespace postbag::storage::sqlite
