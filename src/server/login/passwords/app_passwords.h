// Application passwords: made by the server, one for each program, besides the account's own one.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/account_directory.h"

namespace postbag::server {

/// More labels of one account are refused.
inline constexpr std::size_t most_app_passwords = 64;

/// A new one: 130 random bits as "abcde-fghij-…", which nobody has to remember.
std::string new_app_password();
/// Whether the text has that form: only then the account's application passwords are looked at.
bool is_app_password(std::string_view text);
/// A plain BLAKE2b (RFC 7693), bound to the account, without salt and in no time: slow hashes protect what people
/// invent, and nobody can try 2^130.
std::string app_password_hash(AccountId account, std::string_view password);
/// The one that `password` is, among those of the account. In constant time for each.
std::optional<storage::AppPassword> matching(const std::vector<storage::AppPassword>& all, AccountId account,
                                             std::string_view password);
/// UTF-8 of 1 to 64 bytes without control characters.
bool is_app_password_label(std::string_view label);

}  // namespace postbag::server
