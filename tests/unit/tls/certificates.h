// Certificates made for tests.
#pragma once

#include <stdexcept>
#include <string>

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "tls/handles.h"
#include "tls/options.h"

namespace postbag::tls {

/// Who makes a certificate; null in both: it signs itself.
struct Issuer {
  X509* certificate = nullptr;
  EVP_PKEY* key = nullptr;
};

inline void require(bool done) {
  if (!done) throw std::runtime_error("no certificate could be made");
}

struct Made {
  X509Ptr certificate;
  KeyPtr key;
  CertificatePem pem() const;
};

inline std::string text_of(BIO& bio) {
  char* begin = nullptr;
  const long size = BIO_get_mem_data(&bio, &begin);
  return {begin, static_cast<std::size_t>(size)};
}

inline CertificatePem Made::pem() const {
  const BioPtr chain(BIO_new(BIO_s_mem()));
  const BioPtr secret(BIO_new(BIO_s_mem()));
  require(PEM_write_bio_X509(chain.get(), certificate.get()) == 1);
  require(PEM_write_bio_PrivateKey(secret.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
  return {.chain = text_of(*chain), .key = text_of(*secret)};
}

/// `names` as openssl writes them: "DNS:a.example,email:a@example". `rsa_bits` 0: a key of the curve P-256.
inline Made make_certificate(const char* common_name, const std::string& names, Issuer issuer = {},
                             unsigned int rsa_bits = 0) {
  Made made{.certificate = X509Ptr(X509_new()),
            .key = KeyPtr(rsa_bits > 0 ? EVP_RSA_gen(rsa_bits) : EVP_EC_gen("P-256"))};
  X509* const x509 = made.certificate.get();
  X509_set_version(x509, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
  X509_gmtime_adj(X509_getm_notBefore(x509), -3600);
  X509_gmtime_adj(X509_getm_notAfter(x509), 3600);
  X509_set_pubkey(x509, made.key.get());
  const auto* const text = reinterpret_cast<const unsigned char*>(common_name);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_UTF8, text, -1, -1, 0);
  X509_set_issuer_name(x509, X509_get_subject_name(issuer.certificate != nullptr ? issuer.certificate : x509));
  if (!names.empty()) {
    X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names.c_str());
    require(X509_add_ext(x509, extension, -1) == 1);
    X509_EXTENSION_free(extension);
  }
  require(X509_sign(x509, issuer.key != nullptr ? issuer.key : made.key.get(), EVP_sha256()) > 0);
  return made;
}

}  // namespace postbag::tls
