#include "tls/stream.h"

#include <atomic>
#include <csignal>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <openssl/x509.h>

#include "async/net/socket.h"
#include "tests/unit/async/run.h"
#include "tests/unit/tls/certificates.h"
#include "tests/unit/tls/client.h"

using namespace postbag;
using namespace std::chrono_literals;
using async::in;
using async::Loop;
using async::Signal;
using async::Task;

namespace {

const std::string big(3'000'000, 'y');

/// A server's stream in the loop, and a client on a thread of its own that does what it is told.
class Pair {
 public:
  explicit Pair(std::function<void(tls::Client&)> client, std::size_t threads = 1) : workers(loop, threads, 100) {
    ::signal(SIGPIPE, SIG_IGN);  // of the client, which OpenSSL writes without MSG_NOSIGNAL
    int fds[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
    socket = async::make_socket(loop, nonblocking(fds[0]), async::Address::unix_socket("a"));
    const auto made = tls::Context::make({.certificates = {certificate.pem()}, .client_ca = {}});
    REQUIRE(made);
    stream = std::make_unique<tls::Stream>(*socket, *made);
    settings.reset(SSL_CTX_new(TLS_client_method()));
    thread_ = std::thread([this, fd = fds[1], client = std::move(client)] {
      tls::Client end(fd, *settings);
      client(end);
    });
  }
  ~Pair() {
    stream.reset();
    socket.reset();  // ends what the client waits for
    thread_.join();
  }
  Pair(const Pair&) = delete;
  Pair& operator=(const Pair&) = delete;

  static int nonblocking(int fd) {
    REQUIRE(::fcntl(fd, F_SETFL, O_NONBLOCK) == 0);
    return fd;
  }
  Task<bool> handshake() { return stream->handshake(workers, in(10s)); }
  /// Handshake, then `body`, to its end.
  template <class Body>
  void run(Body body) {
    const auto all = [&]() -> Task<void> {
      const bool done = co_await handshake();
      CHECK(done);
      if (done) co_await body();
      stream->notify(nullptr);
    };
    async::run_to_end(loop, all());
  }

  const tls::Made certificate = tls::make_certificate("server", "DNS:localhost");
  Loop loop;
  async::Workers workers;
  std::unique_ptr<async::Stream> socket;
  std::unique_ptr<tls::Stream> stream;
  tls::CtxPtr settings;

 private:
  std::thread thread_;
};

}  // namespace

TEST_CASE("TLS: much arrives complete in both directions, and close sends the end after it") {
  for (const std::size_t threads : {std::size_t{0}, std::size_t{2}}) {
    CAPTURE(threads);
    std::string got;
    bool said_goodbye = false;
    std::optional<Pair> pair;
    pair.emplace(
        [&](tls::Client& client) {
          CHECK(client.connect());
          CHECK(client.write(big));
          client.send_close_notify();
          got = client.read_all();
          said_goodbye = client.got_close_notify();
        },
        threads);
    pair->run([&]() -> Task<void> {
      const std::string sent = co_await read_all(*pair->stream);
      CHECK(sent == big);
      // Its end came first: it still gets answers.
      const bool written = co_await pair->stream->write(big, 10s);
      CHECK(written);
      CHECK_FALSE(pair->stream->is_closed());
      pair->stream->close();
    });
    pair.reset();  // the client is done
    CHECK(got == big);
    CHECK(said_goodbye);
  }
}

TEST_CASE("TLS: a client that is gone without close_notify has ended") {
  Pair pair([&](tls::Client& client) {
    CHECK(client.connect());
    CHECK(client.write("some bytes"));
    CHECK(client.read() == "seen");
  });
  pair.run([&]() -> Task<void> {
    CHECK(co_await pair.stream->write(std::string_view("seen"), 1s));
    const std::string got = co_await read_all(*pair.stream);
    CHECK(got == "some bytes");
    CHECK(pair.stream->is_leaving());
  });
}

TEST_CASE("TLS: bytes that are no record end the connection") {
  Pair pair([&](tls::Client& client) {
    CHECK(client.connect());
    CHECK(client.write("some bytes"));
    CHECK(::send(client.fd(), "a2 CAPABILITY\r\n", 15, MSG_NOSIGNAL) == 15);
    CHECK(client.read().empty());
  });
  pair.run([&]() -> Task<void> {
    const std::string got = co_await read_all(*pair.stream);
    CHECK(got == "some bytes");
    CHECK(pair.stream->is_closed());
    CHECK(pair.socket->is_closed());
    CHECK_FALSE(co_await pair.stream->write(std::string_view("x"), 1s));
  });
}

TEST_CASE("TLS: a peer that reads nothing fails the write after a time, and at the end that was set") {
  for (const bool by_end : {false, true}) {
    CAPTURE(by_end);
    std::atomic<bool> done = false;
    Pair pair([&](tls::Client& client) {
      CHECK(client.connect());
      done.wait(false);
    });
    pair.run([&]() -> Task<void> {
      if (by_end) pair.stream->end_writes(in(20ms));
      const bool sent = co_await pair.stream->write(big, by_end ? 1h : 20ms);
      CHECK_FALSE(sent);
      pair.stream->close();
      done = true;
      done.notify_one();
    });
  }
}

TEST_CASE("TLS: the time limit is for progress, not for the whole write") {
  std::string got;
  Pair pair([&](tls::Client& client) {
    CHECK(client.connect());
    while (got.size() < big.size()) {
      std::this_thread::sleep_for(8ms);
      const std::string some = client.read();
      if (some.empty()) break;
      got += some;
    }
  });
  pair.run([&]() -> Task<void> {
    const auto start = std::chrono::steady_clock::now();
    const bool sent = co_await pair.stream->write(big, 1s);
    CHECK(sent);
    CHECK(std::chrono::steady_clock::now() - start > 1s);
  });
}

TEST_CASE("TLS: reading stops at the input limit and while paused") {
  std::atomic<bool> done = false;
  Pair pair([&](tls::Client& client) {
    CHECK(client.connect());
    client.write(big);
    done = true;
  });
  pair.run([&]() -> Task<void> {
    Signal signal(pair.loop);
    Signal nap(pair.loop);
    pair.stream->set_input_limit(10);
    pair.stream->notify(&signal);
    co_await nap.wait(in(50ms));
    CHECK(pair.stream->input().size() >= 10);
    CHECK(pair.stream->input().size() <= 10 + 64 * 1024);
    CHECK_FALSE(done);
    pair.stream->pause();
    pair.stream->consume(pair.stream->input().size());
    signal.clear();
    CHECK_FALSE(co_await signal.wait(in(20ms)));
    pair.stream->resume();
    CHECK(co_await signal.wait(in(5s)));
    CHECK_FALSE(pair.stream->input().empty());
  });
}

TEST_CASE("TLS: what came together with the end of the handshake is not lost") {
  Pair pair([&](tls::Client& client) {
    // TLS 1.3: the client's part of the handshake and its first bytes leave in one piece.
    BIO* const buffered = BIO_new(BIO_f_buffer());
    SSL_set0_wbio(client.ssl(), BIO_push(buffered, BIO_new_socket(client.fd(), BIO_NOCLOSE)));
    CHECK(client.connect());
    CHECK(client.write("a1 NOOP\r\n"));
    CHECK(BIO_flush(buffered) == 1);
    CHECK(client.read() == "a1 OK\r\n");
  });
  pair.run([&]() -> Task<void> {
    Signal signal(pair.loop);
    pair.stream->notify(&signal);
    while (pair.stream->input().empty() && !pair.stream->ended()) co_await signal.wait();
    CHECK(pair.stream->input() == "a1 NOOP\r\n");
    CHECK(co_await pair.stream->write(std::string_view("a1 OK\r\n"), 1s));
  });
}

TEST_CASE("TLS: a handshake that stalls fails at its deadline, and says why") {
  struct {
    std::string_view sent;
    std::string_view failure;
  } const rows[] = {{"", "it took too long"},
                    {"\x16\x03\x01", "it took too long"},
                    {"a1 CAPABILITY\r\n", "wrong version number"}};
  for (const auto& [sent, failure] : rows) {
    CAPTURE(sent);
    std::atomic<bool> done = false;
    Pair pair([&, bytes = sent](tls::Client& client) {
      ::send(client.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      done.wait(false);
    });
    const auto body = [&]() -> Task<void> {
      const bool secured = co_await pair.stream->handshake(pair.workers, in(30ms));
      CHECK_FALSE(secured);
    };
    async::run_to_end(pair.loop, body());
    CHECK(pair.stream->failure() == failure);
    done = true;
    done.notify_one();
  }
}

TEST_CASE("TLS: close ends a handshake, and its coroutine may be destroyed at any moment") {
  for (const bool cancelled : {false, true}) {
    CAPTURE(cancelled);
    Pair pair([&](tls::Client& client) { client.connect(); });
    const auto handshake = [&]() -> Task<void> { co_await pair.handshake(); };
    const auto body = [&]() -> Task<void> {
      async::Jobs jobs(pair.loop);
      jobs.start(handshake(), {});
      co_await pair.loop.yield();
      if (!cancelled) pair.stream->close();
      while (!cancelled && jobs.size() > 0) co_await pair.loop.yield();
    };
    async::run_to_end(pair.loop, body());
  }
}

TEST_CASE("TLS: both ends have the same channel bindings") {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    CAPTURE(version);
    std::string exporter(32, '\0');
    std::string end_point(32, '\0');
    tls::Info info;
    std::atomic<bool> done = false;
    std::optional<Pair> pair;
    pair.emplace([&](tls::Client& client) {
      SSL_set_max_proto_version(client.ssl(), version);
      SSL_set_tlsext_host_name(client.ssl(), "localhost");
      CHECK(client.connect());
      constexpr std::string_view label = "EXPORTER-Channel-Binding";
      CHECK(SSL_export_keying_material(client.ssl(), reinterpret_cast<unsigned char*>(exporter.data()), 32,
                                       label.data(), label.size(), nullptr, 0, 1) == 1);
      const tls::X509Ptr certificate(SSL_get1_peer_certificate(client.ssl()));
      X509_digest(certificate.get(), EVP_sha256(), reinterpret_cast<unsigned char*>(end_point.data()), nullptr);
      done = true;
      client.read();  // stays until the server has looked
    });
    pair->run([&]() -> Task<void> {
      while (!done) co_await pair->loop.yield();
      info = pair->stream->info();
      CHECK(pair->stream->channel_binding(tls::ChannelBinding::exporter) == exporter);
      CHECK(pair->stream->channel_binding(tls::ChannelBinding::server_end_point) == end_point);
    });
    CHECK(info.version == (version == TLS1_2_VERSION ? "TLSv1.2" : "TLSv1.3"));
    CHECK_FALSE(info.client);
  }
}
