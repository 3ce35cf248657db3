// The table of index pages: rows of (mailbox, first UID) -> packed messages. FORMAT.md, "Page".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/numbers.h"
#include "storage/sqlite/connection.h"

namespace postbag::storage::sqlite {

/// What is known of a page without unpacking it.
struct PageSummary {
  Uid key;  ///< the first UID the page was made with; its UIDs lie from here to `last`
  Uid last;
  ModSeq modseq;  ///< highest of its messages
  std::uint32_t count;
  std::uint32_t unseen;
};

class PageTable {
 public:
  explicit PageTable(const Connection& connection);

  /// All pages of a mailbox, rising by key. Read from an index alone.
  std::vector<PageSummary> directory(MailboxId mailbox);
  /// The packed messages. Throws Corrupt when the page is not there.
  std::string load(MailboxId mailbox, Uid key);
  void save(MailboxId mailbox, const PageSummary& summary, std::string_view data);
  void erase(MailboxId mailbox, Uid key);
  void erase_all(MailboxId mailbox);

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
