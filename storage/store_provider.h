// Where the stores of accounts come from. A host that has mail of its own brings one.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "storage/account_directory.h"
#include "storage/options.h"
#include "storage/store.h"

namespace postbag::storage {

/// Stores by the number of their account. open() and owner() may be called from any thread, for one account by one
/// thread at a time; the others are the directory's. Throws what derives from Broken.
class StoreProvider {
 public:
  StoreProvider() = default;
  virtual ~StoreProvider() = default;
  StoreProvider(const StoreProvider&) = delete;
  StoreProvider& operator=(const StoreProvider&) = delete;

  /// Opens the account's store, blocking. At most one object per account lives at a time. Throws Missing, Foreign,
  /// TooNew, InUse, Corrupt or Broken.
  virtual std::unique_ptr<Store> open(const Account& account, const StoreSettings& settings) = 0;
  /// False: a store that is closed is gone, as one in memory.
  virtual bool can_reopen() const { return true; }
  /// Whose store it is; nothing when it does not say, or cannot be read.
  virtual std::optional<Owner> owner(AccountId id) = 0;

  // What an account directory does with stores. Everything that returns is durable.
  /// Makes an empty store. When it throws, there is none.
  virtual void create(AccountId id, const Owner& owner) = 0;
  /// Whether there is one that can be reached now.
  virtual bool exists(AccountId id) = 0;
  /// Whether the number must not be given to a new account, because something has it.
  virtual bool is_taken(AccountId id) { return exists(id); }
  /// All that exist, rising.
  virtual std::vector<AccountId> ids() = 0;
  /// Whether anybody has opened it since it was made. Throws when that cannot be found out.
  virtual bool was_used(AccountId id) = 0;
  /// Takes its number from it; then it is only there to be erased. It must exist.
  virtual void set_aside(AccountId id) = 0;
  /// Deletes what set_aside() left under that number. False when there is nothing.
  virtual bool erase_set_aside(AccountId id) = 0;
};

}  // namespace postbag::storage
