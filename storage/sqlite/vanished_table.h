// The log of UIDs that vanished. FORMAT.md, "vanished".
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "storage/mail.h"
#include "storage/sqlite/connection.h"

namespace postbag::storage::sqlite {

/// One entry: what one operation took away.
struct VanishedRow {
  ModSeq modseq;
  std::int64_t time;
  UidSet uids;
};

class VanishedTable {
 public:
  explicit VanishedTable(const Connection& connection);

  void add(MailboxId mailbox, const VanishedRow& row);
  /// All above `since`, rising by modseq.
  std::vector<VanishedRow> above(MailboxId mailbox, Since since);
  /// The entry with the lowest modseq, without its UIDs: {modseq, time, ranges}.
  struct Oldest {
    ModSeq modseq;
    std::int64_t time;
    std::uint64_t ranges;
  };
  std::optional<Oldest> oldest(MailboxId mailbox);
  void erase(MailboxId mailbox, ModSeq modseq);
  void erase_all(MailboxId mailbox);

 private:
  Statement add_, above_, oldest_, erase_, erase_all_;
};

}  // namespace postbag::storage::sqlite
