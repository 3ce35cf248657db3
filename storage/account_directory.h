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

/// Who may log in. The hash is opaque here.
struct Account {
  AccountId id;
  std::string name;
  std::string password_hash;
  std::int64_t created;  ///< seconds since 1970 UTC
  std::string identity;  ///< see Owner

  Owner owner() const { return {name, identity}; }
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
  virtual Result<AccountId> add(std::string_view name, std::string_view password_hash) = 0;
  /// Error: no_such_account.
  virtual Result<void> set_hash(std::string_view name, std::string_view password_hash) = 0;
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
