// Who asks for mail.
#pragma once

#include <string>

#include "core/numbers.h"

namespace postbag {

/// Whoever a client logged in as. On its behalf names become mailboxes: see MailboxAccess.
struct Principal {
  AccountId account;
  std::string name;        ///< the one it logged in with, UTF-8
  bool read_only = false;  ///< it may change nothing: the login was one for reading
  std::string actor = {};  ///< the administrator who logged in as it, UTF-8; empty: it logged in itself
};

}  // namespace postbag
