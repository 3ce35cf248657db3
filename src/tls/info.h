// What is known of a TLS connection once its handshake is done.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace postbag::tls {

/// What a client proved by its certificate, which an authority of Options::client_ca vouches for.
struct ClientCertificate {
  std::string subject;                      ///< as in RFC 4514, such as "CN=alice,O=Example"
  std::vector<std::string> mail_addresses;  ///< of its subjectAltName
};

struct Info {
  std::string version;  ///< "TLSv1.3"
  std::string cipher;   ///< "TLS_AES_128_GCM_SHA256"
  std::optional<ClientCertificate> client;
};

enum class ChannelBinding : std::uint8_t {
  exporter,          ///< "tls-exporter", RFC 9266
  server_end_point,  ///< "tls-server-end-point", RFC 5929 section 4
  unique,            ///< "tls-unique", RFC 5929 section 3: TLS 1.2 with an extended master secret (RFC 7627) only
};

}  // namespace postbag::tls
