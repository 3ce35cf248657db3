#include "storage/sqlite/vanished_table.h"

#include "storage/engine/pages/page_codec.h"

namespace postbag::storage::sqlite {

VanishedTable::VanishedTable(const Connection& c)
    : add_(c.prepare("INSERT INTO vanished (mailbox, modseq, time, ranges, uids) VALUES (?, ?, ?, ?, ?)")),
      above_(c.prepare("SELECT modseq, time, uids FROM vanished WHERE mailbox = ? AND modseq > ? ORDER BY modseq")),
      oldest_(c.prepare("SELECT modseq, time, ranges FROM vanished WHERE mailbox = ? ORDER BY modseq LIMIT 1")),
      erase_(c.prepare("DELETE FROM vanished WHERE mailbox = ? AND modseq = ?")),
      erase_all_(c.prepare("DELETE FROM vanished WHERE mailbox = ?")) {}

void VanishedTable::add(MailboxId mailbox, const VanishedRow& row) {
  add_.execute(mailbox, row.modseq, row.time, row.uids.ranges().size(), Blob{pages::pack_uids(row.uids)});
}

std::vector<VanishedRow> VanishedTable::above(MailboxId mailbox, Since since) {
  std::vector<VanishedRow> out;
  auto rows = above_.query(mailbox, since);
  while (rows.next()) out.push_back({rows.number<ModSeq>(0), rows.integer(1), pages::unpack_uids(rows.bytes(2))});
  return out;
}

std::optional<VanishedTable::Oldest> VanishedTable::oldest(MailboxId mailbox) {
  auto rows = oldest_.query(mailbox);
  if (!rows.next()) return std::nullopt;
  return Oldest{rows.number<ModSeq>(0), rows.integer(1), static_cast<std::uint64_t>(rows.integer(2))};
}

void VanishedTable::erase(MailboxId mailbox, ModSeq modseq) { erase_.execute(mailbox, modseq); }

void VanishedTable::erase_all(MailboxId mailbox) { erase_all_.execute(mailbox); }

}  // namespace postbag::storage::sqlite
