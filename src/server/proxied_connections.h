// Connections that a proxy passes on: each begins with a header that says whose it is.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "async/job.h"
#include "async/net/network.h"
#include "async/net/stream.h"
#include "session/context.h"

namespace postbag::server {

/// Reads the PROXY headers of connections from trusted networks. Loop thread only.
class ProxiedConnections {
 public:
  /// Called with each connection whose header was read; its peer() is the client. Must not throw.
  using Admit = std::function<void(std::unique_ptr<async::Stream>, TlsBegins)>;

  /// `limits` and `log` must outlive it. Its destructor closes the connections whose header is still to come.
  ProxiedConnections(async::Loop& loop, std::vector<async::Network> proxies, const Limits& limits, Log& log,
                     Admit admit);

  /// Whether a connection from there has to begin with a header. From elsewhere none is believed.
  bool are_from(const async::Address& peer) const;
  /// Admits the connection once its header is read. One without a valid header within a few seconds is closed:
  /// nothing is guessed, as anybody could claim to be the proxy's client then.
  void take(std::unique_ptr<async::Stream> stream, TlsBegins tls);

 private:
  async::Task<void> read_header(std::unique_ptr<async::Stream> stream, TlsBegins tls);
  void refuse(async::Stream& stream, std::string_view why);

  async::Loop& loop_;
  const std::vector<async::Network> proxies_;
  const Limits& limits_;
  Log& log_;
  const Admit admit_;
  async::Jobs waiting_;
};

}  // namespace postbag::server
