// postbag serve

#include <chrono>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include <poll.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "main/config/config.h"
#include "main/control/control_server.h"
#include "main/log_output.h"
#include "main/process.h"
#include "main/protection/protection.h"
#include "main/report_error.h"
#include "main/service/service_manager.h"
#include "main/service/watchdog.h"
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

/// Sockets from the service manager take precedence over the command line, and that over the configuration.
ServerOptions options_from(const ServeArguments& arguments, const Config& config, PassedSockets passed) {
  ServerOptions options = options_of(config);
  options.data_dir = arguments.data_dir;
  options.listen = arguments.listen.empty() ? config.listen : arguments.listen;
  options.listen_tls = arguments.listen_tls.empty() ? config.listen_tls : arguments.listen_tls;
  if (!passed.empty()) {
    options.listen = std::move(passed.listen);
    options.listen_tls = std::move(passed.listen_tls);
  }
  options.allow_plaintext = config.allow_plaintext;
  if (options.listen.empty() && options.listen_tls.empty()) options.listen = {default_address};
  return options;
}

ProcessSettings process_settings(const ServeArguments& arguments, const Config& config) {
  ProcessSettings settings = config.process;
  if (!arguments.user.empty()) settings.user = arguments.user;
  return settings;
}

/// Directories with what is read again while the server runs.
std::vector<std::string> read_later(const ServeArguments& arguments, const TlsFiles& tls) {
  std::vector<std::string> directories;
  if (!arguments.config.empty()) add_directory_of(directories, arguments.config);
  for (const TlsFiles::Certificate& one : tls.certificates) {
    add_directory_of(directories, one.chain);
    add_directory_of(directories, one.key);
  }
  if (!tls.client_ca.empty()) add_directory_of(directories, tls.client_ca);
  return directories;
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

/// Milliseconds for poll(), where negative means without a limit.
int shorter(int a, int b) { return a < 0 || (b >= 0 && b < a) ? b : a; }

struct Running {
  Server& server;
  const Signals& signals;
  const ServiceManager& manager;
  Protection& protection;
  const TlsFiles& tls;
  LogOutput& log;
};

/// What the main thread does while the server serves.
class Attendant {
 public:
  Attendant(const Running& running, ControlServer& control)
      : running_(running), control_(control), watch_(running.tls), watchdog_(running.server, running.manager) {}

  /// Answers the control socket, has the certificates read again when they changed, and the watchdog notified,
  /// until a signal to stop arrives.
  void attend() {
    while (attend_once()) {
    }
  }

 private:
  bool attend_once();
  int patience();
  void look_at_certificates();
  /// SIGHUP: the certificates are read again. All else of the configuration needs a restart, and ending would stop
  /// the server at every logrotate.
  void on_hangup();

  const Running& running_;
  ControlServer& control_;
  TlsWatch watch_;
  Watchdog watchdog_;
  std::chrono::steady_clock::time_point look_at_ = std::chrono::steady_clock::now() + tls_interval;
};

/// How long poll() may wait, in its own terms.
int Attendant::patience() {
  const auto interval = static_cast<int>(std::chrono::milliseconds(tls_interval).count());
  const int for_certificates = running_.tls.certificates.empty() ? -1 : interval;
  const int for_control = control_.fd() < 0 ? busy_poll_ms : -1;
  return shorter(watchdog_.poll(), shorter(for_certificates, for_control));
}

bool Attendant::attend_once() {
  pollfd watched[] = {{running_.signals.fd(), POLLIN, 0}, {control_.fd(), POLLIN, 0}};
  ::poll(watched, 2, patience());
  const int received = watched[0].revents != 0 ? running_.signals.take() : 0;
  if (received == SIGHUP) on_hangup();
  if (received != 0 && received != SIGHUP) return false;
  if (watched[1].revents != 0) control_.accept();
  look_at_certificates();
  return true;
}

void Attendant::look_at_certificates() {
  const auto now = std::chrono::steady_clock::now();
  if (now < look_at_) return;
  look_at_ = now + tls_interval;
  if (watch_.has_changed()) reload_tls(running_.server, running_.tls, running_.log);
}

void Attendant::on_hangup() {
  running_.manager.reloading();
  running_.log.write(
      {LogLine::Level::warning, "SIGHUP", {}, {}, "only certificates are read again; all else at the start"});
  if (!running_.tls.certificates.empty()) {
    watch_.has_changed();
    reload_tls(running_.server, running_.tls, running_.log);
  }
  running_.manager.ready();
}

int run(const Running& r, const std::string& data_dir) {
  const Expected<void> started = r.server.start();
  if (!started) return report_error(started.error());
  {
    ControlServer control(r.server, data_dir);
    if (const auto restricted = r.protection.restrict_calls(); !restricted) return report_error(restricted.error());
    r.log.write({LogLine::Level::info, "started", {}, {}, r.protection.text()});
    print_ready(r.server);
    r.manager.ready();
    Attendant(r, control).attend();
    r.manager.stopping();
  }
  r.server.stop(grace);
  r.server.wait();
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

/// The default one without a file; nothing when its errors were reported.
std::optional<Config> given_config(const std::string& path) {
  if (path.empty()) return Config{};
  std::expected<Config, std::vector<std::string>> read = read_config(path);
  if (read) return std::move(*read);
  for (const std::string& what : read.error()) report_error(what, EX_CONFIG);
  return std::nullopt;
}

}  // namespace

int serve(const ServeArguments& arguments) {
  harden_server();
  const ServiceManager manager;
  PassedSockets passed = take_passed_sockets();
  std::optional<Config> given = given_config(arguments.config);
  if (!given) return EX_CONFIG;
  Config& config = *given;
  if (!arguments.certificate.empty()) config.tls.certificates = {{arguments.certificate, arguments.key}};
  std::expected<TlsOptions, std::string> tls = read_tls(config.tls);  // as root, if it is
  if (!tls) return report_error(tls.error(), EX_CONFIG);
  // Until there is a log, no thread: each takes over what its maker is restricted to.
  const Signals signals;
  Protection protection(process_settings(arguments, config));
  ServerOptions options = options_from(arguments, config, std::move(passed));
  options.tls = std::move(*tls);
  if (!read_token_key(config, options)) return EX_CONFIG;
  if (const auto became = protection.become_user(options); !became) return report_error(became.error());
  std::optional<LogOutput> log;  // the server calls it from its start on
  options.log = [&](const LogLine& line) {
    if (log) log->write(line);
  };
  Expected<Server> server = open_patiently(options);
  for (TlsCertificate& one : options.tls.certificates) ::explicit_bzero(one.key.data(), one.key.size());
  if (!server) return report_error(server.error());
  const auto restricted = protection.restrict_files(options, read_later(arguments, config.tls));
  if (!restricted) return report_error(restricted.error());
  log.emplace(log_format_of(arguments.log_format).value_or(config.log_format.value_or(LogFormat::text)));
  if (!remember_config(arguments.data_dir, config))
    log->write({LogLine::Level::warning,
                "configuration not saved",
                {},
                {},
                "deliveries without a server will not use it"});
  return run({*server, signals, manager, protection, config.tls, *log}, arguments.data_dir);
}

}  // namespace postbag::daemon
