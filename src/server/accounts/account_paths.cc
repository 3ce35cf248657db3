#include "server/accounts/account_paths.h"

#include "server/accounts/account_book.h"

namespace postbag::server {

bool AccountPlace::was_never_used() const { return owner.identity.empty() && !std::filesystem::exists(directory); }

Expected<AccountPlace> place_of(const std::string& data_dir, std::string_view user, const AccountNames& names) {
  const Failure unknown{Cause::no_such_account, "no such account"};
  if (!std::filesystem::exists(data_dir)) return std::unexpected(unknown);
  const AccountBook book(data_dir, system_clock(), names);
  const auto account = book.find(user);
  if (!account) return std::unexpected(unknown);
  return AccountPlace{book.account_directory(account->id), account->owner()};
}

}  // namespace postbag::server
