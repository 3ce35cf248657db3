// Tokens with public keys; what HS256 refuses is in tests/program/sasl_test.py. RFC 7515, RFC 7518, RFC 8037.
#include "server/login/jwt.h"

#include <memory>
#include <string>

#include <doctest/doctest.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "protocol/text/base64.h"

using namespace postbag;
using postbag::server::JwtChecker;

namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

Key new_key(const std::string& algorithm) {
  EVP_PKEY* key = algorithm == "RS256"   ? EVP_RSA_gen(2048)
                  : algorithm == "ES256" ? EVP_EC_gen("P-256")
                                         : EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
  return {key, &EVP_PKEY_free};
}

std::string pem(EVP_PKEY* key) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), &BIO_free);
  PEM_write_bio_PUBKEY(bio.get(), key);
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

std::string url(std::string text) {
  text = protocol::base64_encoded(text);
  for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return text.substr(0, text.find('='));
}

/// RFC 7518 section 3.4: r and s, 32 bytes each.
std::string raw_of(const std::string& der) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
  const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> signature(
      d2i_ECDSA_SIG(nullptr, &bytes, static_cast<long>(der.size())), &ECDSA_SIG_free);
  std::string raw(64, '\0');
  BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), reinterpret_cast<unsigned char*>(raw.data()), 32);
  BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), reinterpret_cast<unsigned char*>(raw.data()) + 32, 32);
  return raw;
}

std::string signed_token(EVP_PKEY* key, const std::string& algorithm, const std::string& named) {
  const std::string text =
      url(R"({"alg":")" + named + R"("})") + "." + url(R"({"iss":"i","aud":"a","sub":"bob","exp":2000})");
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  const auto* const bytes = reinterpret_cast<const unsigned char*>(text.data());
  std::size_t size = 0;
  EVP_DigestSignInit(context.get(), nullptr, algorithm == "EdDSA" ? nullptr : EVP_sha256(), nullptr, key);
  EVP_DigestSign(context.get(), nullptr, &size, bytes, text.size());
  std::string signature(size, '\0');
  EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, bytes, text.size());
  signature.resize(size);
  return text + "." + url(algorithm == "ES256" ? raw_of(signature) : signature);
}

TokenKeys keys(const std::string& algorithm, const std::string& key) {
  return {.algorithm = algorithm, .key = key, .issuer = "i", .audience = "a"};
}

bool are_refused(const TokenKeys& keys) {
  const auto checker = JwtChecker::make(keys);
  return !checker && !checker.error().empty();
}

}  // namespace

TEST_CASE("each algorithm takes the tokens of its key, and no other ones") {
  for (const std::string algorithm : {"RS256", "ES256", "EdDSA"}) {
    CAPTURE(algorithm);
    const Key key = new_key(algorithm), other = new_key(algorithm);
    const JwtChecker checker = JwtChecker::make(keys(algorithm, pem(key.get()))).value();
    const std::string token = signed_token(key.get(), algorithm, algorithm);
    CHECK(checker.user_of(token, 1000) == "bob");
    CHECK(checker.user_of(token, 2029) == "bob");
    CHECK_FALSE(checker.user_of(token, 2030));
    CHECK_FALSE(checker.user_of(signed_token(other.get(), algorithm, algorithm), 1000));
    CHECK_FALSE(checker.user_of(signed_token(key.get(), algorithm, "none"), 1000));
    CHECK_FALSE(checker.user_of(token.substr(0, token.rfind('.') + 1), 1000));
    CHECK_FALSE(checker.user_of(token + "A", 1000));
  }
}

TEST_CASE("a public key is no shared secret: RFC 8725 section 2.1") {
  const Key key = new_key("RS256");
  const JwtChecker checker = JwtChecker::make(keys("RS256", pem(key.get()))).value();
  const JwtChecker confused = JwtChecker::make(keys("HS256", pem(key.get()))).value();
  const std::string token = signed_token(key.get(), "RS256", "HS256");
  CHECK_FALSE(checker.user_of(token, 1000));
  CHECK_FALSE(confused.user_of(token, 1000));
}

TEST_CASE("keys and settings that make no sense are refused at the start") {
  const Key ec = new_key("ES256"), ed = new_key("EdDSA");
  const Key small(EVP_RSA_gen(1024), &EVP_PKEY_free), p384(EVP_EC_gen("P-384"), &EVP_PKEY_free);
  CHECK(are_refused(keys("RS256", pem(ec.get()))));
  CHECK(are_refused(keys("RS256", pem(small.get()))));
  CHECK(are_refused(keys("ES256", pem(ed.get()))));
  CHECK(are_refused(keys("ES256", pem(p384.get()))));
  CHECK(are_refused(keys("EdDSA", pem(ec.get()))));
  CHECK(are_refused(keys("EdDSA", "no key")));
  CHECK(are_refused(keys("HS256", std::string(31, 'x'))));
  CHECK(are_refused(keys("none", "x")));
  TokenKeys without = keys("EdDSA", pem(ed.get()));
  without.audience.clear();
  CHECK(are_refused(without));
}
