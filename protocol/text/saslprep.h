// Preparation of passwords. RFC 4013.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace postbag::protocol {

/// The text in the form in which both sides of SCRAM hash it (RFC 5802 section 2.2): spaces mapped to SPACE, soft
/// hyphens and joiners removed, NFKC. Nothing for a text that the profile prohibits, or that is not UTF-8. Code
/// points that Unicode 3.2 did not know are allowed.
std::optional<std::string> saslprep(std::string_view text);

/// The same, but what the profile prohibits is taken as it is, byte by byte: somebody chose it as a password.
std::string prepared_password(std::string_view password);

}  // namespace postbag::protocol
