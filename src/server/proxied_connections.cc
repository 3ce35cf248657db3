#include "server/proxied_connections.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "async/signal.h"
#include "protocol/proxy/proxy_header.h"

namespace postbag::server {

namespace {

/// Proxies send the header at once; a lost packet is sent again within three seconds.
constexpr std::chrono::seconds header_patience{5};

async::Address address_of(const protocol::ProxySource& source) {
  if (source.family == protocol::ProxySource::Family::ipv6) return async::Address::ipv6(source.bytes, source.port);
  std::array<std::uint8_t, 4> four{};
  std::copy_n(source.bytes.begin(), four.size(), four.begin());
  return async::Address::ipv4(four, source.port);
}

}  // namespace

ProxiedConnections::ProxiedConnections(async::Loop& loop, std::vector<async::Network> proxies, const Limits& limits,
                                       Log& log, Admit admit)
    : loop_(loop),
      proxies_(std::move(proxies)),
      limits_(limits),
      log_(log),
      admit_(std::move(admit)),
      waiting_(loop) {}

bool ProxiedConnections::are_from(const async::Address& peer) const {
  return std::ranges::any_of(proxies_, [&](const async::Network& network) { return network.contains(peer); });
}

void ProxiedConnections::take(std::unique_ptr<async::Stream> stream, TlsBegins tls) {
  if (waiting_.size() >= limits_.connections_not_logged_in)
    return refuse(*stream, "too many without a PROXY header");
  waiting_.start(read_header(std::move(stream), tls), {});
}

async::Task<void> ProxiedConnections::read_header(std::unique_ptr<async::Stream> stream, TlsBegins tls) {
  const async::Deadline deadline = async::in(header_patience);
  async::Signal signal(loop_);
  stream->notify(&signal);
  auto header = protocol::parse_proxy_header(stream->input());
  while (!header && header.error() == protocol::ProxyError::incomplete && !stream->ended()) {
    const bool came = co_await signal.wait(deadline);
    if (!came) break;
    header = protocol::parse_proxy_header(stream->input());
  }
  stream->notify(nullptr);
  if (!header && stream->ended() && stream->input().empty())
    co_return;  // whoever only looks whether somebody listens
  if (!header) co_return refuse(*stream, stream->ended() ? "it ended before its PROXY header" : "no PROXY header");
  stream->consume(header->length);
  if (header->source)
    stream->set_peer(address_of(*header->source));
  else if (!header->speaks_for_itself)
    stream->set_not_local();
  admit_(std::move(stream), tls);
}

void ProxiedConnections::refuse(async::Stream& stream, std::string_view why) {
  log_.write(stream.peer(), {LogEvent::Level::warning, "connection refused", {}, why});
  stream.close();
}

}  // namespace postbag::server
