// The accounts of a data directory and what is stored there, for tools that run beside a server.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "postbag/server.h"

namespace postbag {

/// Safe beside a running server and other processes; an object is used by one thread at a time. Every method blocks
/// for the disk, and those with a password for its hash (some 0.1 s).
class AccountFile {
 public:
  /// Opens `data_dir`, making it when missing; `names` as the server has them. Cause::broken.
  static Expected<AccountFile> open(const std::string& data_dir, const AccountNames& names = {});
  AccountFile(AccountFile&&) noexcept;
  AccountFile& operator=(AccountFile&&) noexcept;
  ~AccountFile();

  Expected<void> add(std::string_view name, std::string_view password);
  Expected<void> set_password(std::string_view name, std::string_view password);
  /// A server that runs does not hear of it: see Server::disconnect.
  Expected<void> remove(std::string_view name);
  /// Names, rising.
  Expected<std::vector<std::string>> list() const;

 private:
  struct Impl;
  explicit AccountFile(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// One message as it is stored in a mailbox.
struct StoredMessage {
  std::uint32_t uid;
  std::uint64_t modseq;
  std::uint64_t body;  ///< id of its bytes; equal for copies
  std::uint64_t size;
  std::vector<std::string> flags;  ///< "\Seen", "$Forwarded", ...
  std::int64_t internal_date;      ///< seconds since 1970 UTC
  std::string checksum;            ///< of its bytes, BLAKE2b-256 in hexadecimal
};

struct StoredMailbox {
  std::string name;
  std::uint32_t uid_validity;
  std::uint32_t uid_next;
  std::uint64_t highest_modseq;
  std::uint32_t unseen;
  bool subscribed;
  std::vector<std::string> special_uses;  ///< "\Drafts", ...
  std::vector<StoredMessage> messages;    ///< rising by UID
};

/// Calls `each` for every mailbox of an account, or only for the one named when `mailbox` is not empty, rising by
/// name. Reads only. Works beside a running server; what is written meanwhile may be seen in part. Causes:
/// no_such_account, no_such_mailbox, broken. `names` as the server has them.
Expected<void> read_account(const std::string& data_dir, std::string_view user, std::string_view mailbox,
                            const std::function<void(const StoredMailbox&)>& each, const AccountNames& names = {});

/// What verify_account looked at, and how much of it is wrong.
struct Verification {
  std::uint64_t mailboxes = 0;
  std::uint64_t messages = 0;
  std::uint64_t bodies = 0;
  std::uint64_t deviations = 0;
};

/// Something that verification found; the view dies with the call.
struct Finding {
  bool harmless;          ///< room that is taken for nothing; not counted as a deviation
  std::string_view text;  ///< one line
};

/// Walks an account's database, index pages, counters, references and bodies, and tells what contradicts itself.
/// `every_byte`: also compares each body with its checksum. Reads only; works beside a running server. Causes:
/// no_such_account, broken (it cannot be read at all). `names` as the server has them.
Expected<Verification> verify_account(const std::string& data_dir, std::string_view user, bool every_byte,
                                      const std::function<void(const Finding&)>& each,
                                      const AccountNames& names = {});

/// The same for the list of accounts itself.
Expected<void> verify_accounts(const std::string& data_dir, const std::function<void(const Finding&)>& each);

}  // namespace postbag
