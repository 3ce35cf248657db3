#include "server/login/passwords/passwd_file.h"

#include <cstddef>

#include "core/take.h"
#include "server/login/passwords/foreign_hashes.h"

namespace postbag::server {

namespace {

/// The extra fields are words after the seventh field: user:password:uid:gid:gecos:home:shell:extra.
bool is_locked(std::string_view rest) {
  for (int field = 0; field < 5; ++field) take_until(rest, ':');
  while (!rest.empty()) {
    const std::string_view word = take_until(rest, ' ');
    if (word.starts_with("nologin") || word.starts_with("nopassword") || word.starts_with("allow_nets"))
      return true;
  }
  return false;
}

std::variant<PasswdEntry, PasswdError> entry_of(std::string_view line, std::size_t number) {
  const std::string user(take_until(line, ':'));
  const std::string stored(take_until(line, ':'));
  const std::string where = "line " + std::to_string(number) + ", " + (user.empty() ? "no name" : user) + ": ";
  if (user.empty()) return PasswdError{where + "an account needs one"};
  if (is_locked(line)) return PasswdError{where + "its login is restricted (nologin, nopassword or allow_nets)"};
  if (const auto why = why_refused(stored)) return PasswdError{where + *why};
  return PasswdEntry{user, stored.starts_with('{') ? stored : "{CRYPT}" + stored};
}

}  // namespace

std::vector<std::variant<PasswdEntry, PasswdError>> read_passwd_file(std::string_view text) {
  std::vector<std::variant<PasswdEntry, PasswdError>> entries;
  for (std::size_t number = 1; !text.empty(); ++number) {
    std::string_view line = take_until(text, '\n');
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty() && line[0] != '#') entries.push_back(entry_of(line, number));
  }
  return entries;
}

}  // namespace postbag::server
