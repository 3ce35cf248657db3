#include "tls/context.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <exception>
#include <utility>
#include <vector>

#include <openssl/err.h>

#include "tls/certificate.h"
#include "tls/error.h"
#include "tls/handles.h"
#include "tls/names.h"
#include "tls/ticket_keys.h"

namespace postbag::tls {

namespace {

// What is allowed: forward secrecy and authenticated encryption only. RFC 9325 sections 4.1, 4.2 and 4.4.
constexpr auto suites_tls13 = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
constexpr auto suites_tls12 =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
constexpr auto groups = "X25519:P-256:P-384";
/// At least 112 bits: no RSA key below 2048 bits, no SHA-1.
constexpr int security_level = 2;

/// Renegotiation and compression have been the ways into TLS (RFC 9325 sections 3.3 and 3.5). A stream that ends
/// without close_notify is an end: every literal says how long it is, so nothing can be cut short unseen.
constexpr std::uint64_t options =
    SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA |
    SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_CLEANSE_PLAINTEXT;  // passwords come through it

/// IANA's name of IMAP, with its length before it. RFC 7301 section 3.1.
constexpr std::string_view alpn = "\x04imap";
constexpr std::string_view session_id_context = "postbag";

std::unexpected<std::string> failure(std::string_view what) {
  return std::unexpected(std::string(what) + ": " + take_error());
}

bool use_certificate(SSL* ssl, const Certificate& one) {
  return SSL_use_cert_and_key(ssl, one.leaf.get(), one.key.get(), one.intermediates.get(), 1) == 1;
}

}  // namespace

struct Context::Parts {
  CtxPtr ctx;
  std::vector<Certificate> certificates;
  Names names;
  TicketKeys ticket_keys;

  std::expected<void, std::string> allow(const Options& from);
  std::expected<void, std::string> read(const Options& from);
  std::expected<void, std::string> ask_for_client_certificates(const std::string& authorities);
  void answer_callbacks();

  static int on_server_name(SSL* ssl, int* alert, void* parts);
  static int on_protocols(SSL* ssl, const unsigned char** chosen, unsigned char* size, const unsigned char* offered,
                          unsigned int offered_size, void* none);
  static int on_ticket(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac,
                       int encrypt);
};

std::expected<void, std::string> Context::Parts::allow(const Options& from) {
  SSL_CTX_set_security_level(ctx.get(), security_level);
  SSL_CTX_set_options(ctx.get(), options);
  SSL_CTX_set_mode(ctx.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_session_cache_mode(ctx.get(), SSL_SESS_CACHE_OFF);  // tickets need none
  SSL_CTX_set_timeout(ctx.get(), std::chrono::seconds(TicketKeys::lifetime).count());
  SSL_CTX_set_session_id_context(ctx.get(), reinterpret_cast<const unsigned char*>(session_id_context.data()),
                                 session_id_context.size());
  const int minimum = from.minimum == Version::tls13 ? TLS1_3_VERSION : TLS1_2_VERSION;
  const bool allowed =
      SSL_CTX_set_min_proto_version(ctx.get(), minimum) == 1 && SSL_CTX_set_max_proto_version(ctx.get(), 0) == 1 &&
      SSL_CTX_set_ciphersuites(ctx.get(), suites_tls13) == 1 &&
      SSL_CTX_set_cipher_list(ctx.get(), suites_tls12) == 1 && SSL_CTX_set1_groups_list(ctx.get(), groups) == 1;
  if (!allowed) return failure("TLS cannot be used");
  return {};
}

std::expected<void, std::string> Context::Parts::read(const Options& from) {
  if (from.certificates.empty()) return std::unexpected("TLS needs a certificate");
  for (const CertificatePem& pem : from.certificates) {
    const std::size_t index = certificates.size();
    const auto prefixed = [&](const std::string& why) {
      return std::unexpected("certificate " + std::to_string(index + 1) + ": " + why);
    };
    auto one = read_certificate(pem);
    if (!one) return prefixed(one.error());
    // Tried out, so that one that is too weak is refused now, and not at the first handshake.
    const SslPtr trial(SSL_new(ctx.get()));
    if (!use_certificate(trial.get(), *one)) return prefixed("it cannot be used: " + take_error());
    for (const std::string& name : dns_names(*one->leaf)) names.add(name, index);
    certificates.push_back(std::move(*one));
  }
  const Certificate& first = certificates.front();
  if (SSL_CTX_use_cert_and_key(ctx.get(), first.leaf.get(), first.key.get(), first.intermediates.get(), 1) != 1)
    return failure("the first certificate cannot be used");
  return {};
}

std::expected<void, std::string> Context::Parts::ask_for_client_certificates(const std::string& authorities) {
  if (authorities.empty()) return {};
  const auto chain = read_chain(authorities);
  if (!chain) return std::unexpected("authorities of clients: " + chain.error());
  X509_STORE* const store = SSL_CTX_get_cert_store(ctx.get());
  for (int i = 0; i < sk_X509_num(chain->get()); ++i) {
    X509* const authority = sk_X509_value(chain->get(), i);
    if (X509_STORE_add_cert(store, authority) != 1 || SSL_CTX_add_client_CA(ctx.get(), authority) != 1)
      return failure("authorities of clients");
  }
  SSL_CTX_set_verify(ctx.get(), SSL_VERIFY_PEER, nullptr);  // asks, and refuses one that is not valid
  return {};
}

void Context::Parts::answer_callbacks() {
  SSL_CTX_set_app_data(ctx.get(), this);
  SSL_CTX_set_tlsext_servername_callback(ctx.get(), &Parts::on_server_name);
  SSL_CTX_set_tlsext_servername_arg(ctx.get(), this);
  SSL_CTX_set_alpn_select_cb(ctx.get(), &Parts::on_protocols, nullptr);
  SSL_CTX_set_tlsext_ticket_key_evp_cb(ctx.get(), &Parts::on_ticket);
}

/// Called in each handshake, also when the client names no host. A name that is not ours is no error: the client
/// decides whether the first certificate is good enough (RFC 6066 section 3).
int Context::Parts::on_server_name(SSL* ssl, int*, void* parts) {
  const Parts& self = *static_cast<const Parts*>(parts);
  const char* const name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  const std::vector<std::size_t> found = name == nullptr ? std::vector<std::size_t>() : self.names.find(name);
  if (found.empty()) return SSL_TLSEXT_ERR_NOACK;
  SSL_certs_clear(ssl);
  // From last to first, since of two with the same kind of key the later call wins; one of each kind serves clients
  // that know only the other.
  const bool used = std::ranges::all_of(found.rbegin(), found.rend(), [&](std::size_t index) {
    return use_certificate(ssl, self.certificates[index]);
  });
  return used ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

/// A client that wants to speak another protocol has been led here by somebody else. RFC 7301 section 3.2.
int Context::Parts::on_protocols(SSL*, const unsigned char** chosen, unsigned char* size,
                                 const unsigned char* offered, unsigned int offered_size, void*) {
  unsigned char* found = nullptr;
  const auto* const ours = reinterpret_cast<const unsigned char*>(alpn.data());
  if (SSL_select_next_proto(&found, size, ours, alpn.size(), offered, offered_size) != OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

int Context::Parts::on_ticket(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
                              EVP_MAC_CTX* mac, int encrypt) {
  auto& self = *static_cast<Parts*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
  try {
    return self.ticket_keys.prepare(name, iv, cipher, mac, encrypt, std::chrono::steady_clock::now());
  } catch (const std::exception&) {  // it must not pass through OpenSSL
    return -1;
  }
}

Context::Context(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Context::~Context() = default;

std::expected<std::shared_ptr<const Context>, std::string> Context::make(const Options& options) {
  ERR_clear_error();
  auto parts = std::make_unique<Parts>();
  parts->ctx.reset(SSL_CTX_new(TLS_server_method()));
  if (!parts->ctx) return failure("TLS cannot be used");
  auto made = parts->allow(options);
  if (made) made = parts->read(options);
  if (made) made = parts->ask_for_client_certificates(options.client_ca);
  if (!made) return std::unexpected(std::move(made.error()));
  parts->answer_callbacks();
  return std::shared_ptr<const Context>(new Context(std::move(parts)));
}

ssl_st* Context::new_connection() const { return SSL_new(parts_->ctx.get()); }

}  // namespace postbag::tls
