#include "server/login/passwords/passwords.h"

#include <array>
#include <cerrno>
#include <new>
#include <stdexcept>

#include <sodium.h>

#include "server/login/passwords/foreign_hashes.h"

namespace postbag::server {

namespace {

// At least 64 MiB and 2 passes of Argon2id: libsodium's "interactive" is exactly that.
constexpr auto passes = crypto_pwhash_OPSLIMIT_INTERACTIVE;
constexpr auto memory = crypto_pwhash_MEMLIMIT_INTERACTIVE;

using HashText = std::array<char, crypto_pwhash_STRBYTES>;

template <std::size_t size>
std::string random_base64() {
  std::array<unsigned char, size> bytes{};
  randombytes_buf(bytes.data(), bytes.size());
  std::array<char, sodium_base64_ENCODED_LEN(size, sodium_base64_VARIANT_ORIGINAL_NO_PADDING)> text{};
  sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(),
                    sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
  return text.data();
}

}  // namespace

void prepare_crypto() {
  if (sodium_init() < 0) throw std::runtime_error("libsodium cannot be initialised");
}

bool is_password(std::string_view password) {
  constexpr std::size_t longest = 1024;
  return !password.empty() && password.size() <= longest && password.find('\0') == std::string_view::npos;
}

std::string hash_password(std::string_view password) {
  HashText hash{};
  if (crypto_pwhash_str(hash.data(), password.data(), password.size(), passes, memory) != 0) throw std::bad_alloc();
  return hash.data();
}

std::string impossible_hash() {
  return "$argon2id$v=19$m=" + std::to_string(memory / 1024) + ",t=" + std::to_string(passes) + ",p=1$" +
         random_base64<crypto_pwhash_SALTBYTES>() + "$" + random_base64<32>();
}

bool is_own_hash(std::string_view hash) {
  return hash.starts_with(crypto_pwhash_STRPREFIX) && hash.size() < crypto_pwhash_STRBYTES;
}

bool verify_argon2(const char* hash, std::string_view password) {
  errno = 0;
  if (crypto_pwhash_str_verify(hash, password.data(), password.size()) == 0) return true;
  if (errno == ENOMEM) throw std::bad_alloc();
  return false;
}

bool verify_password(std::string_view hash, std::string_view password) {
  static const std::string dummy = impossible_hash();
  HashText text{};
  const bool ours = is_own_hash(hash);
  (ours ? hash : std::string_view(dummy)).copy(text.data(), text.size() - 1);
  const bool matches = verify_argon2(text.data(), password);
  // Beside the usual work: foreign hashes may take no time at all, and that would reveal that there is an account.
  if (hash.starts_with('{')) return verify_foreign(hash, password);
  return ours && matches;
}

}  // namespace postbag::server
