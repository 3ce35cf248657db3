#include "storage/sqlite/mailbox_table.h"

#include <algorithm>

#include "storage/engine/pages/page_codec.h"

namespace postbag::storage::sqlite {

namespace {

constexpr std::int64_t retired_names_kept = 10'000;

std::uint32_t small(const Rows& rows, int column) { return static_cast<std::uint32_t>(rows.integer(column)); }

}  // namespace

MailboxTable::MailboxTable(const Connection& c)
    : find_(c.prepare("SELECT id FROM mailbox WHERE name = ?")),
      name_(c.prepare("SELECT name FROM mailbox WHERE id = ?")),
      names_(c.prepare("SELECT id, name, special_use FROM mailbox ORDER BY name")),
      count_(c.prepare("SELECT count(*) FROM mailbox")),
      load_(c.prepare("SELECT uid_validity, uid_next, modseq, messages, unseen, deleted, bytes, first_recent, "
                      "low_water, vanished_ranges, keywords, reserved_modseq FROM mailbox WHERE id = ?")),
      save_(c.prepare("UPDATE mailbox SET uid_validity = ?, uid_next = ?, modseq = ?, messages = ?, unseen = ?, "
                      "deleted = ?, bytes = ?, first_recent = ?, low_water = ?, vanished_ranges = ?, keywords = ?, "
                      "reserved_modseq = ?, generation = ? WHERE id = ?")),
      changed_after_(c.prepare("SELECT id, modseq FROM mailbox WHERE generation > ? ORDER BY id")),
      reserved_(c.prepare("SELECT id FROM mailbox WHERE reserved_modseq > 0")),
      save_first_recent_(c.prepare("UPDATE mailbox SET first_recent = ? WHERE id = ?")),
      create_(c.prepare("INSERT INTO mailbox (name, special_use, uid_validity, uid_next, modseq, messages, unseen, "
                        "deleted, bytes, first_recent, low_water, vanished_ranges, keywords, generation) "
                        "VALUES (?, ?, ?, 1, 1, 0, 0, 0, 0, 1, 0, 0, x'', ?)")),
      created_(c.prepare("SELECT last_insert_rowid()")),
      rename_(c.prepare("UPDATE mailbox SET name = ? WHERE id = ?")),
      erase_(c.prepare("DELETE FROM mailbox WHERE id = ?")),
      last_validity_(c.prepare("SELECT last_uid_validity FROM account")),
      set_last_validity_(c.prepare("UPDATE account SET last_uid_validity = ?")),
      floor_(c.prepare("SELECT retired_floor FROM account")),
      raise_floor_(c.prepare("UPDATE account SET retired_floor = max(retired_floor, ?)")),
      retired_(c.prepare("SELECT uid_validity FROM retired_name WHERE name = ?")),
      retire_(c.prepare("INSERT INTO retired_name (name, uid_validity) VALUES (?, ?) ON CONFLICT (name) DO UPDATE "
                        "SET uid_validity = max(uid_validity, excluded.uid_validity)")),
      retired_count_(c.prepare("SELECT count(*) FROM retired_name")),
      lowest_(c.prepare("SELECT name, uid_validity FROM retired_name ORDER BY uid_validity LIMIT 1")),
      drop_lowest_(c.prepare("DELETE FROM retired_name WHERE name = ?")) {}

std::optional<MailboxId> MailboxTable::find(std::string_view name) {
  auto rows = find_.query(name);
  if (!rows.next()) return std::nullopt;
  return rows.number<MailboxId>(0);
}

std::optional<std::string> MailboxTable::name(MailboxId id) {
  auto rows = name_.query(id);
  if (!rows.next()) return std::nullopt;
  return std::string(rows.bytes(0));
}

std::vector<NameRow> MailboxTable::names() {
  std::vector<NameRow> out;
  auto rows = names_.query();
  while (rows.next())
    out.push_back({rows.number<MailboxId>(0), std::string(rows.bytes(1)),
                   SpecialUses::from_bits(static_cast<std::uint64_t>(rows.integer(2)))});
  return out;
}

std::uint64_t MailboxTable::count() {
  auto rows = count_.query();
  rows.next();
  return static_cast<std::uint64_t>(rows.integer(0));
}

std::optional<MailboxRow> MailboxTable::load(MailboxId id) {
  auto rows = load_.query(id);
  if (!rows.next()) return std::nullopt;
  MailboxRow row{.state = {.uid_validity = rows.number<UidValidity>(0),
                           .uid_next = rows.number<Uid>(1),
                           .highest_modseq = rows.number<ModSeq>(2),
                           .messages = small(rows, 3),
                           .unseen = small(rows, 4),
                           .deleted = small(rows, 5),
                           .bytes = static_cast<std::uint64_t>(rows.integer(6)),
                           .first_recent = rows.number<Uid>(7)},
                 .keywords = pages::unpack_keywords(rows.bytes(10)),
                 .low_water = static_cast<Since>(rows.integer(8)),
                 .vanished_ranges = static_cast<std::uint64_t>(rows.integer(9)),
                 .reserved_modseq = static_cast<std::uint64_t>(rows.integer(11))};
  row.state.keywords = static_cast<std::uint32_t>(row.keywords.size());
  return row;
}

std::vector<ChangedMailbox> MailboxTable::changed_after(std::uint64_t generation) {
  std::vector<ChangedMailbox> out;
  auto rows = changed_after_.query(generation);
  while (rows.next()) out.push_back({rows.number<MailboxId>(0), rows.number<ModSeq>(1)});
  return out;
}

std::vector<MailboxId> MailboxTable::reserved() {
  std::vector<MailboxId> out;
  auto rows = reserved_.query();
  while (rows.next()) out.push_back(rows.number<MailboxId>(0));
  return out;
}

void MailboxTable::save(MailboxId id, const MailboxRow& row, std::uint64_t generation) {
  const auto& s = row.state;
  save_.execute(s.uid_validity, s.uid_next, s.highest_modseq, s.messages, s.unseen, s.deleted, s.bytes,
                s.first_recent, row.low_water, row.vanished_ranges, Blob{pages::pack_keywords(row.keywords)},
                row.reserved_modseq, generation, id);
}

void MailboxTable::save_first_recent(MailboxId id, Uid first_recent) {
  save_first_recent_.execute(first_recent, id);
}

MailboxId MailboxTable::create(std::string_view name, SpecialUses use, UidValidity validity,
                               std::uint64_t generation) {
  create_.execute(name, use.bits(), validity, generation);
  auto rows = created_.query();
  rows.next();
  return rows.number<MailboxId>(0);
}

void MailboxTable::rename(MailboxId id, std::string_view name) { rename_.execute(name, id); }

void MailboxTable::erase(MailboxId id) { erase_.execute(id); }

std::uint32_t MailboxTable::last_validity() {
  auto rows = last_validity_.query();
  rows.next();
  return small(rows, 0);
}

void MailboxTable::set_last_validity(UidValidity validity) { set_last_validity_.execute(validity); }

std::uint32_t MailboxTable::floor() {
  auto rows = floor_.query();
  rows.next();
  return small(rows, 0);
}

std::uint32_t MailboxTable::retired(std::string_view name) {
  auto rows = retired_.query(name);
  return std::max(rows.next() ? small(rows, 0) : 0, floor());
}

void MailboxTable::retire(std::string_view name, UidValidity validity) {
  retire_.execute(name, validity);
  auto count = retired_count_.query();
  count.next();
  if (count.integer(0) <= retired_names_kept) return;
  auto lowest = lowest_.query();
  lowest.next();
  const std::string dropped(lowest.bytes(0));
  raise_floor_.execute(lowest.integer(1));
  drop_lowest_.execute(dropped);
}

}  // namespace postbag::storage::sqlite
