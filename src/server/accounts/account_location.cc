#include "server/accounts/account_location.h"

#include "server/accounts/account_registry.h"
#include "storage/accounts/directory.h"
#include "storage/accounts/file_stores.h"

namespace postbag::server {

bool AccountLocation::was_never_used() const {
  return owner.identity.empty() && !std::filesystem::exists(directory);
}

Expected<AccountLocation> locate_account(const std::string& data_dir, std::string_view user,
                                         const AccountNames& names) {
  const Failure unknown{Cause::no_such_account, "no such account"};
  if (!std::filesystem::exists(data_dir)) return std::unexpected(unknown);
  const AccountRegistry registry(storage::Directory::open(data_dir), names);
  const auto account = registry.find(user);
  if (!account) return std::unexpected(unknown);
  return AccountLocation{storage::account_path(data_dir, account->id), account->owner()};
}

}  // namespace postbag::server
