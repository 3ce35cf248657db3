#include "storage/accounts/file_stores.h"

#include <algorithm>
#include <string>
#include <system_error>

#include "core/number_in.h"
#include "storage/disk/posix.h"
#include "storage/errors.h"
#include "storage/sqlite/mail_database.h"
#include "storage/sqlite/mail_file.h"

namespace postbag::storage {

namespace {

/// The account a directory's name stands for; nothing when it is not one of ours.
std::optional<AccountId> parse_id(const std::string& name) {
  const auto number = number_in<AccountId::rep>(name);
  return number ? AccountId::from(*number) : std::nullopt;
}

}  // namespace

std::filesystem::path account_path(const std::filesystem::path& data_directory, AccountId id) {
  return data_directory / "accounts" / std::to_string(id.value());
}

std::filesystem::path FileStores::aside(AccountId id) const {
  auto path = account_path(data_directory_, id);
  path += ".removed";
  return path;
}

std::unique_ptr<Store> FileStores::open(const Account& account, const StoreSettings& settings) {
  StoreOptions options = options_;
  static_cast<StoreSettings&>(options) = settings;
  if (!in_memory()) {
    options.directory = path(account.id);
    options.owner = account.owner();
    options.reserve_file = data_directory_ / "reserve";
  }
  return sqlite::open_store(std::move(options));
}

std::optional<Owner> FileStores::owner(AccountId id) {
  if (in_memory()) return std::nullopt;
  try {
    return sqlite::owner_of(path(id));
  } catch (const Broken&) {
    return std::nullopt;
  }
}

void FileStores::create(AccountId id, const Owner& owner) {
  if (!in_memory()) sqlite::make_account(path(id), owner);
}

bool FileStores::exists(AccountId id) { return !in_memory() && std::filesystem::exists(path(id)); }

/// A link counts although it leads nowhere now: its volume may come back.
bool FileStores::is_taken(AccountId id) {
  return !in_memory() && std::filesystem::exists(std::filesystem::symlink_status(path(id)));
}

std::vector<AccountId> FileStores::ids() {
  std::vector<AccountId> ids;
  if (in_memory()) return ids;
  std::error_code none;  // an absent directory has nothing in it
  for (const auto& entry : std::filesystem::directory_iterator(data_directory_ / "accounts", none))
    if (const auto id = parse_id(entry.path().filename().string())) ids.push_back(*id);
  std::ranges::sort(ids);
  return ids;
}

bool FileStores::was_used(AccountId id) { return sqlite::was_used(path(id)); }

void FileStores::set_aside(AccountId id) { std::filesystem::rename(path(id), aside(id)); }

bool FileStores::erase_set_aside(AccountId id) {
  if (in_memory() || std::filesystem::remove_all(aside(id)) == 0) return false;
  disk::sync_into_parent(aside(id));
  return true;
}

}  // namespace postbag::storage
