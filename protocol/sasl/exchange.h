// One SASL exchange, as a pure conversation: responses in, steps out. RFC 4422 section 3.
//
//     auto exchange = mechanism->make(surroundings);
//     sasl::Step step = exchange->respond(initial);      // or begin(), when the client sent nothing yet
//     while (const auto* challenge = std::get_if<sasl::Challenge>(&step))
//       step = exchange->respond(ask(challenge->text));  // until it asks for something else, or ends
//
// An exchange has no socket, no clock, no store and no randomness. What it needs from outside it asks for by a
// step, and gets by the function of that step, now or later.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "core/wipe.h"
#include "protocol/sasl/scram_keys.h"

namespace postbag::sasl {

/// Send these bytes (in IMAP in base64), then call respond() with the client's answer.
struct Challenge {
  std::string text = {};
};

/// Is this the user's password? If it is, call password_accepted(); if not, the exchange is over.
struct CheckPassword {
  std::string user;
  Secret password;
};

/// Which keys are stored for the user? Then call keys_found(). For an unknown user they have to be made up: see
/// made_up_keys().
struct FindKeys {
  std::string user;
  Hash hash;
};

/// Whose token is this? Then call token_checked().
struct CheckToken {
  std::string user;  ///< who the client says it is, for the log
  Secret token;
};

/// The client has proved to be `authcid`.
struct Done {
  std::string authcid;     ///< who it is
  std::string authzid;     ///< as whom it wants to act; empty: as itself. Not checked here
  std::string final_data;  ///< not empty: to be sent with the success, or as one more challenge, which the client
                           ///< answers with nothing. RFC 4422 section 3.6
};

enum class Refusal : std::uint8_t {
  malformed,        ///< no message of the mechanism
  not_proved,       ///< wrong proof or token
  wrong_channel,    ///< bound to another channel: somebody is in between, or took the binding out of the offer
  unknown_binding,  ///< a channel binding that is not there
};

/// For the log; the client learns no more than "malformed" or "failed".
std::string_view to_string(Refusal why);

struct Failed {
  Refusal why;
};

using Step = std::variant<Challenge, CheckPassword, FindKeys, CheckToken, Done, Failed>;

/// A step may be followed only by its function; anything else fails as malformed.
class Exchange {
 public:
  Exchange() = default;
  virtual ~Exchange() = default;
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  /// The client has sent no initial response. RFC 4422 section 5: mechanisms in which it speaks first get an empty
  /// challenge.
  virtual Step begin() { return Challenge{}; }
  /// `response` may be any bytes of any length: the caller bounds it.
  virtual Step respond(std::string_view response) = 0;
  virtual Step password_accepted() { return Failed{Refusal::malformed}; }
  virtual Step keys_found(const ScramKeys& /*keys*/) { return Failed{Refusal::malformed}; }
  /// `user`: whose token it is; nothing when it is of nobody, or not valid now.
  virtual Step token_checked(const std::optional<std::string>& /*user*/) { return Failed{Refusal::malformed}; }
};

}  // namespace postbag::sasl
