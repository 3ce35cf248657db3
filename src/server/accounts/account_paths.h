// Where accounts lie on the disk, for tools that run beside a server.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "postbag/server.h"
#include "storage/owner.h"

namespace postbag::server {

/// An account's mail on the disk.
struct AccountPlace {
  std::filesystem::path directory;
  storage::Owner owner;

  /// Whether nothing lies there because nobody has logged in yet: so it was with accounts of an older postbag.
  bool was_never_used() const;
};

/// Neither directory is made when it is not there. Cause::no_such_account. Throws what storage throws.
Expected<AccountPlace> place_of(const std::string& data_dir, std::string_view user, const AccountNames& names);

}  // namespace postbag::server
