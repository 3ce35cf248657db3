// What LOGIN and AUTHENTICATE share: taking a name and a password. RFC 9051 sections 6.2.2 and 6.2.3.
#pragma once

#include <string>
#include <string_view>

#include "async/task.h"
#include "session/reply.h"

namespace postbag {

class Client;

/// Logs the session in, or refuses. The same words and the same time for an unknown user and a wrong password.
async::Task<Reply> log_in(Client& client, std::string user, std::string password);

/// A password must not cross a network in the clear, so it is not asked for; said in the log, as people look there
/// for why they cannot log in, and counted as a failed one. `user` as far as it is known. RFC 9051 section 6.2.3,
/// RFC 5530.
Reply refuse_password(Client& client, std::string_view user);

}  // namespace postbag
