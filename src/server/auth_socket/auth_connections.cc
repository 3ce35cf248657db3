#include "server/auth_socket/auth_connections.h"

#include <utility>

#include "server/failures.h"

namespace postbag::server {

/// A connection and what runs on it.
class AuthConnections::Entry {
 public:
  Entry(const AuthParts& parts, std::unique_ptr<async::Stream> stream, AuthService service, std::uint64_t number)
      : connection_(parts, std::move(stream), service, number) {}

  void start(async::Job::Done done) {
    job_ = std::make_unique<async::Job>(connection_.stream().loop(), connection_.run(), std::move(done));
  }
  AuthConnection& connection() { return connection_; }

 private:
  AuthConnection connection_;
  std::unique_ptr<async::Job> job_;  // gone before the connection that it uses
};

AuthConnections::AuthConnections(const AuthParts& parts) : parts_(parts), one_ended_(parts.context.loop) {}

AuthConnections::~AuthConnections() = default;

void AuthConnections::admit(std::unique_ptr<async::Stream> stream, AuthService service) {
  if (ending_ || entries_.size() >= parts_.context.limits.auth_connections) {
    parts_.context.log.write(
        stream->peer(),
        {LogEvent::Level::warning, "connection refused", {}, "too many connections to the authentication socket"});
    return stream->close();
  }
  const auto place =
      entries_.insert(entries_.end(), std::make_unique<Entry>(parts_, std::move(stream), service, ++admitted_));
  (*place)->start([this, place](const std::exception_ptr& error) { ended(place, error); });
}

void AuthConnections::ended(std::list<std::unique_ptr<Entry>>::iterator place, const std::exception_ptr& error) {
  if (error) {
    const Failure failure = failure_of(error);
    parts_.context.log.write((*place)->connection().stream().peer(),
                             {LogEvent::Level::error, "session failed", {}, failure.text});
  }
  entries_.erase(place);
  one_ended_.set();
}

async::Task<void> AuthConnections::end_all(const async::Deadline& deadline) {
  ending_ = true;
  for (const auto& entry : entries_) entry->connection().shut_down();
  while (!entries_.empty()) {
    const bool in_time = co_await one_ended_.wait(deadline);
    if (!in_time) break;
  }
  entries_.clear();
}

}  // namespace postbag::server
