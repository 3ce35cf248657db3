#include "storage/sqlite/page_table.h"

#include <algorithm>

#include "storage/errors.h"

namespace postbag::storage::sqlite {

PageTable::PageTable(const Connection& connection)
    : directory_(connection.prepare("SELECT id, last, modseq, count, unseen FROM page INDEXED BY page_directory "
                                    "WHERE mailbox = ?")),
      load_(connection.prepare("SELECT data FROM page WHERE id = ?")),
      save_(connection.prepare(
          "INSERT INTO page (id, mailbox, modseq, last, count, unseen, data) "
          "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET modseq = excluded.modseq, "
          "last = excluded.last, count = excluded.count, unseen = excluded.unseen, "
          "data = excluded.data")),
      erase_(connection.prepare("DELETE FROM page WHERE id = ?")),
      erase_all_(connection.prepare("DELETE FROM page WHERE mailbox = ?")) {}

std::vector<PageSummary> PageTable::directory(MailboxId mailbox) {
  std::vector<PageSummary> out;
  auto rows = directory_.query(mailbox);
  while (rows.next())
    out.push_back({.key = Uid(static_cast<std::uint32_t>(rows.integer(0) & 0xffff'ffff)),
                   .last = rows.number<Uid>(1),
                   .modseq = rows.number<ModSeq>(2),
                   .count = static_cast<std::uint32_t>(rows.integer(3)),
                   .unseen = static_cast<std::uint32_t>(rows.integer(4))});
  std::ranges::sort(out, {}, &PageSummary::key);
  return out;
}

std::string PageTable::load(MailboxId mailbox, Uid key) {
  auto rows = load_.query(page_row(mailbox, key));
  if (!rows.next()) throw Corrupt("database: an index page is missing");
  return std::string(rows.bytes(0));
}

void PageTable::save(MailboxId mailbox, const PageSummary& page, std::string_view data) {
  save_.execute(page_row(mailbox, page.key), mailbox, page.modseq, page.last, page.count, page.unseen, Blob{data});
}

void PageTable::erase(MailboxId mailbox, Uid key) { erase_.execute(page_row(mailbox, key)); }

void PageTable::erase_all(MailboxId mailbox) { erase_all_.execute(mailbox); }

}  // namespace postbag::storage::sqlite
