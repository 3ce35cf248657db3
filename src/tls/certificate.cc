#include "tls/certificate.h"

#include <climits>
#include <utility>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "core/ascii.h"
#include "tls/error.h"

namespace postbag::tls {

namespace {

std::unexpected<std::string> failure(std::string_view what) {
  return std::unexpected(std::string(what) + ": " + take_error());
}

BioPtr reading(std::string_view text) {
  return BioPtr(BIO_new_mem_buf(text.data(), text.size() > INT_MAX ? INT_MAX : static_cast<int>(text.size())));
}

/// Without it OpenSSL would ask on the terminal.
int no_passphrase(char*, int, int, void*) { return -1; }

struct FreeNames {
  void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
};
using NamesPtr = std::unique_ptr<GENERAL_NAMES, FreeNames>;

std::string text_of(const ASN1_STRING& string) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(&string)),
          static_cast<std::size_t>(ASN1_STRING_length(&string))};
}

/// The names of one kind that hold no NUL: such a name would mean another to code that stops there.
std::vector<std::string> alternative_names(const X509& certificate, int kind) {
  const NamesPtr names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr)));
  std::vector<std::string> found;
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* const name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != kind) continue;
    std::string text = text_of(*name->d.ia5);
    if (text.find('\0') == std::string::npos) found.push_back(std::move(text));
  }
  return found;
}

}  // namespace

std::expected<ChainPtr, std::string> read_chain(std::string_view pem) {
  ERR_clear_error();
  const BioPtr text = reading(pem);
  ChainPtr chain(sk_X509_new_null());
  while (X509* const one = PEM_read_bio_X509(text.get(), nullptr, no_passphrase, nullptr))
    sk_X509_push(chain.get(), one);
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  if (!at_end || sk_X509_num(chain.get()) == 0) return failure("the certificate cannot be read");
  ERR_clear_error();
  return chain;
}

std::expected<Certificate, std::string> read_certificate(const CertificatePem& pem) {
  auto chain = read_chain(pem.chain);
  if (!chain) return std::unexpected(chain.error());
  const BioPtr text = reading(pem.key);
  KeyPtr key(PEM_read_bio_PrivateKey(text.get(), nullptr, no_passphrase, nullptr));
  if (!key) return failure("the private key cannot be read");
  X509Ptr leaf(sk_X509_shift(chain->get()));
  if (X509_check_private_key(leaf.get(), key.get()) != 1)
    return failure("the private key is of another certificate");
  return Certificate{std::move(leaf), std::move(*chain), std::move(key)};
}

std::vector<std::string> dns_names(const X509& certificate) {
  std::vector<std::string> names = alternative_names(certificate, GEN_DNS);
  for (std::string& name : names) name = to_ascii_lower(name);
  return names;
}

std::vector<std::string> mail_addresses(const X509& certificate) {
  return alternative_names(certificate, GEN_EMAIL);
}

std::string subject_of(const X509& certificate) {
  const BioPtr text(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(text.get(), X509_get_subject_name(&certificate), 0, XN_FLAG_RFC2253);
  char* begin = nullptr;
  const long size = BIO_get_mem_data(text.get(), &begin);
  return {begin, static_cast<std::size_t>(size)};
}

}  // namespace postbag::tls
