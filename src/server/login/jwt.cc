#include "server/login/jwt.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "protocol/sasl/names.h"
#include "protocol/sasl/scram_keys.h"
#include "protocol/text/base64.h"

namespace postbag::server {

namespace {

using Json = nlohmann::json;

constexpr std::int64_t clock_tolerance = 30;  // seconds
constexpr std::size_t least_secret = 32;      // bytes: RFC 7518 section 3.2
constexpr int least_rsa_bits = 2048;          // RFC 7518 section 3.3

bool fits_rsa(const EVP_PKEY* key) {
  return EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA && EVP_PKEY_get_bits(key) >= least_rsa_bits;
}

bool fits_p256(const EVP_PKEY* key) {
  std::array<char, 32> group{};
  return EVP_PKEY_get_base_id(key) == EVP_PKEY_EC &&
         EVP_PKEY_get_group_name(key, group.data(), group.size(), nullptr) == 1 &&
         std::string_view(group.data()) == "prime256v1";
}

bool fits_ed25519(const EVP_PKEY* key) { return EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519; }

/// The form in which OpenSSL reads r and s. RFC 7518 section 3.4: 32 bytes each.
std::optional<std::string> der_of(const std::string& raw) {
  constexpr int half = 32;
  if (raw.size() != 2 * half) return std::nullopt;
  const auto* const bytes = reinterpret_cast<const unsigned char*>(raw.data());
  const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> signature(ECDSA_SIG_new(), &ECDSA_SIG_free);
  BIGNUM* const r = BN_bin2bn(bytes, half, nullptr);
  BIGNUM* const s = BN_bin2bn(bytes + half, half, nullptr);
  if (!signature || ECDSA_SIG_set0(signature.get(), r, s) != 1) return std::nullopt;
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(signature.get(), &der);
  if (size <= 0) return std::nullopt;
  std::string out(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return out;
}

std::optional<std::string> unchanged(const std::string& raw) { return raw; }

struct Algorithm {
  std::string_view name;
  bool (*fits)(const EVP_PKEY* key);  ///< null: a shared secret
  const EVP_MD* (*digest)();          ///< null: the algorithm has its own
  std::optional<std::string> (*signature)(const std::string& raw);
};
constexpr std::array algorithms{
    Algorithm{"RS256", fits_rsa, EVP_sha256, unchanged}, Algorithm{"ES256", fits_p256, EVP_sha256, der_of},
    Algorithm{"EdDSA", fits_ed25519, nullptr, unchanged}, Algorithm{"HS256", nullptr, EVP_sha256, unchanged}};

const Algorithm* find_algorithm(const std::string& name) {
  const auto found = std::ranges::find(algorithms, name, &Algorithm::name);
  return found == algorithms.end() ? nullptr : &*found;
}

EVP_PKEY* public_key(const std::string& pem) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())),
                                                      &BIO_free);
  return bio ? PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr) : nullptr;
}

Json object_in(std::string_view base64url) {
  const auto text = protocol::base64url_decoded(base64url);
  Json json = text ? Json::parse(*text, nullptr, false) : Json();
  return json.is_object() ? json : Json::object();
}

std::string text_of(const Json& object, const std::string& name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::optional<double> time_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_number()) return std::nullopt;
  return found->get<double>();
}

/// RFC 7519 section 4.1.3: a text or a list of texts.
bool is_for(const Json& claims, const std::string& audience) {
  const auto found = claims.find("aud");
  if (found == claims.end()) return false;
  if (found->is_array()) return std::ranges::find(*found, Json(audience)) != found->end();
  return *found == Json(audience);
}

bool is_current(const Json& claims, std::int64_t now) {
  const auto expires = time_of(claims, "exp"), begins = time_of(claims, "nbf");
  if (!expires || *expires + clock_tolerance <= static_cast<double>(now)) return false;
  if (claims.contains("nbf") && !begins) return false;
  return !begins || *begins <= static_cast<double>(now + clock_tolerance);
}

}  // namespace

void JwtChecker::FreeKey::operator()(evp_pkey_st* key) const { EVP_PKEY_free(key); }

std::expected<JwtChecker, std::string> JwtChecker::make(const TokenKeys& keys) {
  const auto wrong = [](std::string why) { return std::unexpected(std::move(why)); };
  const Algorithm* const algorithm = find_algorithm(keys.algorithm);
  if (algorithm == nullptr) return wrong("the algorithm of tokens must be RS256, ES256, EdDSA or HS256");
  if (keys.issuer.empty() || keys.audience.empty() || keys.claim.empty())
    return wrong("tokens need an issuer, an audience and a claim");
  const bool is_shared = algorithm->fits == nullptr;
  if (is_shared && keys.key.size() < least_secret) return wrong("the secret of HS256 must have at least 32 bytes");
  PublicKey key(is_shared ? nullptr : public_key(keys.key));
  if (!is_shared && (!key || !algorithm->fits(key.get())))
    return wrong("the key of tokens is no public key for " + keys.algorithm);
  return JwtChecker(keys, std::move(key));
}

bool JwtChecker::is_signed(std::string_view signed_part, const std::string& raw) const {
  const Algorithm& algorithm = *find_algorithm(keys_.algorithm);
  if (!key_) return sasl::are_equal(raw, sasl::hmac(sasl::Hash::sha256, keys_.key, signed_part));
  const auto signature = algorithm.signature(raw);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  const EVP_MD* const digest = algorithm.digest == nullptr ? nullptr : algorithm.digest();
  return signature && context && EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr, key_.get()) == 1 &&
         EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature->data()),
                          signature->size(), reinterpret_cast<const unsigned char*>(signed_part.data()),
                          signed_part.size()) == 1;
}

std::optional<std::string> JwtChecker::user_of(std::string_view token, std::int64_t now) const {
  const std::size_t first = token.find('.'), last = token.rfind('.');
  if (first == token.npos || first == last || token.find('.', first + 1) != last) return std::nullopt;
  const Json header = object_in(token.substr(0, first));
  // RFC 7515 section 4.1.11: nothing that has to be understood is.
  if (text_of(header, "alg") != keys_.algorithm || header.contains("crit")) return std::nullopt;
  const auto signature = protocol::base64url_decoded(token.substr(last + 1));
  if (!signature || !is_signed(token.substr(0, last), *signature)) return std::nullopt;
  const Json claims = object_in(token.substr(first + 1, last - first - 1));
  if (!is_current(claims, now) || text_of(claims, "iss") != keys_.issuer || !is_for(claims, keys_.audience))
    return std::nullopt;
  std::string user = text_of(claims, keys_.claim);
  return sasl::is_user_name(user) ? std::optional(std::move(user)) : std::nullopt;
}

}  // namespace postbag::server
