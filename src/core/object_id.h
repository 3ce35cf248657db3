// Object identifiers: a letter for the kind, then the number. RFC 8474 sections 7 and 8.1.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/numbers.h"

namespace postbag {

/// Bytes of an identifier at most, ours or another's.
constexpr std::size_t longest_object_id = 255;

/// MAILBOXID: the mailbox keeps it when it is renamed.
std::string object_id(MailboxId mailbox);
/// EMAILID: copies of a message share it.
std::string object_id(BodyId body);
/// THREADID.
std::string object_id(ThreadId thread);

/// The body that has exactly this EMAILID, case included; nothing when none can have it.
std::optional<BodyId> body_of(std::string_view object_id);
/// The same for THREADID.
std::optional<ThreadId> thread_of(std::string_view object_id);

}  // namespace postbag
