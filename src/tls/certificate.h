// A certificate of the server with its key, read from PEM, and the names it is for. Only for src/tls.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "tls/handles.h"
#include "tls/options.h"

namespace postbag::tls {

struct Certificate {
  X509Ptr leaf;
  ChainPtr intermediates;
  KeyPtr key;
};

/// Fails with one line that says what is wrong: not PEM, no certificate, no key, a key with a passphrase, or a key
/// of another certificate.
std::expected<Certificate, std::string> read_certificate(const CertificatePem& pem);

/// All certificates of a PEM text, at least one.
std::expected<ChainPtr, std::string> read_chain(std::string_view pem);

/// The DNS names of its subjectAltName in small letters, wildcards such as "*.example.org" included. RFC 9525
/// section 6.3 has clients look at nothing else.
std::vector<std::string> dns_names(const X509& certificate);
/// Its subject, as in RFC 4514, such as "CN=alice,O=Example".
std::string subject_of(const X509& certificate);
/// The mail addresses of its subjectAltName.
std::vector<std::string> mail_addresses(const X509& certificate);

}  // namespace postbag::tls
