// The directories of the accounts: how they are made, found again and deleted.

#include <algorithm>
#include <charconv>
#include <system_error>

#include "storage/accounts/directory_impl.h"
#include "storage/disk/posix.h"
#include "storage/sqlite/mail_file.h"

namespace postbag::storage {

namespace {

/// The account a directory's name stands for; nothing when it is not one of ours.
std::optional<AccountId> parse_id(const std::string& name) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), value);
  if (error != std::errc() || end != name.data() + name.size()) return std::nullopt;
  return AccountId::from(value);
}

std::vector<AccountId> numbers_in(const std::filesystem::path& accounts) {
  std::vector<AccountId> numbers;
  std::error_code none;  // an absent directory has nothing in it
  for (const auto& entry : std::filesystem::directory_iterator(accounts, none))
    if (const auto id = parse_id(entry.path().filename().string())) numbers.push_back(*id);
  std::ranges::sort(numbers);
  return numbers;
}

/// Nothing also when it cannot be read.
std::optional<Owner> readable_owner(const std::filesystem::path& directory) {
  try {
    return sqlite::owner_of(directory);
  } catch (const Broken&) {
    return std::nullopt;
  }
}

}  // namespace

std::filesystem::path Directory::Impl::account_directory(AccountId id) const {
  return in_memory() ? std::filesystem::path() : accounts_directory() / std::to_string(id.value());
}

/// Also above those of directories that are there already: this directory.db may be older than they are. A link
/// counts though it leads nowhere now: its volume may come back.
AccountId Directory::Impl::free_number() {
  const auto is_there = [&](AccountId id) {
    return !in_memory() && std::filesystem::exists(std::filesystem::symlink_status(account_directory(id)));
  };
  AccountId id = accounts_.next_number();
  while (removed_.has(id) || is_there(id)) id = id.next();
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
                                        std::string_view password_hash) {
  const Owner owner{.name = std::string(name), .identity = planned.owner.identity};
  return change([&]() -> Result<AccountId> {
    removed_.erase(planned.id);
    if (accounts_.find(name)) return std::unexpected(Error::account_exists);
    accounts_.add({planned.id, owner.name, std::string(password_hash), now(), owner.identity});
    // Before the row is committed: a row without a database would be an account whose mail is missing.
    if (!in_memory()) sqlite::make_account(account_directory(planned.id), owner);
    return planned.id;
  });
}

void Directory::Impl::forget(const sqlite::Removed& planned) noexcept {
  try {
    if (in_memory() || !std::filesystem::exists(account_directory(planned.id)))
      transact([&] { return removed_.erase(planned.id); });
  } catch (const std::runtime_error&) {
    // A tombstone without a directory harms nothing.
  }
}

std::vector<Stray> Directory::Impl::find_strays() {
  if (in_memory()) return {};
  return transact([&] {
    std::vector<Stray> strays;
    for (const AccountId id : numbers_in(accounts_directory()))
      if (!accounts_.find(id) && !removed_.has(id)) strays.push_back({id, readable_owner(account_directory(id))});
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

std::optional<Result<AccountId>> Directory::Impl::adopt(const Stray& stray, std::string_view password_hash) {
  std::erase_if(*strays_, [&](const Stray& other) { return other.id == stray.id; });
  return change([&]() -> std::optional<Result<AccountId>> {
    const bool is_stray = !accounts_.find(stray.id) && !removed_.has(stray.id);
    if (!is_stray || readable_owner(account_directory(stray.id)) != stray.owner) return std::nullopt;
    if (accounts_.find(stray.owner->name)) return std::unexpected(Error::account_exists);
    accounts_.add({stray.id, stray.owner->name, std::string(password_hash), now(), stray.owner->identity});
    return stray.id;
  });
}

/// A directory.db that was copied while an account was made has that as being made for ever, and it has its mail by
/// now. What cannot be read goes: the number is nobody else's.
bool Directory::Impl::is_what_goes(const sqlite::Removed& removed, const std::filesystem::path& directory) {
  const auto found = readable_owner(directory);
  if (!found) return true;
  return removed.is_being_made() ? !sqlite::was_used(directory) : is_of(found, removed.owner);
}

bool Directory::Impl::take_aside(const sqlite::Removed& removed, const std::filesystem::path& aside) {
  return transact([&] {
    const auto directory = account_directory(removed.id);
    if (!removed_.has(removed.id) || !std::filesystem::exists(directory)) return false;
    if (!is_what_goes(removed, directory)) {
      removed_.erase(removed.id);  // whose mail it is nobody has removed
      return false;
    }
    std::filesystem::rename(directory, aside);
    return true;
  });
}

/// Who was not found keeps the tombstone: the volume may come back.
bool Directory::Impl::sweep_one(const sqlite::Removed& removed) {
  auto aside = account_directory(removed.id);
  aside += ".removed";
  bool deleted = std::filesystem::remove_all(aside) > 0;  // what a sweep before could not delete
  if (take_aside(removed, aside)) deleted = std::filesystem::remove_all(aside) > 0;
  if (!deleted) return false;
  disk::sync_into_parent(aside);
  return change([&] { return removed_.erase(removed.id); });
}

Swept Directory::sweep() {
  Swept swept;
  if (impl_->in_memory()) return swept;
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
