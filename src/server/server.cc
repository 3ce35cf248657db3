// postbag::Server: passes the host's calls to the loop's thread.

#include "postbag/server.h"

#include <utility>

#include "server/accounts/account_names.h"
#include "server/failures.h"
#include "server/host_connection.h"
#include "server/login/passwords/passwords.h"
#include "server/server_impl.h"

namespace postbag {

using server::expected_of;
using server::guarded;
using server::with_password;

namespace {

constexpr std::string_view removed_text = "The account was removed";
constexpr std::string_view disconnected_text = "Disconnected by the administrator";

std::unexpected<Failure> not_running() {
  return std::unexpected(Failure{Cause::stopped, "the server is not running"});
}

/// Sends BYE to all sessions of that account, under whatever spelling they logged in. On the loop's thread.
template <class Impl>
void disconnect_all(Impl& impl, const std::string& user, std::string_view text) {
  const AccountNames& rules = impl.options.names;
  const std::string name = server::canonical_name(user, rules);
  impl.serving->connections().disconnect(
      [&](std::string_view other) { return server::canonical_name(other, rules) == name; }, text);
}

/// Calls `done` once, at the latest when the server is destroyed.
server::PendingAnswer<Delivered> pending_answer(server::HostCalls& calls,
                                                std::function<void(Expected<Delivered>)> done) {
  const auto callback = std::make_shared<std::function<void(Expected<Delivered>)>>(std::move(done));
  if (!*callback) return server::PendingAnswer<Delivered>(nullptr);
  auto once = calls.once_callback("done", [callback] { (*callback)(not_running()); });
  return server::PendingAnswer<Delivered>(
      [once, callback](Expected<Delivered> what) { once->call([&] { (*callback)(std::move(what)); }); });
}

}  // namespace

Server::Server(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::Server(Server&&) noexcept = default;
Server& Server::operator=(Server&& other) noexcept {
  if (this == &other) return *this;
  const Server freed(std::move(*this));
  impl_ = std::move(other.impl_);
  return *this;
}

Server::~Server() {
  if (const std::shared_ptr<Impl> impl = std::exchange(impl_, nullptr)) impl->free();
}

// Each of the following functions keeps what it uses alive: a callback of the host may destroy the server during
// the call, on this thread or on the server's own.

Expected<Server> Server::open(ServerOptions options) {
  return guarded([&]() -> Expected<Server> {
    server::prepare_crypto();
    auto impl = std::make_shared<Impl>(std::move(options));
    const std::string errors = impl->check_options();
    if (!errors.empty()) return std::unexpected(Failure{Cause::bad_option, errors});
    impl->open_data();
    return Server(std::move(impl));
  });
}

Expected<void> Server::start() {
  const std::shared_ptr<Impl> impl = impl_;
  if (!impl) return not_running();
  return impl->serve_on_own_thread();
}

Expected<void> Server::start(uv_loop_s& loop) {
  const std::shared_ptr<Impl> impl = impl_;
  if (!impl) return not_running();
  return impl->serve_in(loop);
}

Counters Server::counters() const {
  const std::shared_ptr<Impl> impl = impl_;
  if (!impl) return {};
  const WriteTotals& totals = impl->totals;
  return {.writes = totals.writes, .commits = totals.commits, .syncs = totals.syncs};
}

std::vector<std::string> Server::addresses() const {
  const std::shared_ptr<Impl> impl = impl_;
  if (!impl) return {};
  const std::lock_guard held(impl->mutex);
  return impl->addresses;
}

std::vector<std::string> Server::tls_addresses() const {
  const std::shared_ptr<Impl> impl = impl_;
  if (!impl) return {};
  const std::lock_guard held(impl->mutex);
  return impl->tls_addresses;
}

Expected<void> Server::reload_tls(TlsOptions options) {
  const std::shared_ptr<Impl> impl = impl_;
  if (!impl) return not_running();
  return guarded([&]() -> Expected<void> {
    const std::string error = impl->use_tls(options);
    if (!error.empty()) return std::unexpected(Failure{Cause::bad_option, error});
    return {};
  });
}

bool Server::call_soon(std::function<void()> what) {
  const std::shared_ptr<Impl> impl = impl_;
  if (!impl || !what) return false;
  return impl->poster->post([at = impl.get(), what = std::move(what)] { at->calls.call("call_soon", what); });
}

void Server::stop(std::chrono::milliseconds grace, std::function<void()> stopped) {
  if (const std::shared_ptr<Impl> impl = impl_) return impl->stop(grace, std::move(stopped));
  if (stopped) stopped();
}

void Server::wait() {
  if (const std::shared_ptr<Impl> impl = impl_) impl->wait();
}

Expected<void> Server::add_account(std::string_view name, std::string_view password) {
  const std::shared_ptr<Impl> impl = impl_;
  if (!impl) return not_running();
  const std::shared_ptr<server::AccountRegistry> registry = impl->registry;
  return guarded([&] { return with_password(password, [&] { return registry->add(name, password); }); });
}

Expected<void> Server::set_password(std::string_view name, std::string_view password) {
  const std::shared_ptr<Impl> impl = impl_;
  if (!impl) return not_running();
  const std::shared_ptr<server::AccountRegistry> registry = impl->registry;
  return guarded([&] { return with_password(password, [&] { return registry->set_password(name, password); }); });
}

Expected<void> Server::remove_account(std::string_view name) {
  const std::shared_ptr<Impl> impl = impl_;
  if (!impl) return not_running();
  const std::shared_ptr<server::AccountRegistry> registry = impl->registry;
  return guarded([&]() -> Expected<void> {
    const auto account = registry->find(name);
    if (!account) return std::unexpected(server::failure_of(Error::no_such_account));
    const Result<void> removed = registry->remove(name);
    if (!removed) return std::unexpected(server::failure_of(removed.error()));
    impl->poster->post([at = impl.get(), id = account->id, user = std::string(name)] {
      if (!at->serving) return;
      disconnect_all(*at, user, removed_text);
      at->serving->accounts().forget(id);
    });
    return {};
  });
}

Expected<std::vector<std::string>> Server::accounts() const {
  const std::shared_ptr<Impl> impl = impl_;
  if (!impl) return not_running();
  const std::shared_ptr<server::AccountRegistry> registry = impl->registry;
  return guarded([&]() -> Expected<std::vector<std::string>> { return registry->names(); });
}

void Server::disconnect(std::string_view name) {
  const std::shared_ptr<Impl> impl = impl_;
  if (!impl) return;
  impl->poster->post([at = impl.get(), user = std::string(name)] {
    if (at->serving) disconnect_all(*at, user, disconnected_text);
  });
}

void Server::deliver(Message message, std::function<void(Expected<Delivered>)> done) {
  const std::shared_ptr<Impl> impl = impl_;
  if (!impl && done) done(not_running());
  if (!impl) return;
  server::PendingAnswer<Delivered> answer = pending_answer(impl->calls, std::move(done));
  impl->poster->post([at = impl.get(), message = std::move(message), answer = std::move(answer)]() mutable {
    if (at->serving) at->serving->deliveries().deliver(std::move(message), std::move(answer));
  });
}

struct Connection::Impl : server::HostConnection {
  using HostConnection::HostConnection;
};

Expected<Connection> Server::connect(std::function<void(std::string_view)> receive, std::function<void()> closed) {
  const std::shared_ptr<Impl> impl = impl_;
  if (!impl) return not_running();
  auto connection = std::make_shared<Connection::Impl>(impl->poster, impl->calls);
  const std::shared_ptr<server::OnceCallback> once = impl->calls.once_callback("closed", std::move(closed));
  const bool posted =
      impl->poster->post([at = impl.get(), connection, receive = std::move(receive), once]() mutable {
        if (at->serving) connection->connect(*at->loop, *at->serving, std::move(receive), std::move(once));
      });
  if (posted) return Connection(std::move(connection));
  once->cancel();
  return not_running();
}

Connection::Connection(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&& other) noexcept {
  if (this == &other) return *this;
  hang_up();
  impl_ = std::move(other.impl_);
  return *this;
}
Connection::~Connection() { hang_up(); }
void Connection::send(std::string bytes) {
  if (impl_) impl_->send(std::move(bytes));
}
void Connection::hang_up() {
  if (impl_) impl_->hang_up();
}

}  // namespace postbag
