#include "tls/context.h"

#include <array>
#include <string>

#include <doctest/doctest.h>

#include "tests/unit/tls/certificates.h"
#include "tls/certificate.h"
#include "tls/names.h"
#include "tls/ticket_keys.h"

using namespace postbag::tls;

TEST_CASE("what is wrong with certificates is one line that names the certificate") {
  const CertificatePem good = make_certificate("a", "DNS:a.example").pem();
  const CertificatePem other = make_certificate("b", "DNS:b.example").pem();
  const CertificatePem weak = make_certificate("c", "DNS:c.example", {}, 1024).pem();
  struct {
    Options options;
    std::string error;
  } const rows[] = {
      {{.certificates = {}, .client_ca = {}}, "TLS needs a certificate"},
      {{.certificates = {good, {.chain = "", .key = good.key}}, .client_ca = {}},
       "certificate 2: the certificate cannot be read: no start line"},
      {{.certificates = {{.chain = good.chain, .key = "-----BEGIN"}}, .client_ca = {}},
       "certificate 1: the private key cannot be read: unsupported"},
      {{.certificates = {{.chain = good.chain, .key = other.key}}, .client_ca = {}},
       "certificate 1: the private key is of another certificate: key values mismatch"},
      {{.certificates = {weak}, .client_ca = {}}, "certificate 1: it cannot be used: ee key too small"},
      {{.certificates = {good}, .client_ca = "x"},
       "authorities of clients: the certificate cannot be read: no start line"},
  };
  for (const auto& [options, error] : rows) {
    const auto made = Context::make(options);
    REQUIRE_FALSE(made);
    CHECK(made.error() == error);
  }
  CHECK(Context::make({.certificates = {good, other}, .client_ca = good.chain}));
}

TEST_CASE("which certificates are for a name") {
  Names names;
  names.add("mail.example.org", 0);
  names.add("*.example.org", 1);
  names.add("mail.example.org", 2);
  names.add("*", 3);
  struct {
    std::string name;
    std::vector<std::size_t> found;
  } const rows[] = {
      {"mail.example.org", {0, 2}},
      {"MAIL.Example.ORG", {0, 2}},
      {"imap.example.org", {1}},
      {"a.b.example.org", {}},
      {"example.org", {}},
      {".example.org", {}},
      {"", {}},
      {"com", {}},
      {"mail.example.org.", {}},
      {std::string(256, 'a') + ".example.org", {}},
  };
  for (const auto& [name, found] : rows) {
    CAPTURE(name);
    CHECK(names.find(name) == found);
  }
}

TEST_CASE("the names in a certificate") {
  const Made made = make_certificate("alice", "DNS:A.example,DNS:*.b.example,email:alice@example.org");
  CHECK(dns_names(*made.certificate) == std::vector<std::string>{"a.example", "*.b.example"});
  CHECK(mail_addresses(*made.certificate) == std::vector<std::string>{"alice@example.org"});
  CHECK(subject_of(*made.certificate) == "CN=alice");
}

TEST_CASE("a ticket key makes tickets for its lifetime and opens them for as long again") {
  TicketKeys keys;
  const TicketKeys::Time start{std::chrono::hours(1000)};
  std::array<std::uint8_t, 16> name{};
  std::array<std::uint8_t, EVP_MAX_IV_LENGTH> iv{};
  EVP_MAC* const hmac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  const auto prepare = [&](std::array<std::uint8_t, 16>& with, int encrypt, TicketKeys::Time now) {
    EVP_CIPHER_CTX* const cipher = EVP_CIPHER_CTX_new();
    EVP_MAC_CTX* const mac = EVP_MAC_CTX_new(hmac);
    const int result = keys.prepare(with.data(), iv.data(), cipher, mac, encrypt, now);
    EVP_MAC_CTX_free(mac);
    EVP_CIPHER_CTX_free(cipher);
    return result;
  };
  CHECK(prepare(name, 0, start) == 0);
  CHECK(prepare(name, 1, start) == 1);
  const std::array<std::uint8_t, 16> first = name;
  CHECK(prepare(name, 0, start + TicketKeys::lifetime - std::chrono::seconds(1)) == 1);
  CHECK(prepare(name, 1, start + TicketKeys::lifetime) == 1);
  CHECK(name != first);
  auto old = first;
  CHECK(prepare(old, 0, start + TicketKeys::lifetime) == 2);
  CHECK(prepare(old, 0, start + 2 * TicketKeys::lifetime - std::chrono::seconds(1)) == 2);
  CHECK(prepare(old, 0, start + 2 * TicketKeys::lifetime) == 0);
  CHECK(prepare(name, 0, start + 5 * TicketKeys::lifetime) == 0);
  EVP_MAC_free(hmac);
}
