// postbag::Server: the host's calls, brought to the loop's thread.

#include "postbag/server.h"

#include <utility>

#include "server/failures.h"
#include "server/host_connection.h"
#include "server/passwords.h"
#include "server/server_impl.h"

namespace postbag {

using server::expected_of;
using server::guarded;

namespace {

constexpr std::string_view removed_words = "The account was removed";
constexpr std::string_view disconnected_words = "Disconnected by the administrator";

std::unexpected<Failure> not_running() {
  return std::unexpected(Failure{Cause::stopped, "the server is not running"});
}

}  // namespace

Server::Server(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::Server(Server&&) noexcept = default;
Server& Server::operator=(Server&&) noexcept = default;

Server::~Server() {
  if (!impl_) return;
  if (impl_->thread.joinable()) stop(std::chrono::milliseconds{0});
}

Expected<Server> Server::open(ServerOptions options) {
  return guarded([&]() -> Expected<Server> {
    server::prepare_crypto();
    auto impl = std::make_shared<Impl>(std::move(options));
    const std::string complaints = impl->check_options();
    if (!complaints.empty()) return std::unexpected(Failure{Cause::bad_option, complaints});
    impl->open_data();
    return Server(std::move(impl));
  });
}

Expected<void> Server::start() {
  return guarded([&] { return impl_->serve_on_own_thread(); });
}

Expected<void> Server::start(uv_loop_s& loop) {
  return guarded([&]() -> Expected<void> {
    impl_->host_loop = std::make_unique<async::Loop>(loop);
    Expected<void> begun = guarded([&] { return impl_->try_begin(*impl_->host_loop); });
    if (!begun) impl_->host_loop.reset();
    return begun;
  });
}

Counters Server::counters() const {
  const WriteTotals& totals = impl_->totals;
  return {.writes = totals.writes, .commits = totals.commits, .syncs = totals.syncs};
}

std::vector<std::string> Server::addresses() const {
  const std::lock_guard held(impl_->mutex);
  return impl_->addresses;
}

void Server::stop(std::chrono::milliseconds grace, std::function<void()> stopped) {
  Impl* impl = impl_.get();
  // The job's end runs from the top of the loop's stack, so everything may die there.
  impl->door->post([impl, grace, stopped = std::move(stopped)]() mutable {
    if (impl->ending || !impl->serving) return;
    async::Loop& loop = impl->host_loop ? *impl->host_loop : *impl->own_loop;
    auto at_end = [impl, stopped = std::move(stopped)](const std::exception_ptr&) {
      if (stopped) stopped();
      if (!impl->host_loop) return impl->own_loop->stop();
      impl->cease();
      impl->set_stopped();
    };
    impl->ending = std::make_unique<async::Job>(loop, impl->serving->end(grace), std::move(at_end));
  });
}

void Server::wait() {
  std::unique_lock held(impl_->mutex);
  impl_->changed.wait(held, [&] { return impl_->state != Impl::State::serving; });
}

Expected<void> Server::add_account(std::string_view name, std::string_view password) {
  return guarded([&] { return expected_of(impl_->book->add(name, password)); });
}

Expected<void> Server::set_password(std::string_view name, std::string_view password) {
  return guarded([&] { return expected_of(impl_->book->set_password(name, password)); });
}

Expected<void> Server::remove_account(std::string_view name) {
  return guarded([&]() -> Expected<void> {
    const auto account = impl_->book->find(name);
    const Result<void> removed = impl_->book->remove(name);
    if (!removed) return std::unexpected(server::failure_of(removed.error()));
    impl_->door->post([impl = impl_.get(), id = account->id, user = std::string(name)] {
      if (!impl->serving) return;
      impl->serving->connections().disconnect(user, removed_words);
      impl->serving->accounts().forget(id);
    });
    return {};
  });
}

Expected<std::vector<std::string>> Server::accounts() const {
  return guarded([&]() -> Expected<std::vector<std::string>> { return impl_->book->names(); });
}

void Server::disconnect(std::string_view name) {
  impl_->door->post([impl = impl_.get(), user = std::string(name)] {
    if (impl->serving) impl->serving->connections().disconnect(user, disconnected_words);
  });
}

void Server::deliver(Message message, std::function<void(Expected<Delivered>)> done) {
  server::Answer<Delivered> answer(std::move(done));
  impl_->door->post([impl = impl_.get(), message = std::move(message), answer = std::move(answer)]() mutable {
    if (impl->serving) impl->serving->deliveries().deliver(std::move(message), std::move(answer));
  });
}

struct Connection::Impl : server::HostConnection {
  using HostConnection::HostConnection;
};

Expected<Connection> Server::connect(std::function<void(std::string_view)> receive, std::function<void()> closed) {
  auto connection = std::make_shared<Connection::Impl>(impl_->door);
  const bool posted = impl_->door->post(
      [impl = impl_.get(), connection, receive = std::move(receive), closed = std::move(closed)]() mutable {
        async::Loop& loop = impl->host_loop ? *impl->host_loop : *impl->own_loop;
        connection->connect(loop, *impl->serving, std::move(receive), std::move(closed));
      });
  if (!posted) return not_running();
  return Connection(std::move(connection));
}

Connection::Connection(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&& other) noexcept {
  std::swap(impl_, other.impl_);
  return *this;
}
Connection::~Connection() {
  if (impl_) impl_->hang_up();
}
void Connection::send(std::string bytes) { impl_->send(std::move(bytes)); }
void Connection::hang_up() { impl_->hang_up(); }

}  // namespace postbag
