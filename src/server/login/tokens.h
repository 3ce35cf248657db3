// Who checks bearer tokens: the host, or a key that is known here.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/clock.h"
#include "postbag/server.h"
#include "server/host_calls.h"
#include "server/login/jwt.h"
#include "server/loop_poster.h"
#include "session/context.h"

namespace postbag::server {

/// Loop thread only.
class Tokens {
 public:
  virtual ~Tokens() = default;
  /// Whose token it is; nothing when it is not valid. Error::busy when nobody can say.
  virtual async::Task<Result<std::optional<std::string>>> user_of(const std::string& token, Peer& peer) = 0;
};

/// What both need; all must outlive them.
struct TokenParts {
  std::shared_ptr<LoopPoster> poster;
  HostCalls& calls;
  const ServerOptions& options;
  const Clock& clock;
};

/// Null when tokens are not accepted.
std::unique_ptr<Tokens> make_tokens(const TokenParts& parts);

}  // namespace postbag::server
