// A thousand TLS handshakes at once with an RSA key of 4096 bits: how long the loop is kept from everything else,
// in one piece. A server in the loop of this process, its clients in another one.
//
// The longest slice is measured twice: as the time between two beats of a timer of one millisecond, which also
// contains the time in which the machine runs other processes, and as the processor time that the loop's thread has
// used between them. Exit 1 when the latter is above 20 ms or a handshake failed.

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

#include "postbag/server.h"
#include "tests/unit/tls/certificates.h"

namespace {

using Milliseconds = std::chrono::duration<double, std::milli>;
constexpr Milliseconds allowed{20};

/// One handshake of the clients' process.
struct Client {
  SSL* ssl;
  int fd;
  bool done = false;
};

Client begin(SSL_CTX* settings, std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in server{};
  server.sin_family = AF_INET;
  server.sin_port = htons(port);
  server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&server), sizeof server) != 0) std::exit(2);
  ::fcntl(fd, F_SETFL, O_NONBLOCK);
  SSL* const ssl = SSL_new(settings);
  SSL_set_fd(ssl, fd);
  return {ssl, fd};
}

/// The whole life of the clients' process: exit 0 when all handshakes succeeded.
int run_clients(std::uint16_t port, std::size_t count) {
  SSL_CTX* const settings = SSL_CTX_new(TLS_client_method());
  std::vector<Client> clients;
  for (std::size_t i = 0; i < count; ++i) clients.push_back(begin(settings, port));
  for (std::size_t left = count; left > 0;) {
    std::vector<pollfd> watched;
    for (Client& client : clients) {
      if (client.done) continue;
      const int result = SSL_connect(client.ssl);
      if (result != 1 && SSL_get_error(client.ssl, result) != SSL_ERROR_WANT_READ) return 1;
      client.done = result == 1;
      if (client.done)
        --left;
      else
        watched.push_back({.fd = client.fd, .events = POLLIN, .revents = 0});
    }
    if (left > 0) ::poll(watched.data(), watched.size(), 1000);
  }
  return 0;
}

Milliseconds processor_time() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

/// What passes between two beats, at most.
struct Beats {
  std::chrono::steady_clock::time_point last = std::chrono::steady_clock::now();
  Milliseconds last_used = processor_time();
  Milliseconds longest{};
  Milliseconds most_used{};

  void beat() {
    const auto now = std::chrono::steady_clock::now();
    const Milliseconds used = processor_time();
    longest = std::max(longest, Milliseconds(now - last));
    most_used = std::max(most_used, used - last_used);
    last = now;
    last_used = used;
  }
};

postbag::ServerOptions options(std::size_t count) {
  const auto pem = postbag::tls::make_certificate("server", "DNS:localhost", {}, 4096).pem();
  postbag::ServerOptions chosen;
  chosen.listen_tls = {"127.0.0.1:0"};
  chosen.tls.certificates = {{pem.chain, pem.key}};
  for (const char* name : {"connections", "connections_not_logged_in", "connections_per_address",
                           "connections_per_address_not_logged_in"})
    chosen.limits.emplace_back(name, count + 1);
  chosen.limits.emplace_back("tls_handshake_time", 600);
  chosen.limits.emplace_back("login_time", 600);
  return chosen;
}

void allow_descriptors() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t count = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 1000;
  allow_descriptors();
  ::signal(SIGPIPE, SIG_IGN);
  int started[2];
  if (::pipe(started) != 0) return 2;
  const pid_t clients = ::fork();  // before there are threads
  if (clients == 0) {
    std::uint16_t port = 0;
    const bool told = ::read(started[0], &port, sizeof port) == sizeof port;
    std::_Exit(told ? run_clients(port, count) : 2);
  }

  uv_loop_t* const loop = uv_default_loop();
  auto server = postbag::Server::open(options(count)).value();
  server.start(*loop).value();
  const std::string address = server.tls_addresses().front();
  const auto port = static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
  if (::write(started[1], &port, sizeof port) != sizeof port) return 2;

  Beats beats;
  uv_timer_t timer;
  uv_timer_init(loop, &timer);
  timer.data = &beats;
  uv_timer_start(&timer, [](uv_timer_t* t) { static_cast<Beats*>(t->data)->beat(); }, 1, 1);
  const auto begun = std::chrono::steady_clock::now();
  int status = -1;
  while (::waitpid(clients, &status, WNOHANG) == 0) uv_run(loop, UV_RUN_ONCE);
  const Milliseconds lasted = std::chrono::steady_clock::now() - begun;
  uv_close(reinterpret_cast<uv_handle_t*>(&timer), nullptr);
  server.stop(std::chrono::milliseconds(0));
  uv_run(loop, UV_RUN_DEFAULT);

  const bool served = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  std::printf(
      "%zu handshakes at once, RSA of 4096 bits: %s in %.1f s; longest slice of the loop %.1f ms, most processor "
      "time of one %.1f ms"
      "\n",
      count, served ? "all done" : "FAILED", lasted.count() / 1000, beats.longest.count(), beats.most_used.count());
  return served && beats.most_used <= allowed ? 0 : 1;
}
