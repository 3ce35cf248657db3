#include "storage/sqlite/body_table.h"

#include <algorithm>

namespace postbag::storage::sqlite {

namespace {

/// The sizes of those of `bodies`, which are sorted, that are in `ids`, each once.
std::uint64_t bytes_of(const RangeSet<BodyId>& ids, const std::vector<SizedBody>& bodies) {
  std::uint64_t bytes = 0;
  std::optional<BodyId> last;
  for (const auto& body : bodies) {
    if (body.id != last && ids.contains(body.id)) bytes += body.size;
    last = body.id;
  }
  return bytes;
}

}  // namespace

BodyTable::BodyTable(const Connection& c)
    : connection_(c),
      add_(
          c.prepare("INSERT INTO body (id, size, checksum, file, data) "
                    "SELECT 1 + max(last_body, (SELECT coalesce(max(id), 0) FROM body)), ?, ?, ?, ? FROM account")),
      added_(c.prepare("SELECT last_insert_rowid()")),
      add_structure_(c.prepare("INSERT INTO structure (body, data) VALUES (?, ?)")),
      find_(c.prepare("SELECT size, checksum, file FROM body WHERE id = ?")),
      structure_(c.prepare("SELECT data FROM structure WHERE body = ?")),
      structure_size_(c.prepare("SELECT length(data) FROM structure WHERE body = ?")),
      has_file_(c.prepare("SELECT 1 FROM body WHERE file = ?")),
      each_(c.prepare("SELECT id, size, checksum, file FROM body ORDER BY id")),
      above_(c.prepare("SELECT id FROM body WHERE id > ? ORDER BY id LIMIT ?")),
      inline_size_(c.prepare("SELECT length(data) FROM body WHERE id = ?")),
      extra_(c.prepare("SELECT extra FROM shared WHERE body = ?")),
      shared_count_(c.prepare("SELECT count(*) FROM shared")),
      garbage_ranges_(c.prepare("SELECT first, last FROM garbage ORDER BY first")),
      share_(c.prepare("INSERT INTO shared (body, extra) VALUES (?, 1) ON CONFLICT (body) DO UPDATE "
                       "SET extra = extra + 1")),
      shared_within_(c.prepare("SELECT body FROM shared WHERE body BETWEEN ? AND ? ORDER BY body")),
      unshare_(c.prepare("UPDATE shared SET extra = extra - 1 WHERE body = ?")),
      drop_shared_(c.prepare("DELETE FROM shared WHERE body = ? AND extra = 0")),
      add_garbage_(c.prepare("INSERT INTO garbage (first, last, since) VALUES (?, ?, ?)")),
      garbage_(c.prepare("SELECT first, last FROM garbage WHERE since <= ? ORDER BY first")),
      oldest_garbage_(c.prepare("SELECT min(since) FROM garbage")),
      newest_(c.prepare("SELECT max(last_body, (SELECT coalesce(max(id), 0) FROM body)) FROM account")),
      set_newest_(c.prepare("UPDATE account SET last_body = ?")),
      erase_(c.prepare("DELETE FROM body WHERE id = ?")),
      erase_structure_(c.prepare("DELETE FROM structure WHERE body = ?")),
      garbage_around_(
          c.prepare("SELECT first, last, since FROM garbage WHERE first <= ? ORDER BY first DESC LIMIT 1")),
      drop_garbage_(c.prepare("DELETE FROM garbage WHERE first = ?")) {}

BodyId BodyTable::add(const NewBody& body) {
  const bool inside = body.file.empty();
  const std::optional<std::string_view> file = inside ? std::nullopt : std::optional(body.file);
  const std::optional<Blob> data = inside ? std::optional(Blob{body.data}) : std::nullopt;
  add_.execute(body.size, Blob{body.checksum}, file, data);
  auto rows = added_.query();
  rows.next();
  const auto id = rows.number<BodyId>(0);
  add_structure_.execute(id, Blob{body.structure});
  return id;
}

std::optional<BodyRow> BodyTable::find(BodyId id) {
  auto rows = find_.query(id);
  if (!rows.next()) return std::nullopt;
  return BodyRow{static_cast<std::uint64_t>(rows.integer(0)), std::string(rows.bytes(1)),
                 std::string(rows.bytes(2))};
}

std::string BodyTable::read(BodyId id, std::uint64_t offset, std::size_t length) const {
  return connection_.read_blob("body", "data", static_cast<std::int64_t>(id.value()), offset, length);
}

std::optional<std::string> BodyTable::structure(BodyId id) {
  auto rows = structure_.query(id);
  if (!rows.next()) return std::nullopt;
  return std::string(rows.bytes(0));
}

std::optional<std::uint64_t> BodyTable::structure_size(BodyId id) {
  auto rows = structure_size_.query(id);
  if (!rows.next()) return std::nullopt;
  return static_cast<std::uint64_t>(rows.integer(0));
}

bool BodyTable::has_file(std::string_view file) { return has_file_.query(file).next(); }

std::vector<BodyId> BodyTable::above(std::optional<BodyId> id, std::size_t limit) {
  std::vector<BodyId> ids;
  auto rows = above_.query(id ? static_cast<std::int64_t>(id->value()) : -1, limit);
  while (rows.next()) ids.push_back(rows.number<BodyId>(0));
  return ids;
}

void BodyTable::each(const std::function<void(BodyId, const BodyRow&)>& f) {
  auto rows = each_.query();
  while (rows.next())
    f(rows.number<BodyId>(0),
      {static_cast<std::uint64_t>(rows.integer(1)), std::string(rows.bytes(2)), std::string(rows.bytes(3))});
}

std::uint64_t BodyTable::inline_size(BodyId id) {
  auto rows = inline_size_.query(id);
  return rows.next() ? static_cast<std::uint64_t>(rows.integer(0)) : 0;
}

std::uint64_t BodyTable::extra(BodyId id) {
  auto rows = extra_.query(id);
  return rows.next() ? static_cast<std::uint64_t>(rows.integer(0)) : 0;
}

std::uint64_t BodyTable::shared_count() {
  auto rows = shared_count_.query();
  rows.next();
  return static_cast<std::uint64_t>(rows.integer(0));
}

RangeSet<BodyId> BodyTable::garbage_ranges() {
  RangeSet<BodyId> out;
  auto rows = garbage_ranges_.query();
  while (rows.next()) out.add(Range<BodyId>{rows.number<BodyId>(0), rows.number<BodyId>(1)});
  return out;
}

void BodyTable::share(BodyId id) { share_.execute(id); }

std::vector<BodyId> BodyTable::shared_within(Range<BodyId> range) {
  std::vector<BodyId> out;
  auto rows = shared_within_.query(range.first, range.last);
  while (rows.next()) out.push_back(rows.number<BodyId>(0));
  return out;
}

void BodyTable::release_once(const RangeSet<BodyId>& ids, RangeSet<BodyId>& unreferenced) {
  unreferenced.add(ids);
  for (const auto& range : ids.ranges())
    for (const auto shared : shared_within(range)) {
      unshare_.execute(shared);
      drop_shared_.execute(shared);
      unreferenced.remove(shared);
    }
}

std::uint64_t BodyTable::release(std::vector<SizedBody> bodies, std::int64_t now) {
  std::ranges::sort(bodies);
  std::vector<BodyId> ids;
  ids.reserve(bodies.size());
  for (const auto& body : bodies) ids.push_back(body.id);
  RangeSet<BodyId> unreferenced;
  while (!ids.empty()) {
    // Each body once a round: one that is named twice is shared in the first round, and perhaps no more in the
    // next.
    RangeSet<BodyId> round;
    std::vector<BodyId> again;
    for (const auto id : ids)
      if (!round.empty() && round.back() == id)
        again.push_back(id);
      else
        round.add(id);
    release_once(round, unreferenced);
    ids = std::move(again);
  }
  for (const auto& range : unreferenced.ranges()) add_garbage_.execute(range.first, range.last, now);
  return bytes_of(unreferenced, bodies);
}

std::vector<BodyId> BodyTable::garbage(std::size_t limit, std::int64_t before) {
  std::vector<BodyId> out;
  auto rows = garbage_.query(before);
  while (out.size() < limit && rows.next())
    for (auto id = rows.integer(0); id <= rows.integer(1) && out.size() < limit; ++id)
      out.push_back(BodyId(static_cast<std::uint64_t>(id)));
  return out;
}

std::optional<std::int64_t> BodyTable::oldest_garbage() {
  auto rows = oldest_garbage_.query();
  if (!rows.next() || rows.is_null(0)) return std::nullopt;
  return rows.integer(0);
}

std::int64_t BodyTable::newest() {
  auto rows = newest_.query();
  rows.next();
  return rows.integer(0);
}

void BodyTable::shrink_garbage(BodyId id) {
  auto rows = garbage_around_.query(id);
  if (!rows.next()) return;
  const auto first = rows.integer(0);
  const auto last = rows.integer(1);
  const auto since = rows.integer(2);
  const auto at = static_cast<std::int64_t>(id.value());
  if (at > last) return;
  drop_garbage_.execute(first);
  if (first < at) add_garbage_.execute(first, at - 1, since);
  if (at < last) add_garbage_.execute(at + 1, last, since);
}

void BodyTable::erase(std::span<const BodyId> ids) {
  const auto last = newest();
  const auto is_last = [&](BodyId id) { return static_cast<std::int64_t>(id.value()) == last; };
  if (std::ranges::any_of(ids, is_last)) set_newest_.execute(last);
  for (const auto id : ids) {
    shrink_garbage(id);
    erase_structure_.execute(id);
    erase_.execute(id);
  }
}

}  // namespace postbag::storage::sqlite
