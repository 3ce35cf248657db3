// How a command ended: the tagged line without its tag. RFC 9051 section 7.1.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "core/result.h"

namespace postbag {

/// The outcome of one command, made by its handler and written by the session as the last line.
struct Reply {
  enum class Status : unsigned char { ok, no, bad };

  Status status = Status::ok;
  std::string code;  ///< response code without its brackets; empty for none. RFC 9051 section 7.1
  std::string text;  ///< for people, ASCII, never empty
  /// The code is HIGHESTMODSEQ: how far the client is after all that this command may report. RFC 7162
  /// sections 3.2.7 and 6.
  bool tells_progress = false;

  static Reply ok(std::string text, std::string code = {}) {
    return {Status::ok, std::move(code), std::move(text)};
  }
  static Reply ok_with_progress(std::string text) {
    Reply reply = ok(std::move(text));
    reply.tells_progress = true;
    return reply;
  }
  static Reply no(std::string text, std::string code = {}) {
    return {Status::no, std::move(code), std::move(text)};
  }
  static Reply bad(std::string text, std::string code = {}) {
    return {Status::bad, std::move(code), std::move(text)};
  }
};

/// The one place where an expected outcome of storage becomes NO [CODE] text. RFC 5530, RFC 9051 section 7.1.
Reply refusal(Error error);

/// The same for a command that adds messages to a mailbox that is not there: NO [TRYCREATE].
/// RFC 9051 sections 6.3.12 and 6.4.7.
Reply refusal_of_target(Error error);

}  // namespace postbag
