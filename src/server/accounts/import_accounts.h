// Accounts from a passwd-file.
#pragma once

#include <string_view>

#include "postbag/accounts.h"
#include "server/accounts/account_registry.h"

namespace postbag::server {

/// See AccountFile::import_passwd_file().
Imported import_accounts(AccountRegistry& registry, std::string_view text);

}  // namespace postbag::server
