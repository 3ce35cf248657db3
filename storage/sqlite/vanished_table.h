// The log of UIDs that vanished. FORMAT.md, "vanished".
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "storage/engine/tables.h"
#include "storage/sqlite/connection/connection.h"

namespace postbag::storage::sqlite {

class VanishedTable final : public storage::VanishedTable {
 public:
  explicit VanishedTable(const Connection& connection);

  void add(MailboxId mailbox, const VanishedRow& row) override;
  std::vector<VanishedRow> above(MailboxId mailbox, Since since) override;
  std::optional<Oldest> oldest(MailboxId mailbox) override;
  void erase(MailboxId mailbox, ModSeq modseq) override;
  void erase_all(MailboxId mailbox) override;

 private:
  Statement add_, above_, oldest_, erase_, erase_all_;
};

}  // namespace postbag::storage::sqlite
