#include "server/serving.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "server/login/host_authenticator.h"
#include "server/login/password_authenticator.h"
#include "session/account/search_texts.h"

namespace postbag::server {

namespace {

/// Threads that hash passwords: a login takes about 0.05 s, and all together use at most 2 x 64 MiB.
constexpr std::size_t most_hashing_threads = 2;
/// Threads that use the private keys: an RSA key of 4096 bits takes some milliseconds each time.
constexpr std::size_t most_handshake_threads = 2;

LogLine::Level level_of(LogEvent::Level level) {
  switch (level) {
    case LogEvent::Level::debug: return LogLine::Level::debug;
    case LogEvent::Level::info: return LogLine::Level::info;
    case LogEvent::Level::warning: return LogLine::Level::warning;
    case LogEvent::Level::error: break;
  }
  return LogLine::Level::error;
}

/// Passes events to the host's callback.
class HostLog final : public Log {
 public:
  explicit HostLog(HostCalls& calls) : calls_(calls) {}
  void write(const async::Address& peer, const LogEvent& event) override {
    const std::string text = peer == async::Address{} ? std::string() : peer.text();
    calls_.log({level_of(event.level), event.what, text, event.user, event.detail});
  }

 private:
  HostCalls& calls_;
};

sasl::Needs scram_of(const ServerOptions& options) {
  if (!options.scram) return 0;
  return static_cast<sasl::Needs>(sasl::needs::keys | (options.scram_sha1 ? sasl::needs::sha1_keys : 0));
}

std::unique_ptr<Authenticator> make_authenticator(const ServingParts& parts, async::Workers& lookups,
                                                  async::Workers& hashing, Tokens* tokens) {
  const LoginParts shared{parts.limits, parts.registry, lookups, tokens, parts.options.token_scope};
  if (parts.options.authenticate)
    return std::make_unique<HostAuthenticator>(parts.poster, parts.calls, parts.options.authenticate, shared);
  return std::make_unique<PasswordAuthenticator>(shared, hashing, scram_of(parts.options));
}

storage::SearchTexts texts_for(SearchIndex wanted) {
  if (wanted == SearchIndex::never) return {};
  storage::SearchTexts texts = search_texts();
  texts.when = wanted == SearchIndex::always ? storage::Indexing::always : storage::Indexing::when_searched;
  return texts;
}

storage::StoreSettings store_settings(const ServingParts& parts) {
  const ServerOptions& options = parts.options;
  return {.clock = &parts.clock,
          .limits = parts.limits,
          .vanished = {.ranges = options.history.ranges, .age = std::chrono::days(options.history.days)},
          .flags = options.flags == FlagDurability::relaxed ? storage::FlagDurability::relaxed
                                                            : storage::FlagDurability::full,
          .search_texts = texts_for(options.search_index)};
}

OpenAccountsOptions account_options(const ServingParts& parts, Log& log) {
  return {.limits = parts.limits,
          .log = log,
          .close_idle_after = parts.options.close_idle_after,
          .settings = store_settings(parts),
          .totals = parts.totals};
}

std::vector<async::Network> networks_of(const std::vector<std::string>& texts) {
  std::vector<async::Network> networks;
  for (const std::string& text : texts)
    networks.push_back(*async::Network::parse(text));  // checked by Server::open
  return networks;
}

}  // namespace

Serving::Serving(async::Loop& loop, const ServingParts& parts)
    : parts_(parts),
      loop_(loop),
      log_(std::make_unique<HostLog>(parts_.calls)),
      workers_(loop, parts_.options.workers, parts_.limits.connections),
      hashing_(loop, std::min(parts_.options.workers, most_hashing_threads), parts_.limits.password_queue),
      handshakes_(loop, std::min(parts_.options.workers, most_handshake_threads), parts_.limits.connections),
      tls_{parts_.tls, handshakes_},
      accounts_(loop, workers_, parts_.registry, parts_.stores, account_options(parts_, *log_)),
      tokens_(make_tokens({parts_.poster, parts_.calls, parts_.options, parts_.clock})),
      authenticator_(make_authenticator(parts_, workers_, hashing_, tokens_.get())),
      context_{loop, parts_.limits, parts_.clock, *authenticator_, accounts_, commands_, *log_, &tls_},
      delivery_context_{workers_, parts_.registry, accounts_, parts_.limits, parts_.clock, *log_},
      deliveries_(loop, delivery_context_),
      connections_(context_),
      auth_connections_({context_, parts_.registry, workers_}),
      proxied_(loop, networks_of(parts_.options.proxies), parts_.limits, *log_,
               [this](std::unique_ptr<async::Stream> stream, TlsBegins tls) {
                 connections_.admit(std::move(stream), tls);
               }) {}

Serving::~Serving() = default;

void Serving::listen() {
  acceptors_ = listen_on(parts_.options.listen, TlsBegins::on_request);
  tls_acceptors_ = listen_on(parts_.options.listen_tls, TlsBegins::at_once);
  listen_for(AuthService::logins, parts_.options.auth.logins);
  listen_for(AuthService::users, parts_.options.auth.users);
}

void Serving::listen_for(AuthService service, const std::string& address) {
  if (address.empty()) return;
  const auto mode = parts_.options.auth.for_group ? async::SocketMode::group : async::SocketMode::user;
  auth_acceptors_.push_back(std::make_unique<async::Acceptor>(
      loop_, async::ListeningSocket::bind(*async::Address::parse(address), mode),  // checked by Server::open
      [this, service](std::unique_ptr<async::Stream> stream) {
        auth_connections_.admit(std::move(stream), service);
      },
      [this] { warn_exhausted(); }));
}

Serving::Acceptors Serving::listen_on(const std::vector<std::string>& addresses, TlsBegins tls) {
  Acceptors made;
  for (const std::string& text : addresses) {
    made.push_back(std::make_unique<async::Acceptor>(
        loop_, async::ListeningSocket::open(text),
        [this, tls](std::unique_ptr<async::Stream> stream) { accepted(std::move(stream), tls); },
        [this] { warn_exhausted(); }));
  }
  return made;
}

void Serving::accepted(std::unique_ptr<async::Stream> stream, TlsBegins tls) {
  if (proxied_.are_from(stream->peer()))
    proxied_.take(std::move(stream), tls);
  else
    connections_.admit(std::move(stream), tls);
}

std::vector<std::string> Serving::addresses_of(const Acceptors& acceptors) {
  std::vector<std::string> out;
  for (const auto& acceptor : acceptors) out.push_back(acceptor->address().text());
  return out;
}

void Serving::warn() {
  if (parts_.tls.get() != nullptr) return;
  for (const auto& acceptor : acceptors_) {
    if (acceptor->address().is_loopback()) continue;
    log_->write({}, {LogEvent::Level::warning, "serving without encryption", {}, acceptor->address().text()});
  }
}

void Serving::warn_exhausted() {
  constexpr std::chrono::minutes between_warnings{1};
  const auto now = std::chrono::steady_clock::now();
  if (now < next_exhausted_) return;
  next_exhausted_ = now + between_warnings;
  log_->write({}, {LogEvent::Level::warning, "descriptors or memory used up, new connections wait"});
}

async::Task<void> Serving::end(async::Deadline deadline) {
  deadline_ = deadline;
  acceptors_.clear();
  tls_acceptors_.clear();
  auth_acceptors_.clear();
  co_await auth_connections_.end_all(deadline_);
  co_await connections_.end_all(deadline_);
  co_await deliveries_.end_all(deadline_);
  co_await accounts_.close_all();
}

void Serving::shorten_deadline(async::Deadline deadline) {
  if (deadline >= deadline_) return;
  deadline_ = deadline;
  connections_.recheck_deadline();
  auth_connections_.recheck_deadline();
  deliveries_.recheck_deadline();
}

}  // namespace postbag::server
