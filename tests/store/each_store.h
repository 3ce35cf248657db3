// Runs a test with every kind of store there is.
//
// A store of your own has to keep the same promises: add a row to `kinds`.
#pragma once

#include <memory>

#include "storage/accounts/file_stores.h"
#include "tests/store/mail_account.h"
#include "tests/store/map/map_store.h"

namespace postbag::storage::test {

struct Kind {
  const char* name;
  std::unique_ptr<StoreProvider> (*make)(const std::filesystem::path& directory);
};

inline std::unique_ptr<StoreProvider> make_file_stores(const std::filesystem::path& directory) {
  StoreOptions options;
  options.durability = Durability::none;
  options.inline_body = 1000;     // so that there are files
  options.cache_bytes = 100'000;  // so that pages come and go
  return std::make_unique<FileStores>(directory, options);
}

inline const Kind kinds[] = {
    {"SQLite in a file", make_file_stores},
    {"SQLite in memory", [](const std::filesystem::path&) { return make_file_stores({}); }},
    {"maps", [](const auto&) -> std::unique_ptr<StoreProvider> { return std::make_unique<MapStores>(); }},
};

/// A new account in a store of that kind.
struct AnyAccount : MailAccount {
  explicit AnyAccount(const Kind& kind, StoreSettings given = {})
      : settings(std::move(given)), stores(kind.make(directory.path())) {
    settings.clock = &clock;
    stores->create(account.id, account.owner());
    store = stores->open(account, settings);
    make_mailboxes();
  }
  Store& mail() override { return *store; }
  /// Closes and opens again, where that keeps the mail.
  void reopen() {
    if (!stores->can_reopen()) return;
    store.reset();
    store = stores->open(account, settings);
  }

  /// Hours pass, and what nothing refers to goes.
  void clean_up() {
    for (const int hours : {0, 2}) {
      clock.seconds += hours * 3'600;
      while (store->maintain({}).more) {
      }
    }
  }

  TemporaryDirectory directory;
  StoreSettings settings;
  const Account account{AccountId(1), "alice", {}, 0, "identity of alice"};
  std::unique_ptr<StoreProvider> stores;
  std::unique_ptr<Store> store;
};

/// f(AnyAccount&) once with each kind.
template <class F>
void for_each_store(F&& f, const StoreSettings& settings = {}) {
  for (const Kind& kind : kinds) {
    CAPTURE(kind.name);
    AnyAccount account(kind, settings);
    f(account);
  }
}

}  // namespace postbag::storage::test
