// Keeps the accounts and their stores in step: how they are made, found again and deleted.
//
// The two are in different files, so no transaction holds both. What a crash may leave is always something of which
// directory.db has a tombstone, and the next sweep takes it: a new account is one until its store is durable and
// its row is committed together with the end of the tombstone; a removed one is one until its mail is gone.

#include <algorithm>

#include "storage/accounts/directory_impl.h"

namespace postbag::storage {

/// Above all that were ever given, and none that is taken: this directory.db may be older than the stores.
AccountId Directory::Impl::free_number() {
  AccountId id = accounts_.next_number();
  while (removed_.has(id) || stores_->is_taken(id)) id = id.next();
  return id;
}

sqlite::Removed Directory::Impl::plan() {
  return transact([&] {
    const sqlite::Removed planned{free_number(), {.name = {}, .identity = draw_identity()}};
    removed_.add(planned, now());
    return planned;
  });
}

Result<AccountId> Directory::Impl::make(const sqlite::Removed& planned, std::string_view name,
                                        const Credentials& credentials) {
  const Owner owner{.name = std::string(name), .identity = planned.owner.identity};
  return change([&]() -> Result<AccountId> {
    removed_.erase(planned.id);
    if (accounts_.find(name)) return std::unexpected(Error::account_exists);
    accounts_.add({planned.id, owner.name, credentials, now(), owner.identity});
    // Before the row is committed: a row without a store would be an account whose mail is missing.
    stores_->create(planned.id, owner);
    return planned.id;
  });
}

void Directory::Impl::forget(const sqlite::Removed& planned) noexcept {
  try {
    if (!stores_->exists(planned.id)) transact([&] { return removed_.erase(planned.id); });
  } catch (const std::runtime_error&) {
    // A tombstone without a store harms nothing.
  }
}

std::vector<Stray> Directory::Impl::find_strays() {
  return transact([&] {
    std::vector<Stray> strays;
    for (const AccountId id : stores_->ids())
      if (!accounts_.find(id) && !removed_.has(id)) strays.push_back({id, stores_->owner(id)});
    return strays;
  });
}

std::optional<Stray> Directory::Impl::stray_of(std::string_view name) {
  if (!strays_) strays_ = find_strays();
  const auto is_theirs = [&](const Stray& stray) { return stray.owner && stray.owner->name == name; };
  const auto found = std::ranges::find_if(*strays_, is_theirs);
  if (found == strays_->end() || std::ranges::count_if(*strays_, is_theirs) > 1) return std::nullopt;
  return *found;
}

std::optional<Result<AccountId>> Directory::Impl::adopt(const Stray& stray, const Credentials& credentials) {
  std::erase_if(*strays_, [&](const Stray& other) { return other.id == stray.id; });
  return change([&]() -> std::optional<Result<AccountId>> {
    const bool is_stray = !accounts_.find(stray.id) && !removed_.has(stray.id);
    if (!is_stray || stores_->owner(stray.id) != stray.owner) return std::nullopt;
    if (accounts_.find(stray.owner->name)) return std::unexpected(Error::account_exists);
    accounts_.add({stray.id, stray.owner->name, credentials, now(), stray.owner->identity});
    return stray.id;
  });
}

/// A directory.db that was copied while an account was made has that as being made for ever, and it has its mail by
/// now. What cannot be read goes: the number is nobody else's.
bool Directory::Impl::is_what_goes(const sqlite::Removed& removed) {
  const auto found = stores_->owner(removed.id);
  if (!found) return true;
  return removed.is_being_made() ? !stores_->was_used(removed.id) : is_of(found, removed.owner);
}

bool Directory::Impl::take_aside(const sqlite::Removed& removed) {
  return transact([&] {
    if (!removed_.has(removed.id) || !stores_->exists(removed.id)) return false;
    if (!is_what_goes(removed)) {
      removed_.erase(removed.id);  // whose mail it is nobody has removed
      return false;
    }
    stores_->set_aside(removed.id);
    return true;
  });
}

/// One whose store does not exist keeps the tombstone: the volume may come back.
bool Directory::Impl::sweep_one(const sqlite::Removed& removed) {
  bool deleted = stores_->erase_set_aside(removed.id);  // what a sweep before could not delete
  if (take_aside(removed)) deleted = stores_->erase_set_aside(removed.id);
  return deleted && change([&] { return removed_.erase(removed.id); });
}

Swept Directory::sweep() {
  Swept swept;
  for (const sqlite::Removed& removed : impl_->removed_.list()) {
    try {
      if (impl_->sweep_one(removed)) ++swept.accounts;
    } catch (const std::runtime_error& why) {
      swept.left.emplace_back(why.what());
    }
  }
  impl_->empty_log();
  return swept;
}

std::vector<Stray> Directory::strays() const { return impl_->find_strays(); }

}  // namespace postbag::storage
