#include "tls/ticket_keys.h"

#include <algorithm>
#include <span>
#include <stdexcept>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>
#include <openssl/rand.h>

namespace postbag::tls {

namespace {

template <std::size_t n>
void fill_randomly(std::array<std::uint8_t, n>& bytes) {
  if (RAND_bytes(bytes.data(), static_cast<int>(n)) != 1) throw std::runtime_error("no random numbers");
}

}  // namespace

TicketKeys::~TicketKeys() {
  forget(current_);
  forget(previous_);
}

TicketKeys::Key TicketKeys::new_key(Time now) {
  Key key{.name = {}, .aes = {}, .hmac = {}, .made = now};
  fill_randomly(key.name);
  fill_randomly(key.aes);
  fill_randomly(key.hmac);
  return key;
}

void TicketKeys::forget(std::optional<Key>& key) {
  if (key) OPENSSL_cleanse(&*key, sizeof *key);
  key.reset();
}

void TicketKeys::rotate(Time now) {
  if (previous_ && now - previous_->made >= 2 * lifetime) forget(previous_);
  if (current_ && now - current_->made < lifetime) return;
  forget(previous_);
  if (current_ && now - current_->made < 2 * lifetime) previous_ = current_;
  forget(current_);
  current_ = new_key(now);
}

bool TicketKeys::use(const Key& key, std::uint8_t* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac, int encrypt) {
  char digest[] = "SHA256";
  auto* const secret = const_cast<std::uint8_t*>(key.hmac.data());  // OSSL_PARAM has no const
  const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, secret, key.hmac.size()),
                                   OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                                   OSSL_PARAM_construct_end()};
  return EVP_CipherInit_ex(cipher, EVP_aes_256_cbc(), nullptr, key.aes.data(), iv, encrypt) == 1 &&
         EVP_MAC_CTX_set_params(mac, parameters) == 1;
}

int TicketKeys::prepare(std::uint8_t* name, std::uint8_t* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac, int encrypt,
                        Time now) {
  const std::lock_guard held(mutex_);
  rotate(now);
  if (encrypt != 0) {
    std::ranges::copy(current_->name, name);
    if (RAND_bytes(iv, EVP_CIPHER_get_iv_length(EVP_aes_256_cbc())) != 1) return -1;
    return use(*current_, iv, cipher, mac, encrypt) ? 1 : -1;
  }
  const auto is_named = [&](const std::optional<Key>& key) {
    return key && std::ranges::equal(key->name, std::span(name, 16));
  };
  if (is_named(current_)) return use(*current_, iv, cipher, mac, encrypt) ? 1 : -1;
  if (is_named(previous_)) return use(*previous_, iv, cipher, mac, encrypt) ? 2 : -1;
  return 0;
}

}  // namespace postbag::tls
