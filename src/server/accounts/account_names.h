// The rules by which the names of strangers and of administrators find an account. The only place that knows them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "postbag/server.h"

namespace postbag::server {

/// The name under which a new account is kept, and by which two names are compared: without regard to case (RFC
/// 8265 section 3.3), and without the default domain.
std::string canonical_name(std::string_view given, const AccountNames& rules);

/// How the account may be called where it is kept, the likeliest first: as given (accounts made before there were
/// rules keep their names), folded, and folded with or without the default domain.
std::vector<std::string> spellings(std::string_view given, const AccountNames& rules);

/// "bob" for "bob+lists", "bob@b.org" for "bob+lists@b.org" (RFC 5233 section 4); empty when there is no detail.
std::string without_detail(std::string_view given, const AccountNames& rules);

}  // namespace postbag::server
