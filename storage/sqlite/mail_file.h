// The file of an account's database, mail.db: how it is made, and whose mail is in it.
#pragma once

#include <filesystem>
#include <optional>

#include "storage/owner.h"

namespace postbag::storage::sqlite {

/// Makes the directory and the database of a new account, durable and closed. When it throws, neither exists.
void make_account(const std::filesystem::path& directory, const Owner& owner);

/// Whose mail lies in the directory; nothing when an older postbag made it and nobody has opened it since. Reads
/// only. Throws Missing when there is no database, Broken when it cannot be read.
std::optional<Owner> owner_of(const std::filesystem::path& directory);

/// Whether somebody has opened the account since it was made. As owner_of().
bool was_used(const std::filesystem::path& directory);

/// Throws Missing when the account's directory has no database of mail, Broken when that cannot be found out.
void require_database(const std::filesystem::path& directory);

}  // namespace postbag::storage::sqlite
