// An account in use whose store is no database, for tests of sessions.
#pragma once

#include <chrono>
#include <memory>

#include "async/loop.h"
#include "async/workers.h"
#include "session/account/account.h"
#include "tests/store/map/map_store.h"
#include "tests/unit/async/run.h"

namespace postbag::test {

/// An account whose mail is in maps.
class MapAccount {
 public:
  MapAccount() {
    static_cast<void>(store().write([](storage::Transaction& tx) { return create_default_mailboxes(tx); }));
    account_ = std::make_shared<Account>(loop_, worker_, AccountId(1), stores_.open(who_, settings_), nullptr,
                                         AccountOptions{std::chrono::hours{1}, false},
                                         Account::Events{[] {}, [] {}}, totals_);
  }
  ~MapAccount() { async::run_to_end(loop_, account_->close()); }
  MapAccount(const MapAccount&) = delete;
  MapAccount& operator=(const MapAccount&) = delete;

  async::Loop& loop() { return loop_; }
  const std::shared_ptr<Account>& account() const { return account_; }

 private:
  storage::Store& store() {
    stores_.create(who_.id, who_.owner());
    first_ = stores_.open(who_, settings_);
    return *first_;
  }

  async::Loop loop_;
  async::Worker worker_{loop_, false, 8};
  WriteTotals totals_;
  const storage::Account who_{AccountId(1), "anna", {}, 0, "identity of anna"};
  storage::StoreSettings settings_;
  storage::test::MapStores stores_;
  std::unique_ptr<storage::Store> first_;
  std::shared_ptr<Account> account_;
};

}  // namespace postbag::test
