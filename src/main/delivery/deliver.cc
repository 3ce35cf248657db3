// postbag deliver

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>
#include <thread>

#include <sysexits.h>

#include "main/config/config.h"
#include "main/control/control_socket.h"
#include "main/delivery/spool.h"
#include "main/report_error.h"
#include "main/subcommands.h"
#include "postbag/server.h"

namespace postbag::daemon {

namespace {

constexpr std::chrono::seconds grace{10};
/// How often to try again while another process has locked the directory but does not answer (it starts, ends or
/// delivers).
constexpr std::chrono::milliseconds retry_interval{100};
constexpr int most_tries = 100;

/// The message, and where it goes.
struct Request {
  std::string user;
  std::string mailbox;
  const Spool& message;
};

/// Reports the failure in an answer, or a missing answer, and yields the exit code; nothing when the answer is ok.
std::optional<int> failed(const std::optional<nlohmann::json>& answer) {
  if (!answer) return report_error("the server does not answer", EX_TEMPFAIL);
  if (answer->value("ok", false)) return std::nullopt;
  return report_error(failure_from(*answer));
}

int deliver_to(ControlConnection& server, const Request& what) {
  server.send_json({{"do", "deliver"}, {"user", what.user}, {"mailbox", what.mailbox}});
  if (const auto code = failed(server.receive_json())) return *code;
  if (!what.message.each([&](const std::string& bytes) { return server.send_piece(bytes); }))
    return report_error("cannot read the message again", EX_TEMPFAIL);  // without an end the server drops it
  server.send_piece({});
  server.end_sending();
  return failed(server.receive_json()).value_or(EX_OK);
}

Expected<Delivered> deliver_through(Server& server, const Request& what) {
  Expected<Delivery> delivery = server.begin_delivery(what.user, what.mailbox);
  if (!delivery) return std::unexpected(delivery.error());
  Expected<void> taken;
  const bool read = what.message.each([&](const std::string& bytes) {
    taken = delivery->write(bytes);
    return taken.has_value();
  });
  if (!taken) return std::unexpected(taken.error());
  if (!read) return std::unexpected(Failure{Cause::refused, "cannot read the message again"});
  return delivery->finish();
}

/// Runs the server for this one delivery, without listening for clients.
int deliver_alone(Server& server, const Request& what) {
  const Expected<void> started = server.start();
  if (!started) return report_error(started.error().text, EX_TEMPFAIL);
  const Expected<Delivered> delivered = deliver_through(server, what);
  server.stop(grace);
  server.wait();
  return delivered ? EX_OK : report_error(delivered.error());
}

ServerOptions options_for_one_delivery(const std::string& data_dir, const Config& config) {
  ServerOptions options = options_of(config);
  options.data_dir = data_dir;
  options.workers = 1;
  return options;
}

int deliver_with_retries(const ServerOptions& options, const Request& what) {
  for (int tries = 0; tries < most_tries; ++tries) {
    if (auto server = connect_to_server(options.data_dir)) return deliver_to(*server, what);
    Expected<Server> own = Server::open(options);
    if (own) return deliver_alone(*own, what);
    if (own.error().cause != Cause::in_use) return report_error(own.error().text, EX_TEMPFAIL);
    std::this_thread::sleep_for(retry_interval);
  }
  return report_error("another process uses " + options.data_dir, EX_TEMPFAIL);
}

std::uint64_t largest_message(const Config& config) {
  for (auto limit = config.limits.rbegin(); limit != config.limits.rend(); ++limit)
    if (limit->first == "message") return limit->second;
  return std::ranges::find(known_limits(), "message", &LimitInfo::name)->usual;
}

/// Without accounts the disk may not be mounted, or the name may be wrong: the mail must not be returned as
/// undeliverable.
bool holds_accounts(const std::string& data_dir) {
  std::error_code none;
  return std::filesystem::exists(std::filesystem::path(data_dir) / "directory.db", none);
}

/// JSON accepts only UTF-8.
bool is_utf8(const std::string& text) {
  try {
    return !nlohmann::json(text).dump().empty();
  } catch (const nlohmann::json::type_error&) {
    return false;
  }
}

}  // namespace

int deliver(const std::string& user, const std::string& mailbox, const std::string& data_dir) {
  if (!is_utf8(user)) return report_error("no such account", EX_NOUSER);
  if (!is_utf8(mailbox)) return report_error("invalid mailbox name", EX_DATAERR);
  if (!holds_accounts(data_dir)) return report_error("no accounts in " + data_dir, EX_TEMPFAIL);
  const auto config = remembered_config(data_dir);
  if (!config)
    return report_error(config.error().front(),
                        EX_TEMPFAIL);  // the mail is delivered again after the configuration was corrected
  Spool message;
  switch (message.read_stdin(largest_message(*config))) {
    case Spool::Read::all: break;
    case Spool::Read::too_big: return report_error("message too big", EX_DATAERR);
    case Spool::Read::failed:
      return report_error("cannot read the message: " + std::string(std::strerror(errno)), EX_TEMPFAIL);
  }
  return deliver_with_retries(options_for_one_delivery(data_dir, *config), {user, mailbox, message});
}

}  // namespace postbag::daemon
