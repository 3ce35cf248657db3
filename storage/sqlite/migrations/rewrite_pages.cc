#include "storage/sqlite/migrations/rewrite_pages.h"

#include <optional>
#include <string>
#include <vector>

#include "storage/engine/pages/page_codec.h"
#include "storage/errors.h"
#include "storage/sqlite/connection/connection.h"

namespace postbag::storage::sqlite {

namespace {

/// Pages in memory at once.
constexpr int slice = 64;

struct PackedPage {
  std::int64_t row;
  std::string data;
};

std::vector<PackedPage> next_pages(Statement& above, std::int64_t row) {
  std::vector<PackedPage> out;
  auto rows = above.query(row, slice);
  while (rows.next()) out.push_back({rows.integer(0), std::string(rows.bytes(1))});
  return out;
}

/// Nothing when the page has to stay as it is.
std::optional<std::string> rewritten(const PackedPage& page) {
  const Uid key(static_cast<std::uint32_t>(page.row & 0xffff'ffff));
  try {
    if (pages::is_newest_format(page.data)) return std::nullopt;
    return pages::pack_page(key, pages::unpack_page(key, page.data));
  } catch (const Corrupt&) {
    return std::nullopt;
  }
}

}  // namespace

void rewrite_pages(Connection& connection) {
  auto above = connection.prepare("SELECT id, data FROM page WHERE id > ? ORDER BY id LIMIT ?");
  auto save = connection.prepare("UPDATE page SET data = ? WHERE id = ?");
  for (auto some = next_pages(above, 0); !some.empty(); some = next_pages(above, some.back().row))
    for (const auto& page : some)
      if (const auto data = rewritten(page)) save.execute(Blob{*data}, page.row);
}

}  // namespace postbag::storage::sqlite
