// Passwords as other servers store them: the "{SCHEME}hash" of a Dovecot passwd-file. They are checked until the
// first login, which replaces them by ours where all of the password counts.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace postbag::server {

/// Why such a text cannot be taken: an unknown scheme, one that is refused (by name), a hash of another form, one
/// that takes too long to check. Nothing when verify_foreign() can check it. Without {SCHEME} it is one of
/// crypt(5).
std::optional<std::string> why_refused(std::string_view stored);

/// Whether `password` is the one of a text for which why_refused() had nothing to say; false for any other text.
/// Takes as long as the hash's maker chose. Any thread.
bool verify_foreign(std::string_view stored, std::string_view password);

/// Whether every bit of `password`, which verify_foreign() found right, counts for that text. If not it may differ
/// from the one that was hashed, and nothing may be made of it.
bool sees_all_of(std::string_view stored, std::string_view password);

/// The password itself, for the schemes that do not hash it at all; nothing for others.
std::optional<std::string> clear_password(std::string_view stored);

/// The keys in a {SCRAM-SHA-256} or {SCRAM-SHA-1}, as RFC 5803 writes them; empty for others.
std::string scram_text(std::string_view stored);

}  // namespace postbag::server
