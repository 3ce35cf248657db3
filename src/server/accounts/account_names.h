// The rules by which a name from a client or an administrator finds an account. Only this file knows them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "postbag/server.h"

namespace postbag::server {

/// The name under which a new account is stored, and by which two names are compared: without regard to case (RFC
/// 8265 section 3.3), and without the default domain.
std::string canonical_name(std::string_view given, const AccountNames& rules);

/// The names under which the account may be stored, the most likely first: as given (for accounts older than these
/// rules), folded, and folded with or without the default domain.
std::vector<std::string> spellings(std::string_view given, const AccountNames& rules);

/// "bob" for "bob+lists", "bob@b.org" for "bob+lists@b.org" (RFC 5233 section 4); empty when there is no detail.
std::string without_detail(std::string_view given, const AccountNames& rules);

}  // namespace postbag::server
