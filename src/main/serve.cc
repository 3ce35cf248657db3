// postbag serve

#include <chrono>
#include <csignal>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <thread>

#include <poll.h>
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

ServerOptions options_from(const ServeArguments& arguments, const Config& config) {
  ServerOptions options = options_of(config);
  options.data_dir = arguments.data_dir;
  if (!arguments.listen.empty()) options.listen = arguments.listen;
  if (options.listen.empty()) options.listen = {default_address};
  return options;
}

/// The one line on stdout from which scripts learn the addresses.
void print_ready(const Server& server) {
  const nlohmann::ordered_json ready{{"ready", true}, {"pid", ::getpid()}, {"imap", server.addresses()}};
  std::printf("%s\n", ready.dump().c_str());
  std::fflush(stdout);
}

/// Answers the control socket until a signal to stop arrives. SIGHUP, which asks others to read
/// their configuration again, is ignored: that needs a restart, and ending would stop the server at every
/// logrotate.
void wait_for_signal(const Signals& signals, ControlServer& control, LogOutput& log) {
  for (;;) {
    const int listener = control.fd();
    pollfd watched[] = {{signals.fd(), POLLIN, 0}, {listener, POLLIN, 0}};
    ::poll(watched, 2, listener < 0 ? busy_poll_ms : -1);
    const int received = watched[0].revents != 0 ? signals.take() : 0;
    if (received == SIGHUP)
      log.write({LogLine::Level::warning, "SIGHUP", {}, {}, "the configuration is read only at the start"});
    else if (received != 0)
      return;
    if (watched[1].revents != 0) control.accept();
  }
}

int run(Server& server, const Signals& signals, LogOutput& log, const std::string& data_dir) {
  const Expected<void> started = server.start();
  if (!started) return report_error(started.error());
  {
    ControlServer control(server, data_dir);
    print_ready(server);
    wait_for_signal(signals, control, log);
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
  ServerOptions options = options_from(arguments, config);
  options.log = [&](const LogLine& line) { log.write(line); };
  Expected<Server> server = open_patiently(options);
  if (!server) return report_error(server.error());
  if (!remember_config(arguments.data_dir, config))
    log.write({LogLine::Level::warning,
               "configuration not saved",
               {},
               {},
               "deliveries without a server will not use it"});
  return run(*server, signals, log, arguments.data_dir);
}

}  // namespace postbag::daemon
