// Whose mail a directory holds. It is recorded twice, in directory.db and in the account's own database, so that
// neither can be put beside what belongs to another unnoticed.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace postbag::storage {

struct Owner {
  std::string name;
  /// Drawn for each account when it is made, 16 bytes: the account of a name that was removed and made again is
  /// another one. Empty: an older postbag made the account, and it has none yet.
  std::string identity;
  bool operator==(const Owner&) const = default;
};

/// Whether the mail of `found` is what `expected` has in directory.db. While that has no identity, the name counts.
bool is_of(const std::optional<Owner>& found, const Owner& expected);

/// For people: that the mail in `directory` is somebody else's.
std::string not_theirs(const std::filesystem::path& directory, const std::optional<Owner>& found);

std::string draw_identity();

}  // namespace postbag::storage
