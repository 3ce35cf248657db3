// What LOGIN and AUTHENTICATE share. RFC 9051 sections 6.2.2 and 6.2.3.
#pragma once

#include <string>
#include <string_view>

#include "async/task.h"
#include "core/result.h"
#include "session/context.h"
#include "session/reply.h"

namespace postbag {

class Client;

/// How somebody came to be logged in, for the log.
struct Way {
  std::string_view mechanism;  ///< its name, or "LOGIN" of the command; lives as long as the process
  std::string actor = {};      ///< the administrator who acts as the user; empty: it is the user
};

/// Logs the session in to its account, or refuses: the account may have too many connections, or may have moved to
/// another server, which the answer names (RFC 2221 section 4.1); that counts as no failure. An administrator who
/// acts for a moved account is let in.
async::Task<Reply> admit(Client& client, Login login, std::string user, const Way& way);

/// The answer to a login that failed, which is logged and counted; the same words for an unknown user and a wrong
/// password. Error::busy decides nothing: it is logged as "login put off", and not counted. `why` is for the log.
Reply refuse_login(Client& client, std::string_view user, Error error, std::string_view mechanism,
                   std::string_view why);

/// A password must not cross a network in the clear, so it is not asked for; said in the log, as people look there
/// for why they cannot log in, and counted as a failed one. `user` as far as it is known. RFC 9051 section 6.2.3,
/// RFC 5530.
Reply refuse_password(Client& client, std::string_view user);

}  // namespace postbag
