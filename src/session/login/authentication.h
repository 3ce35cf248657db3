// One SASL exchange with somebody remote, from its beginning to who that is: it asks the Authenticator, and whoever
// runs it carries the messages. RFC 4422.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "async/task.h"
#include "core/result.h"
#include "core/wipe.h"
#include "protocol/sasl/mechanisms.h"
#include "session/context.h"
#include "session/peer.h"

namespace postbag {

/// Somebody has proved who he is.
struct Authenticated {
  Login login;
  std::string user;        ///< as whom it acts
  std::string actor = {};  ///< the administrator who acts as the user; empty: it is the user
};

struct NotAuthenticated {
  enum class Why : std::uint8_t {
    cancelled,
    not_base64,
    no_response,  ///< the client is gone, or was too slow
    malformed,
    endless,
    failed,       ///< see `error`; wrong_password has counted as a failure
    may_not_act,  ///< as the user that it named
  };
  Why why;
  Error error = Error::wrong_password;
  std::string user = {};    ///< who it says it is, once it has said it
  std::string detail = {};  ///< for the log
};

/// For the client; empty for `failed`, whose words depend on the error.
std::string_view words(NotAuthenticated::Why why);

/// How somebody logged in, for the log: "PLAIN", or "PLAIN, by root" where an administrator acts as the user.
std::string way_in(std::string_view mechanism, std::string_view actor);

/// Who carries the messages.
class Responder {
 public:
  /// The client's answer to a challenge, both in base64; nothing when there will be none.
  virtual async::Task<std::optional<Secret>> ask(std::string_view challenge) = 0;

 protected:
  ~Responder() = default;
};

/// Loop thread only. What it is made of must outlive it.
class Authentication {
 public:
  using Outcome = std::expected<Authenticated, NotAuthenticated>;

  Authentication(Authenticator& authenticator, const sasl::Mechanism& mechanism, const sasl::Surroundings& around,
                 Peer& peer, Responder& responder)
      : authenticator_(authenticator), peer_(peer), responder_(responder), exchange_(mechanism.make(around)) {}

  /// To be called once. `initial`: the client's initial response in base64; nothing when it sent none.
  async::Task<Outcome> run(const std::optional<Secret>& initial);

 private:
  using Response = std::expected<Secret, NotAuthenticated>;
  using Next = std::expected<sasl::Step, NotAuthenticated>;

  Next begin(const std::optional<Secret>& initial);
  /// What the exchange asked for is done: its next step, or why there is none.
  async::Task<Next> next(const sasl::Step& step);
  async::Task<Next> answer(const sasl::Challenge& challenge);
  async::Task<Next> answer(const sasl::CheckPassword& asked);
  async::Task<Next> answer(const sasl::FindKeys& asked);
  async::Task<Next> answer(const sasl::CheckToken& asked);
  async::Task<Response> ask(const std::string& challenge);

  async::Task<Outcome> refuse(sasl::Refusal why);
  async::Task<Outcome> finish(const sasl::Done& done);
  async::Task<Result<Login>> login_of(const sasl::Done& done);
  /// By which the server proves itself. Sent before the success, as that carries no data in IMAP, nor on the socket
  /// of mail servers. RFC 4422 section 5
  async::Task<std::optional<NotAuthenticated>> send_final(const std::string& data);

  Authenticator& authenticator_;
  Peer& peer_;
  Responder& responder_;
  const std::unique_ptr<sasl::Exchange> exchange_;
  std::string user_;             ///< who it says it is, once it does
  std::optional<Login> login_;   ///< whose password was right
  bool decides_itself_ = false;  ///< the exchange, so that how it ends is to be counted
};

/// Whose password it is; an empty one is nobody's, whoever checks passwords (RFC 4616 section 2), and nobody is
/// called by what is no name.
async::Task<Result<Login>> check_password(Authenticator& authenticator, const std::string& user,
                                          const Secret& password, Peer& peer);

/// Random and printable, for Surroundings::nonce.
std::string random_nonce();

}  // namespace postbag
