// postbag deliver

#include <array>
#include <cerrno>
#include <functional>
#include <thread>

#include <sysexits.h>
#include <unistd.h>

#include "main/complain.h"
#include "main/control_socket.h"
#include "main/crlf.h"
#include "main/subcommands.h"
#include "postbag/server.h"

namespace postbag::daemon {

namespace {

/// A piece stays below ControlConnection's 64 KiB also when each byte is an LF.
constexpr std::size_t piece = 32 * 1024;
constexpr std::chrono::seconds grace{10};
/// How often to look again while another process holds the directory but does not answer (it starts, ends, or
/// delivers).
constexpr std::chrono::milliseconds retry_interval{100};
constexpr int most_tries = 100;

/// Takes a piece of the message; false when no more is wanted.
using Sink = std::function<bool(const std::string& bytes)>;

/// Hands stdin to `sink`, with line ends made CRLF. False when stdin cannot be read.
bool pump_stdin(const Sink& sink) {
  CrlfFilter lines;
  std::array<char, piece> buffer;
  for (;;) {
    const ssize_t n = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return n == 0;
    if (!sink(lines.filter({buffer.data(), static_cast<std::size_t>(n)}))) return true;
  }
}

/// The failure an answer tells, or that there is none; nothing when it is ok.
std::optional<int> failed(const std::optional<nlohmann::json>& answer) {
  if (!answer) return complain("the server does not answer", EX_TEMPFAIL);
  if (answer->value("ok", false)) return std::nullopt;
  return complain(failure_from(*answer));
}

int deliver_to(ControlConnection& server, const std::string& user, const std::string& mailbox) {
  server.send_json({{"do", "deliver"}, {"user", user}, {"mailbox", mailbox}});
  if (const auto code = failed(server.receive_json())) return *code;
  if (!pump_stdin([&](const std::string& bytes) { return server.send_piece(bytes); }))
    return complain("cannot read the message", EX_IOERR);  // without an end the server drops it
  server.send_piece({});
  server.end_sending();
  return failed(server.receive_json()).value_or(EX_OK);
}

Expected<Delivered> deliver_through(Server& server, const std::string& user, const std::string& mailbox) {
  Expected<Delivery> delivery = server.begin_delivery(user, mailbox);
  if (!delivery) return std::unexpected(delivery.error());
  Expected<void> taken;
  const bool read = pump_stdin([&](const std::string& bytes) {
    taken = delivery->write(bytes);
    return taken.has_value();
  });
  if (!taken) return std::unexpected(taken.error());
  if (!read) return std::unexpected(Failure{Cause::refused, "cannot read the message"});
  return delivery->finish();
}

/// Serves this one delivery, without listening for mail clients.
int deliver_alone(Server& server, const std::string& user, const std::string& mailbox) {
  const Expected<void> started = server.start();
  if (!started) return complain(started.error());
  const Expected<Delivered> delivered = deliver_through(server, user, mailbox);
  server.stop(grace);
  server.wait();
  return delivered ? EX_OK : complain(delivered.error());
}

Expected<Server> open_alone(const std::string& data_dir) {
  ServerOptions options;
  options.data_dir = data_dir;
  options.workers = 1;
  return Server::open(std::move(options));
}

}  // namespace

int deliver(const std::string& user, const std::string& mailbox, const std::string& data_dir) {
  for (int tries = 0; tries < most_tries; ++tries) {
    if (auto server = connect_to_server(data_dir)) return deliver_to(*server, user, mailbox);
    Expected<Server> own = open_alone(data_dir);
    if (own) return deliver_alone(*own, user, mailbox);
    if (own.error().cause != Cause::in_use) return complain(own.error());
    std::this_thread::sleep_for(retry_interval);
  }
  return complain("another process holds " + data_dir, EX_TEMPFAIL);
}

}  // namespace postbag::daemon
