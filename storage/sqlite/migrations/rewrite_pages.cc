#include "storage/sqlite/migrations/rewrite_pages.h"

#include <cstdint>
#include <string>
#include <vector>

#include "storage/engine/pages/page_codec.h"
#include "storage/errors.h"
#include "storage/sqlite/connection/connection.h"

namespace postbag::storage::sqlite {

namespace {

/// From the index alone: where a page of the database is damaged, the others are found all the same.
std::vector<std::int64_t> ids_of_all(Connection& connection) {
  auto list = connection.prepare("SELECT id FROM page INDEXED BY page_directory");
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

void rewrite(Statement& find, Statement& save, std::int64_t id) {
  const std::string data = load(find, id);
  if (pages::is_newest_format(data)) return;
  const Uid key(static_cast<std::uint32_t>(id & 0xffff'ffff));
  save.execute(Blob{pages::pack_page(key, pages::unpack_page(key, data))}, id);
}

}  // namespace

void rewrite_pages(Connection& connection) {
  auto find = connection.prepare("SELECT data FROM page WHERE id = ?");
  auto save = connection.prepare("UPDATE page SET data = ? WHERE id = ?");
  for (const std::int64_t id : ids_of_all(connection)) {
    try {
      rewrite(find, save, id);
    } catch (const Corrupt&) {  // NOLINT(bugprone-empty-catch): its mailbox says so when it is read
    }
  }
}

}  // namespace postbag::storage::sqlite
