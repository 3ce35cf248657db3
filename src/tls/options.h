// What a host chooses about TLS. Everything is PEM text in memory; whoever configures reads the files.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace postbag::tls {

enum class Version : std::uint8_t { tls12, tls13 };

struct CertificatePem {
  std::string chain;  ///< the server's certificate first, then those that lead to its root
  std::string key;    ///< its private key, without a passphrase
};

struct Options {
  /// A client that names a host gets the certificate for that name; all others get the first one.
  std::vector<CertificatePem> certificates;
  /// Certificates of the authorities that may vouch for clients. Empty: clients are not asked for certificates.
  std::string client_ca;
  Version minimum = Version::tls12;
};

}  // namespace postbag::tls
