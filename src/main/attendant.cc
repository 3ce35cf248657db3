#include "main/attendant.h"

#include <csignal>
#include <utility>

#include <poll.h>

namespace postbag::daemon {

namespace {

/// While all threads of the control socket are busy, no event reports that one is free again.
constexpr int busy_poll_ms = 100;
/// How often the files of certificates are looked at.
constexpr std::chrono::seconds tls_interval{10};

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

}  // namespace

Attendant::Attendant(const Running& running, ControlServer& control)
    : running_(running),
      control_(control),
      watch_(running.tls),
      watchdog_(running.server, running.manager),
      look_at_(std::chrono::steady_clock::now() + tls_interval) {}

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

}  // namespace postbag::daemon
