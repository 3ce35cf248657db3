// All that a client can know of an account, as a value to compare.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "storage/sqlite/mail_database.h"

namespace postbag::storage::test {

/// A message in one mailbox.
struct MessageState {
  Message message;
  std::vector<std::string> keywords;
  std::string what;     ///< its structure, by which the tests distinguish messages
  bool intact = false;  ///< its bytes exist and have their checksum
  bool operator==(const MessageState&) const = default;
};

/// A name, and the mailbox it has if any.
struct MailboxPicture {
  MailboxEntry entry{MailboxName::inbox(), {}, {}, false, false};
  MailboxState state;
  std::vector<MessageState> messages;
  UidSet vanished;
};

/// Everything, by name.
struct AccountState {
  std::map<std::string, MailboxPicture> mailboxes;
  bool operator==(const AccountState& other) const { return text() == other.text(); }
  /// One line a mailbox and a message.
  std::string text() const;
  /// True if every message is intact.
  bool intact() const;
  /// How often each message occurs in all mailboxes, by its structure.
  std::map<std::string, int> census() const;
};

/// Reads it. Throws what the store throws.
AccountState read_account(PagedStore& store);

}  // namespace postbag::storage::test
