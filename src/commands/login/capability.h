// What the server announces. RFC 9051 section 6.1.1.
#pragma once

#include <string>

namespace postbag {

class Client;

/// "CAPABILITY IMAP4rev1 …" as the session's state has it, without brackets or CRLF.
std::string capability_list(const Client& client);

}  // namespace postbag
