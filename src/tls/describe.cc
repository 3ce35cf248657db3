#include "tls/describe.h"

#include <array>
#include <string_view>

#include <openssl/err.h>

#include "tls/certificate.h"

namespace postbag::tls {

namespace {

std::optional<ClientCertificate> client_of(const SSL& ssl) {
  const X509* const certificate = SSL_get0_peer_certificate(&ssl);
  if (certificate == nullptr || SSL_get_verify_result(&ssl) != X509_V_OK) return std::nullopt;
  return ClientCertificate{.subject = subject_of(*certificate), .mail_addresses = mail_addresses(*certificate)};
}

/// RFC 9266 section 2: with an empty context, which before TLS 1.3 is not the same as none (RFC 5705 section 4);
/// GnuTLS does the same. Before TLS 1.3 it needs the extended master secret (section 3), without which an attacker
/// in the middle can make two connections with the same value.
std::optional<std::string> exporter(SSL& ssl) {
  constexpr std::string_view label = "EXPORTER-Channel-Binding";
  if (SSL_version(&ssl) < TLS1_3_VERSION && SSL_get_extms_support(&ssl) != 1) return std::nullopt;
  std::array<unsigned char, 32> value;
  const int done =
      SSL_export_keying_material(&ssl, value.data(), value.size(), label.data(), label.size(), nullptr, 0, 1);
  if (done != 1) return std::nullopt;
  return std::string(value.begin(), value.end());
}

/// The hash function of the certificate's signature, but SHA-256 in place of MD5 and SHA-1; null when the signature
/// has none of its own, for which nothing is defined.
const EVP_MD* end_point_hash(X509& certificate) {
  int digest = NID_undef;
  if (X509_get_signature_info(&certificate, &digest, nullptr, nullptr, nullptr) != 1 || digest == NID_undef)
    return nullptr;
  if (digest == NID_md5 || digest == NID_sha1) return EVP_sha256();
  return EVP_get_digestbynid(digest);
}

std::optional<std::string> server_end_point(const SSL& ssl) {
  X509* const certificate = SSL_get_certificate(&ssl);
  const EVP_MD* const hash = certificate == nullptr ? nullptr : end_point_hash(*certificate);
  std::array<unsigned char, EVP_MAX_MD_SIZE> value;
  unsigned int size = 0;
  if (hash == nullptr || X509_digest(certificate, hash, value.data(), &size) != 1) return std::nullopt;
  return std::string(value.begin(), value.begin() + size);
}

/// The first Finished message of the handshake: the server's when a session was resumed, the client's else. Without
/// an extended master secret somebody in between can make it the same on both sides (RFC 7627 section 1), and there
/// is no renegotiation, so it is also the latest.
std::optional<std::string> unique(SSL& ssl) {
  if (SSL_version(&ssl) != TLS1_2_VERSION || SSL_get_extms_support(&ssl) != 1) return std::nullopt;
  std::array<char, EVP_MAX_MD_SIZE> value;
  const std::size_t size = SSL_session_reused(&ssl) == 1 ? SSL_get_finished(&ssl, value.data(), value.size())
                                                         : SSL_get_peer_finished(&ssl, value.data(), value.size());
  if (size == 0 || size > value.size()) return std::nullopt;
  return std::string(value.data(), size);
}

}  // namespace

Info describe(const SSL& ssl) {
  return {.version = SSL_get_version(&ssl), .cipher = SSL_get_cipher_name(&ssl), .client = client_of(ssl)};
}

std::optional<std::string> channel_binding(SSL& ssl, ChannelBinding kind) {
  ERR_clear_error();
  switch (kind) {
    case ChannelBinding::exporter: return exporter(ssl);
    case ChannelBinding::server_end_point: return server_end_point(ssl);
    case ChannelBinding::unique: break;
  }
  return unique(ssl);
}

}  // namespace postbag::tls
