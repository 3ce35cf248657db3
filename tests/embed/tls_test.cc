// TLS for a host: certificates from memory, STARTTLS over an in-memory connection, other certificates while it
// runs.

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include <openssl/x509.h>

#include "tests/embed/host.h"
#include "tests/unit/tls/certificates.h"

using namespace postbag;

namespace {

TlsCertificate pem_of(const tls::Made& made) {
  auto pem = made.pem();
  return {.chain = std::move(pem.chain), .key = std::move(pem.key)};
}

ServerOptions options_with(const tls::Made& made) { return {.tls = {.certificates = {pem_of(made)}}}; }

/// A client over memory that has said STARTTLS.
class EncryptedClient {
 public:
  EncryptedClient(Host& host, Server& server) : host_(host) {
    auto made = server.connect([this](std::string_view bytes) { receive(bytes); }, [this] { closed_ = true; });
    REQUIRE(made);
    connection_.emplace(std::move(*made));
    host_.run_until([&] { return clear_.ends_with("\r\n"); });
    CHECK(contains(clear_, " STARTTLS "));
    clear_.clear();
    connection_->send("a STARTTLS\r\n");
    host_.run_until([&] { return clear_.ends_with("\r\n"); });
    REQUIRE(clear_.starts_with("a OK "));
    settings_.reset(SSL_CTX_new(TLS_client_method()));
    ssl_.reset(SSL_new(settings_.get()));
    SSL_set_bio(ssl_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    encrypted_ = true;
    host_.run_until([&] { return step(SSL_connect(ssl_.get())); });
  }
  /// Hangs up, and waits until nothing is received any more.
  ~EncryptedClient() {
    connection_->hang_up();
    host_.run_until([&] { return closed_; });
  }
  EncryptedClient(const EncryptedClient&) = delete;
  EncryptedClient& operator=(const EncryptedClient&) = delete;

  std::string run(const std::string& command) {
    const std::string line = "t " + command + "\r\n";
    CHECK(step(SSL_write(ssl_.get(), line.data(), static_cast<int>(line.size()))));
    std::string answer;
    host_.run_until([&] {
      std::array<char, 4096> buffer;
      const int size = SSL_read(ssl_.get(), buffer.data(), buffer.size());
      if (size > 0) answer.append(buffer.data(), static_cast<std::size_t>(size));
      return answer.find("t ") != std::string::npos && answer.ends_with("\r\n");
    });
    return answer;
  }
  /// The certificate that the server has shown.
  bool was_shown(const tls::Made& made) const {
    return X509_cmp(SSL_get0_peer_certificate(ssl_.get()), made.certificate.get()) == 0;
  }

 private:
  void receive(std::string_view bytes) {
    if (encrypted_)
      BIO_write(SSL_get_rbio(ssl_.get()), bytes.data(), static_cast<int>(bytes.size()));
    else
      clear_ += bytes;
  }
  /// Sends what OpenSSL has to send; true when it has done what was asked.
  bool step(int result) {
    std::array<char, 16384> buffer;
    const int size = BIO_read(SSL_get_wbio(ssl_.get()), buffer.data(), buffer.size());
    if (size > 0) connection_->send(std::string(buffer.data(), static_cast<std::size_t>(size)));
    return result > 0;
  }

  Host& host_;
  std::string clear_;
  bool encrypted_ = false;
  bool closed_ = false;
  tls::CtxPtr settings_;
  tls::SslPtr ssl_;
  std::optional<Connection> connection_;
};

}  // namespace

TEST_CASE("a connection in memory may be encrypted, and keeps its certificate when another one is loaded") {
  const tls::Made first = tls::make_certificate("first", "DNS:localhost");
  const tls::Made second = tls::make_certificate("second", "DNS:localhost");
  for (const std::size_t workers : {std::size_t{0}, std::size_t{2}}) {
    CAPTURE(workers);
    Host host;
    ServerOptions options = options_with(first);
    options.workers = workers;
    Server server = started(host, std::move(options));
    {
      EncryptedClient old(host, server);
      CHECK(old.was_shown(first));
      CHECK(contains(old.run("LOGIN alice secret"), "t OK "));
      REQUIRE(server.reload_tls({.certificates = {pem_of(second)}}));
      CHECK(EncryptedClient(host, server).was_shown(second));
      CHECK(contains(old.run("SELECT INBOX"), "t OK "));
    }
    host.stop(server);
  }
}

TEST_CASE("TLS that makes no sense is a bad option, and changes nothing") {
  const tls::Made made = tls::make_certificate("first", "DNS:localhost");
  CHECK(Server::open({.listen_tls = {"127.0.0.1:0"}}).error().text == "listen_tls needs a certificate");
  CHECK(Server::open({.tls = {.certificates = {{.chain = "x", .key = "y"}}}}).error().cause == Cause::bad_option);
  const auto beyond = Server::open({.listen = {"0.0.0.0:0"}});
  REQUIRE_FALSE(beyond);
  CHECK(beyond.error().text == "0.0.0.0:0 is no loopback address: it needs TLS, or allow_plaintext");
  CHECK(Server::open({.listen = {"0.0.0.0:0"}, .allow_plaintext = true}));
  CHECK(Server::open({.listen = {"0.0.0.0:0"}, .tls = {.certificates = {pem_of(made)}}}));

  Host host;
  Server server = started(host, options_with(made));
  CHECK(server.reload_tls({}).error().text == "TLS needs a certificate");
  CHECK(server.reload_tls({.certificates = {pem_of(made)}, .client_ca = "x"}).error().cause == Cause::bad_option);
  CHECK(EncryptedClient(host, server).was_shown(made));
  host.stop(server);
}
