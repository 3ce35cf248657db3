#include "main/control/control_server.h"

#include <algorithm>

#include <sys/socket.h>
#include <unistd.h>

namespace postbag::daemon {

namespace {

constexpr std::size_t most_clients = 16;

/// The text of that key; empty when there is none.
std::string text_of(const nlohmann::json& request, const char* key) {
  const auto value = request.find(key);
  return value != request.end() && value->is_string() ? value->get<std::string>() : std::string();
}

/// Writes the pieces into the delivery as they arrive. When the connection breaks, the delivery must not be
/// finished.
Expected<Delivered> receive_message(ControlConnection& connection, Delivery& delivery) {
  for (;;) {
    const std::optional<std::string> bytes = connection.receive_piece();
    if (!bytes) return std::unexpected(Failure{Cause::refused, "the message is incomplete"});
    if (bytes->empty()) return delivery.finish();
    const Expected<void> taken = delivery.write(*bytes);
    if (!taken) return std::unexpected(taken.error());
  }
}

}  // namespace

ControlServer::ControlServer(Server& server, std::string data_dir)
    : server_(server), data_dir_(std::move(data_dir)), listener_(listen_for_control(data_dir_)) {}

ControlServer::~ControlServer() {
  ::close(listener_);
  remove_control_socket(data_dir_);
  {
    const std::lock_guard lock(mutex_);
    for (const Client& client : clients_) ::shutdown(client.connection.fd(), SHUT_RDWR);
  }
  for (Client& client : clients_) client.thread.join();
}

int ControlServer::fd() const {
  const std::lock_guard lock(mutex_);
  const auto busy = std::ranges::count(clients_, false, &Client::ended);
  return static_cast<std::size_t>(busy) < most_clients ? listener_ : -1;
}

void ControlServer::accept() {
  join_finished();
  const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (fd < 0) return;
  const std::lock_guard lock(mutex_);
  Client& client = clients_.emplace_back(fd);
  client.thread = std::thread([this, &client] { serve(client); });
}

void ControlServer::join_finished() {
  const std::lock_guard lock(mutex_);
  std::erase_if(clients_, [](Client& client) {
    if (client.ended) client.thread.join();
    return client.ended;
  });
}

void ControlServer::serve(Client& client) {
  answer(client.connection);
  client.connection.end_sending();
  const std::lock_guard lock(mutex_);
  client.ended = true;
}

void ControlServer::answer(ControlConnection& connection) {
  const std::optional<nlohmann::json> request = connection.receive_json();
  if (!request) return;
  const std::string what = text_of(*request, "do");
  if (what == "deliver") return deliver(connection, *request);
  if (what == "disconnect") {
    server_.disconnect(text_of(*request, "user"));
    connection.send_json({{"ok", true}});
    return;
  }
  connection.send_json(to_json(Failure{Cause::bad_option, "unknown request"}));
}

void ControlServer::deliver(ControlConnection& connection, const nlohmann::json& request) {
  Expected<Delivery> delivery = server_.begin_delivery(text_of(request, "user"), text_of(request, "mailbox"));
  if (!delivery) {
    connection.send_json(to_json(delivery.error()));
    return;
  }
  connection.send_json({{"ok", true}});
  const Expected<Delivered> delivered = receive_message(connection, *delivery);
  if (delivered) {
    connection.send_json({{"ok", true}, {"uid", delivered->uid}, {"uid_validity", delivered->uid_validity}});
    return;
  }
  connection.drain();  // the client reads the answer only after it has sent everything
  connection.send_json(to_json(delivered.error()));
}

}  // namespace postbag::daemon
