// The table of index pages: rows of (mailbox, first UID) -> packed messages. FORMAT.md, "Page".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/numbers.h"
#include "storage/engine/tables.h"
#include "storage/sqlite/connection/connection.h"

namespace postbag::storage::sqlite {

class PageTable final : public storage::PageTable {
 public:
  explicit PageTable(const Connection& connection);

  std::vector<PageSummary> directory(MailboxId mailbox) override;
  std::string load(MailboxId mailbox, Uid key) override;
  void save(MailboxId mailbox, const PageSummary& summary, std::string_view data) override;
  void erase(MailboxId mailbox, Uid key) override;
  void erase_all(MailboxId mailbox) override;

 private:
  Statement directory_;
  Statement load_;
  Statement save_;
  Statement erase_;
  Statement erase_all_;
};

/// Where a page lies: mailbox in the upper, first UID in the lower 32 bits, so that the pages of a mailbox are
/// neighbours. Mailbox ids are counted up one by one and stay below 2^31.
constexpr std::int64_t page_row(MailboxId mailbox, Uid key) {
  return static_cast<std::int64_t>(mailbox.value() << 32 | key.value());
}

}  // namespace postbag::storage::sqlite
