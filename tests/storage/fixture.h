// An account in our own store, which can be opened again, with its finer grips.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "storage/sqlite/mail_database.h"
#include "tests/store/mail_account.h"

namespace postbag::storage::test {

/// The store in a directory, of that account only if given.
inline std::unique_ptr<PagedStore> open_account(const std::filesystem::path& directory,
                                                std::optional<Owner> owner = {}) {
  StoreOptions options;
  options.directory = directory;
  options.owner = std::move(owner);
  return sqlite::open_store(std::move(options));
}

/// In memory or in files, with an INBOX.
struct TestAccount : MailAccount {
  explicit TestAccount(bool in_files, StoreOptions given = {}) : options(std::move(given)) {
    options.directory = in_files ? directory.path() / "account" : std::filesystem::path();
    options.clock = &clock;
    options.durability = Durability::none;
    options.inline_body = 1000;
    store = sqlite::open_store(options);
    make_mailboxes();
  }
  Store& mail() override { return *store; }
  /// Closes and opens again; a store in memory stays.
  void reopen() {
    if (options.directory.empty()) return;
    store.reset();
    store = sqlite::open_store(options);
  }

  TemporaryDirectory directory;
  StoreOptions options;
  std::unique_ptr<PagedStore> store;
};

}  // namespace postbag::storage::test
