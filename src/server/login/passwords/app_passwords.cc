#include "server/login/passwords/app_passwords.h"

#include <algorithm>

#include <sodium.h>

#include "core/utf8.h"
#include "protocol/sasl/scram_keys.h"

namespace postbag::server {

namespace {

constexpr std::string_view alphabet = "abcdefghijklmnopqrstuvwxyz234567";  // 5 bits a letter; no 0, 1, 8
constexpr std::size_t letters = 26, group = 5;
constexpr std::size_t size = letters + (letters - 1) / group;

bool is_separator(std::size_t at) { return at % (group + 1) == group; }

}  // namespace

std::string new_app_password() {
  std::string text;
  while (text.size() < size)
    text += is_separator(text.size()) ? '-' : alphabet[randombytes_uniform(alphabet.size())];
  return text;
}

bool is_app_password(std::string_view text) {
  if (text.size() != size) return false;
  for (std::size_t i = 0; i < size; ++i)
    if (is_separator(i) ? text[i] != '-' : alphabet.find(text[i]) == alphabet.npos) return false;
  return true;
}

std::string app_password_hash(AccountId account, std::string_view password) {
  const std::string text =
      "application password\n" + std::to_string(account.value()) + '\n' + std::string(password);
  std::string hash(crypto_generichash_BYTES, '\0');
  crypto_generichash(reinterpret_cast<unsigned char*>(hash.data()), hash.size(),
                     reinterpret_cast<const unsigned char*>(text.data()), text.size(), nullptr, 0);
  return hash;
}

std::optional<storage::AppPassword> matching(const std::vector<storage::AppPassword>& all, AccountId account,
                                             std::string_view password) {
  const std::string hash = app_password_hash(account, password);
  const auto found =
      std::ranges::find_if(all, [&](const storage::AppPassword& one) { return sasl::are_equal(one.hash, hash); });
  return found == all.end() ? std::nullopt : std::optional(*found);
}

bool is_app_password_label(std::string_view label) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  return !label.empty() && label.size() <= 64 && is_utf8(label) && std::ranges::none_of(label, is_control);
}

}  // namespace postbag::server
