// postbag serve

#include <chrono>
#include <csignal>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include <sysexits.h>
#include <unistd.h>

#include "main/attendant.h"
#include "main/config/config.h"
#include "main/config/key_files.h"
#include "main/control/control_server.h"
#include "main/log_output.h"
#include "main/process.h"
#include "main/protection/protection.h"
#include "main/report_error.h"
#include "main/service/service_manager.h"
#include "main/subcommands.h"
#include "main/wipe.h"
#include "postbag/server.h"

namespace postbag::daemon {

namespace {

constexpr std::chrono::seconds grace{10};
constexpr auto default_address = "127.0.0.1:143";

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
  options.auth = config.auth;
  if (options.listen.empty() && options.listen_tls.empty()) options.listen = {default_address};
  return options;
}

ProcessSettings process_settings(const ServeArguments& arguments, const Config& config) {
  ProcessSettings settings = config.process;
  if (!arguments.user.empty()) settings.user = arguments.user;
  return settings;
}

/// Directories with what is read again while the server runs.
std::vector<std::string> read_later(const TlsFiles& tls) {
  std::vector<std::string> directories;
  for (const TlsFiles::Certificate& one : tls.certificates) {
    add_directory_of(directories, one.chain);
    add_directory_of(directories, one.key);
  }
  if (!tls.client_ca.empty()) add_directory_of(directories, tls.client_ca);
  return directories;
}

/// The certificates and the key that checks tokens. False, after an error, when they cannot be read.
bool read_keys(const Config& config, ServerOptions& options) {
  std::expected<TlsOptions, std::string> tls = read_tls(config.tls);
  if (!tls) {
    report_error(tls.error(), EX_CONFIG);
    return false;
  }
  options.tls = std::move(*tls);
  if (config.token_key_file.empty()) return true;
  std::expected<std::string, std::string> key = read_token_key(config.token_key_file, config.token_keys.algorithm);
  if (key && key->empty()) key = std::unexpected(config.token_key_file + ": the file is empty");
  if (!key) report_error("cannot read the key of [oauth], " + key.error(), EX_CONFIG);
  if (key) options.token_keys.key = std::move(*key);
  return key.has_value();
}

/// The one line on stdout from which scripts learn the addresses.
void print_ready(const Server& server) {
  const nlohmann::ordered_json ready{
      {"ready", true}, {"pid", ::getpid()}, {"imap", server.addresses()}, {"imaps", server.tls_addresses()}};
  std::printf("%s\n", ready.dump().c_str());
  std::fflush(stdout);
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

void wipe_all_keys(ServerOptions& options) {
  wipe_keys(options.tls);
  wipe(options.token_keys.key);
}

void keep_config(const std::string& data_dir, const Config& config, LogOutput& log) {
  if (remember_config(data_dir, config)) return;
  const std::string_view what = "configuration not saved", detail = "deliveries without a server will not use it";
  log.write({LogLine::Level::warning, what, {}, {}, detail});
}

/// Of what will not work as it seems to be configured: sockets that were passed take the place of addresses, and
/// what root could read at the start the server's own user may not.
void warn_of_settings(const Config& config, const ServerOptions& options, LogOutput& log) {
  const auto warn = [&](std::string_view what, std::string_view why) {
    log.write({LogLine::Level::warning, what, {}, {}, why});
  };
  if (options.listen_tls.empty() && !config.listen_tls.empty())
    warn("no implicit TLS", "none of the sockets that were passed is named imaps, and listen_tls is not used then");
  if (const std::string why = why_unreadable(config.tls); !why.empty())
    warn("TLS certificates cannot be loaded again without a restart", why);
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
  // Until there is a log, no thread: each takes over what its maker is restricted to.
  const Signals signals;
  Protection protection(process_settings(arguments, config));
  ServerOptions options = options_from(arguments, config, std::move(passed));
  if (!read_keys(config, options)) return EX_CONFIG;  // as root, if it is
  if (const auto became = protection.become_user(options); !became) return report_error(became.error());
  std::optional<LogOutput> log;  // the server calls it from its start on
  options.log = [&](const LogLine& line) {
    if (log) log->write(line);
  };
  Expected<Server> server = open_patiently(options);
  wipe_all_keys(options);
  if (!server) return report_error(server.error());
  const auto restricted = protection.restrict_files(options, read_later(config.tls));
  if (!restricted) return report_error(restricted.error());
  log.emplace(log_format_of(arguments.log_format).value_or(config.log_format.value_or(LogFormat::text)));
  keep_config(arguments.data_dir, config, *log);
  if (protection.is_needlessly_root())
    log->write({LogLine::Level::warning, "serving as root", {}, {}, "set user in [process], or --user NAME"});
  warn_of_settings(config, options, *log);
  return run({*server, signals, manager, protection, config.tls, *log}, arguments.data_dir);
}

}  // namespace postbag::daemon
