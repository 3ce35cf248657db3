// The exit codes of subcommands, in the style of sysexits.h, so that a mail transport knows what to try again.
#pragma once

#include <sysexits.h>

#include "postbag/server.h"

namespace postbag::daemon {

/// The exit code for a failure.
constexpr int exit_code(Cause cause) {
  switch (cause) {
    case Cause::no_such_account: return EX_NOUSER;
    case Cause::no_such_mailbox: return EX_CANTCREAT;
    case Cause::message_too_big:
    case Cause::invalid_message:
    case Cause::invalid_name:
    case Cause::account_exists: return EX_DATAERR;
    case Cause::bad_option: return EX_CONFIG;
    case Cause::cannot_listen: return EX_OSERR;
    default: return EX_TEMPFAIL;
  }
}

}  // namespace postbag::daemon
