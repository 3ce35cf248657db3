#include "server/connections.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "protocol/response/writer.h"
#include "server/failures.h"
#include "server/making_room.h"
#include "session/session.h"
#include "tls/stream.h"

namespace postbag::server {

namespace {

/// A refusal with BYE uses a descriptor for a moment; above this many, connections are closed without it.
constexpr std::size_t most_refusals = 256;
/// The same where TLS begins at once: each costs a handshake, and who is admitted needs one too.
constexpr std::size_t most_encrypted_refusals = 16;
constexpr std::chrono::seconds refusal_patience{2};
/// Those that make room may take a moment to end, as when a password is being checked. Above this many, no more do.
constexpr std::size_t most_leaving = 256;

// RFC 5530 section 3: LIMIT is for what the client has too much of, UNAVAILABLE for what passes.
const Bye too_many{"Too many connections", "UNAVAILABLE"};
const Bye too_many_from_you{"Too many connections from your address", "LIMIT"};
const Bye makes_room_words{"Too many connections have not logged in", "UNAVAILABLE"};
const Bye shutting_down{"The server is shutting down", "UNAVAILABLE"};

std::string line_of(const Bye& bye) {
  std::string line;
  protocol::Writer(line).raw("* BYE ").code(bye.code).text(bye.words).crlf();
  return line;
}

/// BYE instead of a greeting: RFC 9051 section 7.1.5.
async::Task<void> say_bye(std::unique_ptr<async::Stream> stream, const Bye& bye) {
  co_await stream->write(line_of(bye), refusal_patience);
  stream->close();
}

/// The same in TLS that begins at once: in the clear the client would not understand it.
async::Task<void> say_bye_encrypted(std::unique_ptr<async::Stream> wire, const Bye& bye, const TlsService& tls) {
  const async::Deadline until = async::in(refusal_patience);
  tls::Stream stream(*wire, tls.current.get());
  const bool secured = co_await stream.handshake(tls.workers, until);
  if (secured) co_await stream.write(line_of(bye), refusal_patience);
  stream.close();
}

/// It is no stranger: only the limit on all connections is for it.
bool is_host(const async::Stream& stream) { return stream.peer().family() == async::Address::Family::memory; }

}  // namespace

/// A stream and the session on it.
class Connections::Connection {
 public:
  Connection(const Context& context, std::unique_ptr<async::Stream> stream, TlsBegins tls)
      : stream_(std::move(stream)), session_(context, *stream_, tls) {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() {
    job_.reset();  // first the coroutine that uses the session
    stream_->close();
  }
  void start(async::Job::Done done) {
    job_ = std::make_unique<async::Job>(stream_->loop(), session_.run(), std::move(done));
  }
  /// BYE. It counts no more.
  void make_room() {
    leaving_ = true;
    session_.shut_down(makes_room_words, async::in(ClientConnection::goodbye_time));
  }
  bool is_leaving() const { return leaving_; }
  Session& session() { return session_; }
  const async::Stream& stream() const { return *stream_; }

 private:
  std::unique_ptr<async::Stream> stream_;
  Session session_;
  std::unique_ptr<async::Job> job_;
  bool leaving_ = false;
};

struct Connections::Counted {
  std::size_t all = 0, from_network = 0, new_from_network = 0, leaving = 0;
  std::vector<Connection*> new_ones;  ///< strangers that have not logged in
};

Connections::Connections(const Context& context)
    : context_(context), refusals_(context.loop), encrypted_refusals_(context.loop), one_ended_(context.loop) {}

Connections::~Connections() = default;

void Connections::admit(std::unique_ptr<async::Stream> stream, TlsBegins tls) {
  const Counted counted = count(stream->peer().network());
  if (const Bye* const refusal = refusal_for(*stream, counted)) return refuse(std::move(stream), tls, *refusal);
  if (is_full(counted)) make_room(counted.new_ones);
  const auto place =
      connections_.insert(connections_.end(), std::make_unique<Connection>(context_, std::move(stream), tls));
  (*place)->start([this, place](const std::exception_ptr& error) { ended(place, error); });
}

/// For each new connection: a few thousand steps at most, and no counters that could become wrong.
Connections::Counted Connections::count(const async::Address& network) const {
  Counted counted;
  for (const auto& connection : connections_) {
    if (connection->is_leaving()) {
      ++counted.leaving;
      continue;
    }
    const bool is_new = !connection->session().is_logged_in();
    const bool is_same_network = connection->stream().peer().network() == network;
    if (is_new && !is_host(connection->stream())) counted.new_ones.push_back(connection.get());
    ++counted.all;
    counted.from_network += is_same_network ? 1 : 0;
    counted.new_from_network += is_new && is_same_network ? 1 : 0;
  }
  return counted;
}

bool Connections::is_full(const Counted& counted) const {
  const Limits& limits = context_.limits;
  return counted.all >= limits.connections || counted.new_ones.size() >= limits.connections_not_logged_in;
}

const Bye* Connections::refusal_for(const async::Stream& stream, const Counted& counted) const {
  if (ending_) return &shutting_down;
  const Limits& limits = context_.limits;
  const bool is_crowd = counted.from_network >= limits.connections_per_address ||
                        counted.new_from_network >= limits.connections_per_address_not_logged_in;
  if (is_crowd && !is_host(stream)) return &too_many_from_you;
  if (is_full(counted) && (counted.new_ones.empty() || counted.leaving >= most_leaving)) return &too_many;
  return nullptr;
}

/// One that has logged in is never ended for a stranger.
void Connections::make_room(std::vector<Connection*> new_ones) {
  // The oldest first; one that has said UNAUTHENTICATE is as old as that.
  std::ranges::stable_sort(new_ones, {}, [](Connection* one) { return one->session().login_deadline(); });
  std::vector<async::Address> networks;
  networks.reserve(new_ones.size());
  for (const Connection* connection : new_ones) networks.push_back(connection->stream().peer().network());
  Connection& leaving = *new_ones[makes_room(networks)];
  context_.log.write(leaving.stream().peer(),
                     {LogEvent::Level::warning, "connection ended", {}, makes_room_words.words});
  leaving.make_room();
}

void Connections::refuse(std::unique_ptr<async::Stream> stream, TlsBegins tls, const Bye& why) {
  context_.log.write(stream->peer(), {LogEvent::Level::warning, "connection refused", {}, why.words});
  if (tls == TlsBegins::on_request) {
    if (refusals_.size() < most_refusals) refusals_.start(say_bye(std::move(stream), why), {});
  } else if (encrypted_refusals_.size() < most_encrypted_refusals) {
    encrypted_refusals_.start(say_bye_encrypted(std::move(stream), why, *context_.tls), {});
  }
}

void Connections::ended(std::list<std::unique_ptr<Connection>>::iterator place, const std::exception_ptr& error) {
  if (error) {
    const Failure failure = failure_of(error);
    context_.log.write((*place)->stream().peer(), {LogEvent::Level::error, "session failed", {}, failure.text});
  }
  connections_.erase(place);
  one_ended_.set();
}

void Connections::disconnect(const std::function<bool(std::string_view user)>& matches, std::string_view text) {
  for (const auto& connection : connections_) {
    Session& session = connection->session();
    const bool acts = !session.actor().empty() && matches(session.actor());
    if (acts || (session.is_logged_in() && matches(session.user())))
      session.shut_down({std::string(text)}, async::in(ClientConnection::goodbye_time));
  }
}

async::Task<void> Connections::end_all(const async::Deadline& deadline) {
  ending_ = true;
  for (const auto& connection : connections_) connection->session().shut_down(shutting_down);
  while (!connections_.empty()) {
    const bool in_time = co_await one_ended_.wait(deadline);
    if (!in_time) break;
  }
  connections_.clear();
}

}  // namespace postbag::server
