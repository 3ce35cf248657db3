// Where an account is stored on the disk, for tools that run beside a server.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "postbag/server.h"
#include "storage/owner.h"

namespace postbag::server {

/// An account's directory on the disk, and its owner.
struct AccountLocation {
  std::filesystem::path directory;
  storage::Owner owner;

  /// True when the directory does not exist because nobody has logged in yet. Accounts of older versions can be
  /// so.
  bool was_never_used() const;
};

/// Creates neither directory when it does not exist. Cause::no_such_account. Throws what storage throws.
Expected<AccountLocation> locate_account(const std::string& data_dir, std::string_view user,
                                         const AccountNames& names);

}  // namespace postbag::server
