// The accounts of a data directory.
//
//   DIR/lock            held by the server
//   DIR/directory.db    the accounts
//   DIR/accounts/<id>/  one account's mail: see store.h
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/clock.h"
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

/// Mail in a directory of an account that directory.db does not know, as an older copy of that leaves it.
struct Stray {
  AccountId id;
  std::optional<Owner> owner;  ///< nothing: an older postbag made it, or it cannot be read
};

/// What a sweep did.
struct Swept {
  std::size_t accounts = 0;       ///< whose mail was deleted
  std::vector<std::string> left;  ///< what could not be deleted and why; the next sweep tries again
};

/// The exclusive hold on a data directory; one server at a time. Commands that only touch the directory database
/// need none. Movable; released by destruction, and by the end of the process
/// and of its children made by fork(2), which hold it too but release nothing by destruction.
class DataLock {
 public:
  /// Makes the directory when missing. Throws InUse when another process or object holds it, Broken when it cannot.
  static DataLock acquire(const std::filesystem::path& directory);
  DataLock(DataLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)), process_(other.process_) {}
  DataLock& operator=(DataLock&& other) noexcept;
  ~DataLock();

 private:
  explicit DataLock(int fd);
  int fd_;
  int process_;  ///< that took it
};

/// The directory database. Several processes may use one at once, each change being one synced transaction; an
/// object is used by one thread at a time. Throws Broken and what derives from it; waits up to 5 s for another
/// process.
class Directory {
 public:
  /// Opens or makes DIR/directory.db; an empty path: in memory. `clock` must outlive it.
  static std::unique_ptr<Directory> open(const std::filesystem::path& directory,
                                         const Clock& clock = system_clock());
  ~Directory();

  /// The account with its database of mail: nothing else makes that, so where it is missing something is wrong.
  /// Mail of that name that is there although directory.db did not know it (see Stray) becomes the account's.
  /// Errors: invalid_account_name (empty, over 255 bytes, not UTF-8, control characters), account_exists.
  Result<AccountId> add(std::string_view name, std::string_view password_hash);
  /// Error: no_such_account.
  Result<void> set_hash(std::string_view name, std::string_view password_hash);
  /// Of an account that an older postbag made, once its mail has it too.
  void set_identity(AccountId id, std::string_view identity);
  /// Takes the account out of the database; its mail is removed by sweep(). Error: no_such_account.
  Result<void> remove(std::string_view name);
  /// Rising by name.
  std::vector<Account> list() const;
  /// Names are compared byte by byte. Nothing when there is none.
  std::optional<Account> find(std::string_view name) const;
  std::optional<Account> find(AccountId id) const;

  /// Where that account's Store lives; empty when the directory is in memory.
  std::filesystem::path account_directory(AccountId id) const;
  /// Deletes the mail of accounts that remove() took out, and no other. For the holder of DataLock, when no store
  /// is open.
  Swept sweep();
  /// Rising. Reads their databases.
  std::vector<Stray> strays() const;

 private:
  class Impl;
  explicit Directory(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace postbag::storage
