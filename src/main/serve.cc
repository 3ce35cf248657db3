// postbag serve

#include <chrono>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <thread>

#include <poll.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "main/config/config.h"
#include "main/control/control_server.h"
#include "main/log_output.h"
#include "main/process.h"
#include "main/report_error.h"
#include "main/subcommands.h"
#include "postbag/server.h"

namespace postbag::daemon {

namespace {

constexpr std::chrono::seconds grace{10};
constexpr auto default_address = "127.0.0.1:143";
/// While all threads of the control socket are busy, no event reports that one is free again.
constexpr int busy_poll_ms = 100;
/// How often the files of certificates are looked at.
constexpr std::chrono::seconds tls_interval{10};

ServerOptions options_from(const ServeArguments& arguments, const Config& config) {
  ServerOptions options = options_of(config);
  options.data_dir = arguments.data_dir;
  options.listen = arguments.listen.empty() ? config.listen : arguments.listen;
  options.listen_tls = arguments.listen_tls.empty() ? config.listen_tls : arguments.listen_tls;
  options.allow_plaintext = config.allow_plaintext;
  if (options.listen.empty() && options.listen_tls.empty()) options.listen = {default_address};
  return options;
}

/// The key that checks tokens. False, after an error, when it cannot be read.
bool read_token_key(const Config& config, ServerOptions& options) {
  if (config.token_key_file.empty()) return true;
  std::ifstream file(config.token_key_file, std::ios::binary);
  options.token_keys.key.assign(std::istreambuf_iterator<char>(file), {});
  if (file && !options.token_keys.key.empty()) return true;
  report_error("cannot read the key of [oauth], " + config.token_key_file, EX_CONFIG);
  return false;
}

/// The one line on stdout from which scripts learn the addresses.
void print_ready(const Server& server) {
  const nlohmann::ordered_json ready{
      {"ready", true}, {"pid", ::getpid()}, {"imap", server.addresses()}, {"imaps", server.tls_addresses()}};
  std::printf("%s\n", ready.dump().c_str());
  std::fflush(stdout);
}

/// Reads the certificates again; when that fails the server keeps those it has.
void reload_tls(Server& server, const TlsFiles& files, LogOutput& log) {
  auto options = read_tls(files);
  const Expected<void> loaded = options ? server.reload_tls(std::move(*options))
                                        : std::unexpected(Failure{Cause::bad_option, std::move(options.error())});
  if (loaded)
    log.write({LogLine::Level::info, "TLS certificates loaded", {}, {}, {}});
  else
    log.write({LogLine::Level::error, "TLS certificates not loaded", {}, {}, loaded.error().text});
}

/// What the main thread does while the server serves.
class Attendant {
 public:
  Attendant(Server& server, const Signals& signals, const TlsFiles& tls, LogOutput& log,
            const std::string& data_dir)
      : server_(server), signals_(signals), tls_(tls), watch_(tls), log_(log), control_(server, data_dir) {}

  /// Answers the control socket, and has the certificates read again when they changed, until a signal to stop
  /// arrives.
  void attend() {
    while (attend_once()) {
    }
  }

 private:
  bool attend_once();
  /// SIGHUP: the certificates are read again. All else of the configuration needs a restart, and ending would stop
  /// the server at every logrotate.
  void on_hangup();

  Server& server_;
  const Signals& signals_;
  const TlsFiles& tls_;
  TlsWatch watch_;
  LogOutput& log_;
  ControlServer control_;
  std::chrono::steady_clock::time_point look_at_ = std::chrono::steady_clock::now() + tls_interval;
};

bool Attendant::attend_once() {
  const int listener = control_.fd();
  pollfd watched[] = {{signals_.fd(), POLLIN, 0}, {listener, POLLIN, 0}};
  const auto interval = std::chrono::milliseconds(tls_interval).count();
  ::poll(watched, 2, listener < 0 ? busy_poll_ms : tls_.certificates.empty() ? -1 : static_cast<int>(interval));
  const int received = watched[0].revents != 0 ? signals_.take() : 0;
  if (received == SIGHUP) on_hangup();
  if (received != 0 && received != SIGHUP) return false;
  if (watched[1].revents != 0) control_.accept();
  if (const auto now = std::chrono::steady_clock::now(); now >= look_at_) {
    look_at_ = now + tls_interval;
    if (watch_.has_changed()) reload_tls(server_, tls_, log_);
  }
  return true;
}

void Attendant::on_hangup() {
  log_.write(
      {LogLine::Level::warning, "SIGHUP", {}, {}, "only certificates are read again; all else at the start"});
  if (tls_.certificates.empty()) return;
  watch_.has_changed();
  reload_tls(server_, tls_, log_);
}

int run(Server& server, const Signals& signals, const TlsFiles& tls, LogOutput& log, const std::string& data_dir) {
  const Expected<void> started = server.start();
  if (!started) return report_error(started.error());
  {
    Attendant attendant(server, signals, tls, log, data_dir);
    print_ready(server);
    attendant.attend();
  }
  server.stop(grace);
  server.wait();
  return EX_OK;
}

/// A `postbag deliver` that found no server locks the directory for a moment: a server that starts meanwhile
/// waits.
Expected<Server> open_patiently(const ServerOptions& options) {
  constexpr int most_tries = 20;
  constexpr std::chrono::milliseconds retry_interval{100};
  Expected<Server> server = Server::open(options);
  for (int tries = 1; tries < most_tries && !server && server.error().cause == Cause::in_use; ++tries) {
    std::this_thread::sleep_for(retry_interval);
    server = Server::open(options);
  }
  return server;
}

}  // namespace

int serve(const ServeArguments& arguments) {
  harden_server();
  Config config;
  if (!arguments.config.empty()) {
    std::expected<Config, std::vector<std::string>> read = read_config(arguments.config);
    if (!read) {
      for (const std::string& what : read.error()) report_error(what, EX_CONFIG);
      return EX_CONFIG;
    }
    config = std::move(*read);
  }
  const Signals signals;  // before the first thread
  const LogFormat usual = config.log_format.value_or(LogFormat::text);
  LogOutput log(log_format_of(arguments.log_format).value_or(usual));
  if (!arguments.certificate.empty()) config.tls.certificates = {{arguments.certificate, arguments.key}};
  std::expected<TlsOptions, std::string> tls = read_tls(config.tls);
  if (!tls) return report_error(tls.error(), EX_CONFIG);
  ServerOptions options = options_from(arguments, config);
  options.tls = std::move(*tls);
  if (!read_token_key(config, options)) return EX_CONFIG;
  options.log = [&](const LogLine& line) { log.write(line); };
  Expected<Server> server = open_patiently(options);
  for (TlsCertificate& one : options.tls.certificates) ::explicit_bzero(one.key.data(), one.key.size());
  if (!server) return report_error(server.error());
  if (!remember_config(arguments.data_dir, config))
    log.write({LogLine::Level::warning,
               "configuration not saved",
               {},
               {},
               "deliveries without a server will not use it"});
  return run(*server, signals, config.tls, log, arguments.data_dir);
}

}  // namespace postbag::daemon
