// A store that keeps messages in maps. It is written against the headers of storage/ alone: whatever it needs, the
// host of another store has too.
#pragma once

#include <memory>

#include "storage/store_provider.h"
#include "tests/store/map/map_transaction.h"

namespace postbag::storage::test {

/// What is there of an account when no store is open.
struct MapMail {
  MapAccount account;
  MapTransaction::Claims claims;
  std::map<BodyId, std::int64_t> unused;  ///< since when no message refers to them
};

class MapStore : public Store {
 public:
  MapStore(MapMail& mail, StoreSettings settings);

  std::unique_ptr<BodyWriter> stage(std::size_t memory_limit) override;
  CommitReport commit(std::span<Write* const> writes) override;
  Maintenance maintain(MaintenanceScope scope) override;
  bool failed() const override { return false; }
  StoreCounters counters() const override { return counters_; }

 protected:
  ReadTransaction& begin_read() override { return reading_; }
  void end_read() noexcept override {}

 private:
  /// The account after the write; nothing when it is refused or throws.
  std::optional<MapAccount> run(Write& write, const MapAccount& before);

  MapMail& mail_;
  const StoreSettings settings_;
  MapTransaction reading_;
  StoreCounters counters_;
};

/// Accounts whose mail lives as long as this.
class MapStores final : public StoreProvider {
 public:
  std::unique_ptr<Store> open(const Account& account, const StoreSettings& settings) override;
  std::optional<Owner> owner(AccountId id) override;
  void create(AccountId id, const Owner& owner) override;
  bool exists(AccountId id) override { return mail_.contains(id); }
  std::vector<AccountId> ids() override;
  bool was_used(AccountId id) override { return !mail_[id].account.mailboxes.empty(); }
  void set_aside(AccountId id) override { aside_.insert(mail_.extract(id)); }
  bool erase_set_aside(AccountId id) override { return aside_.erase(id) != 0; }

 private:
  std::map<AccountId, MapMail> mail_, aside_;
  std::map<AccountId, Owner> owners_;
};

}  // namespace postbag::storage::test
