// Dovecot's passwd-file: a line for each user, fields separated by colons.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace postbag::server {

/// One user. Of the other fields only those that forbid the login are looked at.
struct PasswdEntry {
  std::string user;
  std::string stored;  ///< "{SCHEME}hash"
};

/// A line that is not taken, and why.
struct PasswdError {
  std::string text;
};

/// One for each line that is neither empty nor a comment.
std::vector<std::variant<PasswdEntry, PasswdError>> read_passwd_file(std::string_view text);

}  // namespace postbag::server
