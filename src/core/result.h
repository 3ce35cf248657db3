// Expected outcomes as values. I/O errors and corruption are exceptions; bugs are asserts.
#pragma once

#include <cstdint>
#include <expected>
#include <string_view>

namespace postbag {

/// Why a request could not be done although nothing is broken. Contains no IMAP text: refusal() in
/// src/session/reply.h converts it to NO [CODE].
enum class Error : std::uint8_t {
  no_such_mailbox,       ///< no mailbox has this name, or it cannot hold messages
  mailbox_exists,        ///< CREATE, RENAME: the name is in use
  mailbox_has_children,  ///< DELETE of a \Noselect name with inferior names
  not_permitted,         ///< never allowed on this object: DELETE INBOX, RENAME to the same name
  invalid_name,          ///< no valid mailbox name
  name_too_long,         ///< longer or deeper than the limits
  too_many_mailboxes,
  too_many_keywords,  ///< the mailbox's table of keywords is full
  keyword_too_long,
  message_too_big,
  too_many_messages,  ///< the mailbox has no more UIDs, or a command exceeds its limit on messages
  mailbox_gone,       ///< the selected mailbox was deleted meanwhile
  read_only,
  no_such_account,
  account_exists,
  invalid_account_name,
  wrong_password,
  unknown_encoding,  ///< a Content-Transfer-Encoding that cannot be decoded
  busy,              ///< a bounded queue is full; try again
  over_quota,
  special_use_taken,
  no_such_message,  ///< it was expunged meanwhile
  account_moved,    ///< to another server
};

/// The error as a text for logs and the command line: English, lower case, no full stop. Never null, never freed.
std::string_view to_string(Error error);

template <class T>
using Result = std::expected<T, Error>;

}  // namespace postbag
