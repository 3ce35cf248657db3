// Mailbox international naming convention: modified UTF-7. RFC 3501 section 5.1.3.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace postbag::protocol {

/// The UTF-8 that `utf7` represents. Nothing when it is not in the one canonical form that section 5.1.3 allows:
/// 8-bit or control characters, printable ASCII inside a shift, an unnecessary shift, a shift directly after
/// another, an incomplete shift, pad bits that are not zero, lone surrogates. So two different wire names never
/// mean the same mailbox.
std::optional<std::string> utf8_from_utf7(std::string_view utf7);

/// The canonical modified UTF-7 of `utf8`, which must be valid UTF-8 (a MailboxName's is).
std::string utf7_from_utf8(std::string_view utf8);

}  // namespace postbag::protocol
