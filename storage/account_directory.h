// Who has an account: names, passwords and numbers. Where the mail is, see store_provider.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/numbers.h"
#include "core/result.h"
#include "storage/owner.h"

namespace postbag::storage {

/// What is stored of a password; opaque here.
struct Credentials {
  std::string password_hash;
  std::string scram = {};  ///< keys for SCRAM; empty: none are known

  bool operator==(const Credentials&) const = default;
};

/// Who may log in.
struct Account {
  AccountId id;
  std::string name;
  Credentials credentials;
  std::int64_t created;  ///< seconds since 1970 UTC
  std::string identity;  ///< see Owner
  bool is_administrator = false;
  std::string moved_to = {};  ///< the URL of the server where it is now; empty: here

  Owner owner() const { return {name, identity}; }
};

/// One more password of an account, for one program. The hash is opaque here.
struct AppPassword {
  std::string label;
  std::string hash;
  bool read_only = false;
  std::int64_t created = 0;  ///< seconds since 1970 UTC
};

/// What a sweep did.
struct Swept {
  std::size_t accounts = 0;       ///< whose mail was deleted
  std::vector<std::string> left;  ///< what could not be deleted and why; the next sweep tries again
};

/// The accounts of a server. Used by one thread at a time. Throws Broken and what derives from it.
class AccountDirectory {
 public:
  AccountDirectory() = default;
  virtual ~AccountDirectory() = default;
  AccountDirectory(const AccountDirectory&) = delete;
  AccountDirectory& operator=(const AccountDirectory&) = delete;

  /// The account, with its empty store. Errors: invalid_account_name (empty, over 255 bytes, not UTF-8, control
  /// characters), account_exists.
  virtual Result<AccountId> add(std::string_view name, const Credentials& credentials) = 0;
  /// Error: no_such_account.
  virtual Result<void> set_credentials(std::string_view name, const Credentials& credentials) = 0;
  /// The same, but only while the account has still the old ones: somebody may have changed the password meanwhile.
  /// Whether it had.
  virtual bool replace_credentials(AccountId id, const Credentials& old, const Credentials& credentials) = 0;
  /// Error: no_such_account.
  virtual Result<void> set_administrator(std::string_view name, bool is_one) = 0;
  /// See Account::moved_to. Error: no_such_account.
  virtual Result<void> set_moved_to(std::string_view name, std::string_view url) = 0;
  /// 32 random bytes, made once with the directory and never shown to anybody.
  virtual std::string secret() const = 0;

  /// Takes `created` from the clock. Errors: no_such_account, account_exists when the label is taken.
  virtual Result<void> add_app_password(AccountId id, const AppPassword& password) = 0;
  /// Whether there was one of that label.
  virtual bool remove_app_password(AccountId id, std::string_view label) = 0;
  /// Rising by label.
  virtual std::vector<AppPassword> app_passwords(AccountId id) const = 0;
  /// Of an account that had none, once its store has it too: see Owner.
  virtual void set_identity(AccountId id, std::string_view identity) = 0;
  /// Takes the account out of the directory; its mail is removed by sweep(). Error: no_such_account.
  virtual Result<void> remove(std::string_view name) = 0;
  /// Rising by name.
  virtual std::vector<Account> list() const = 0;
  /// Names are compared byte by byte. Nothing when there is none.
  virtual std::optional<Account> find(std::string_view name) const = 0;
  virtual std::optional<Account> find(AccountId id) const = 0;
  /// Deletes the mail of accounts that remove() took out, and no other. When no store is open.
  virtual Swept sweep() = 0;
};

}  // namespace postbag::storage
