// Every limit on what a client can send or use, with its default. The configuration's [limits] table sets them by
// these names (src/server/limits_table.cc).
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "core/mailbox_name.h"

namespace postbag {

/// Sizes are bytes unless the name says otherwise.
struct Limits {
  // Commands
  std::size_t line_before_login = std::size_t{8} * 1024;  ///< a command's text without its literals
  std::size_t line_after_login = std::size_t{64} * 1024;
  std::size_t arguments = std::size_t{128} * 1024;          ///< all of one command except APPEND, literals included
  std::size_t search_arguments = std::size_t{1024} * 1024;  ///< the same of SEARCH, SORT, THREAD, ESEARCH
  std::size_t literal_before_login = std::size_t{4} * 1024;
  /// {n+}, within the other limits; of messages only under LITERAL-
  std::size_t non_sync_literal = std::size_t{4} * 1024 * 1024 * 1024 - 1;
  /// A larger refused {n+} literal ends the connection; after login, one that is larger than a message may be.
  std::size_t refused_literal_dropped = std::size_t{64} * 1024;
  std::size_t nesting = 32;         ///< parentheses within a command
  std::size_t set_ranges = 10'000;  ///< of a sequence set after merging
  std::size_t search_keys = 1'000;
  std::size_t search_body_keys = 32;  ///< BODY and TEXT, each of which may read every message
  std::size_t list_wildcards = 32;
  std::size_t list_patterns = 64;

  // Messages
  std::uint64_t message = 50ULL * 1024 * 1024;  ///< APPENDLIMIT
  std::size_t append_messages = 1'000;          ///< of one APPEND. RFC 3502
  std::uint64_t append_bytes = 256ULL * 1024 * 1024;
  std::size_t mime_depth = 100;
  std::size_t mime_parts = 10'000;
  std::size_t header_used = std::size_t{1024} * 1024;  ///< of one header field; the rest is not used
  std::size_t headers_used =
      std::size_t{8} * 1024 * 1024;  ///< of all headers of a message's parts, and of HEADER.FIELDS
  std::size_t addresses = 1'000;     ///< of one address field in ENVELOPE

  // Mailboxes
  std::size_t mailbox_name = MailboxName::max_bytes;   ///< of a new one, in UTF-8
  std::size_t mailbox_depth = MailboxName::max_depth;  ///< levels of a new one
  std::size_t mailboxes = 10'000;                      ///< of one account
  std::size_t keywords = 256;                          ///< of one mailbox
  std::size_t keyword_length = 128;

  std::size_t search_mailboxes = 1'000;  ///< that one ESEARCH searches
  std::size_t search_updates = 16;       ///< searches of one connection whose results are kept up to date
  std::size_t notify_mailboxes = 1'000;  ///< whose messages one connection watches with NOTIFY

  // Connections
  std::size_t connections = 4'096;
  std::size_t connections_not_logged_in = 1'024;
  std::size_t connections_per_address = 64;
  std::size_t connections_per_address_not_logged_in = 16;
  std::size_t connections_per_account = 32;
  std::size_t output_queue =
      std::size_t{64} * 1024;                 ///< bytes of answers that are kept before the client must read them
  std::size_t bad_commands_before_login = 3;  ///< in succession; then BYE
  std::size_t bad_commands = 20;
  std::size_t failed_logins = 3;         ///< on one connection; then BYE
  std::size_t password_queue = 64;       ///< logins waiting for a password hash; more are refused
  std::size_t auth_connections = 1'024;  ///< of mail servers that have their clients' logins checked
  std::size_t auth_requests = 64;        ///< at once on one of them

  // Times
  std::chrono::seconds login_time{60};          ///< in total; bytes that trickle in do not extend it
  std::chrono::seconds tls_handshake_time{15};  ///< of login_time
  std::chrono::seconds autologout{32 * 60};     ///< at least 30 min: RFC 9051 section 5.4
  std::chrono::seconds in_progress_time{10};    ///< between two progress reports of a long search
  std::chrono::seconds progress_time{5 *
                                     60};  ///< without a byte in a literal or in a write; then the connection ends
  std::chrono::seconds failed_login_delay{2};  ///< grows with failures from an address or of a user, up to the next
  std::chrono::seconds failed_login_delay_max{15};

  /// Whether LITERAL- is announced and not LITERAL+: at the size that stands for it. RFC 7888 section 5.
  constexpr bool is_literal_minus() const { return non_sync_literal == literal_minus; }
  static constexpr std::size_t literal_minus = 4096;
};

}  // namespace postbag
