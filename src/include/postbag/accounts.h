// Administration and inspection of a data directory, for tools that run beside a server.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "postbag/server.h"

namespace postbag {

/// One more password of an account, for one program.
struct AppPassword {
  std::string label;
  bool read_only;
  std::int64_t created;  ///< seconds since 1970-01-01T00:00:00Z
};

/// An account that is at another server.
struct MovedAccount {
  std::string name;
  std::string url;  ///< as clients are sent it: "imap://bob;AUTH=*@new.example.org/"
};

/// What became of the lines of a passwd-file.
struct Imported {
  std::size_t added = 0;
  std::size_t without_keys = 0;      ///< of these: SCRAM fails for them until a login that sends the password
  std::vector<std::string> skipped;  ///< one line of text for each account that was not added, with the reason
};

/// The list of accounts of a data directory. Safe to use while a server or other processes use the directory. One
/// thread at a time may use an object. Every method blocks for the disk; methods that take a password also block
/// for its hash (about 0.1 s).
class AccountFile {
 public:
  /// Opens `data_dir` and creates it when it does not exist. `names` must be the same rules as the server's.
  /// Causes: broken, bad_option (`data_dir` is empty).
  static Expected<AccountFile> open(const std::string& data_dir, const AccountNames& names = {});
  AccountFile(AccountFile&&) noexcept;
  AccountFile& operator=(AccountFile&&) noexcept;
  ~AccountFile();

  Expected<void> add(std::string_view name, std::string_view password);
  Expected<void> set_password(std::string_view name, std::string_view password);
  /// Its mail is deleted when a server opens the directory the next time. A running server is not notified: call
  /// Server::disconnect there.
  Expected<void> remove(std::string_view name);
  /// Account names in rising order.
  Expected<std::vector<std::string>> list() const;

  /// An administrator may log in as every user, by the authorization identity of SASL (RFC 4422 section 3.4.1).
  Expected<void> set_administrator(std::string_view name, bool is_one);
  /// The account is at another server from now on. `url` says which: "imap://new.example.org/", also with a port,
  /// and with the user there when it has another name, "imap://bob%40example.org@new.example.org/" (RFC 5092
  /// section 4). Who logs in with the right password gets NO with that URL (RFC 2221), and mail servers that ask
  /// for it are refused; deliveries fail with Cause::refused, so that no mail is lost. The mail stays here: an
  /// administrator can still log in as the account, to fetch it. Sessions go on: see Server::disconnect. The new
  /// server should not refer its clients back here (RFC 2221 section 3). Causes: no_such_account, bad_option (the
  /// URL).
  Expected<void> move(std::string_view name, std::string_view url);
  /// The account is here again. Cause: no_such_account.
  Expected<void> move_back(std::string_view name);
  /// In rising order of names.
  Expected<std::vector<MovedAccount>> moved() const;
  /// Yields a new password, which is shown nowhere again. It works beside the account's own one, with the
  /// mechanisms that send a password; with `read_only`, who logs in with it can change nothing. A label is UTF-8 of
  /// 1 to 64 bytes. Causes: account_exists when the label is taken, invalid_name (the label), refused when there
  /// are too many, no_such_account.
  Expected<std::string> add_app_password(std::string_view name, std::string_view label, bool read_only);
  /// Sessions that have logged in with it go on: see Server::disconnect. Causes: invalid_name when there is none,
  /// no_such_account.
  Expected<void> remove_app_password(std::string_view name, std::string_view label);
  /// In rising order of labels.
  Expected<std::vector<AppPassword>> app_passwords(std::string_view name) const;
  /// Adds the accounts of a file like Dovecot's passwd-file: "user:{SCHEME}hash:...". Accounts that exist are left
  /// as they are. Passwords in other forms than ours are replaced by ours at their first login.
  Expected<Imported> import_passwd_file(std::string_view text);

 private:
  struct Impl;
  explicit AccountFile(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// One message as it is stored in a mailbox.
struct MessageSummary {
  std::uint32_t uid;
  std::uint64_t modseq;
  std::uint64_t body;  ///< id of the message's bytes; copies have the same id
  std::uint64_t size;
  std::vector<std::string> flags;  ///< "\Seen", "$Forwarded", ...
  std::int64_t internal_date;      ///< seconds since 1970-01-01T00:00:00Z
  std::string checksum;            ///< BLAKE2b-256 of the message's bytes, in hexadecimal
};

struct StoredMailbox {
  std::string name;
  std::uint32_t uid_validity;
  std::uint32_t uid_next;
  std::uint64_t highest_modseq;
  std::uint32_t unseen;
  bool subscribed;
  std::vector<std::string> special_uses;  ///< "\Drafts", ...
  std::vector<MessageSummary> messages;   ///< in rising order of UID
};

/// Calls `each` for every mailbox of an account, in rising order of name. When `mailbox` is not empty, calls it
/// for that mailbox only. Only reads, and works beside a running server; changes made meanwhile may be seen in
/// part. `names` must be the same rules as the server's. Causes: no_such_account, no_such_mailbox, broken.
Expected<void> read_account(const std::string& data_dir, std::string_view user, std::string_view mailbox,
                            const std::function<void(const StoredMailbox&)>& each, const AccountNames& names = {});

/// What verify_account checked, and how many deviations it found.
struct Verification {
  std::uint64_t mailboxes = 0;
  std::uint64_t messages = 0;
  std::uint64_t bodies = 0;
  std::uint64_t deviations = 0;
};

/// One result of a verification. The view is valid only during the call.
struct Finding {
  bool harmless;          ///< unused space; not counted as a deviation
  std::string_view text;  ///< one line
};

/// Checks an account's database, index pages, counters, references and bodies, and reports every contradiction.
/// With `every_byte`, also compares each body with its checksum. Only reads, and works beside a running server.
/// `names` must be the same rules as the server's. Causes: no_such_account, broken (the account cannot be read at
/// all).
Expected<Verification> verify_account(const std::string& data_dir, std::string_view user, bool every_byte,
                                      const std::function<void(const Finding&)>& each,
                                      const AccountNames& names = {});

/// Counts the totals of an account again and stores them, where verify_account found a wrong one. Works beside a
/// running server. `names` must be the same rules as the server's. Causes: no_such_account, broken.
Expected<void> recount_account(const std::string& data_dir, std::string_view user, const AccountNames& names = {});

/// Checks the list of accounts as verify_account checks one.
Expected<void> verify_accounts(const std::string& data_dir, const std::function<void(const Finding&)>& each);

}  // namespace postbag
