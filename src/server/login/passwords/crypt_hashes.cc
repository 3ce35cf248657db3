#include "server/login/passwords/crypt_hashes.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>

#include <crypt.h>
#include <sodium.h>

#include "core/number_in.h"
#include "core/wipe.h"
#include "protocol/sasl/scram_keys.h"

namespace postbag::server {

namespace {

constexpr std::uint64_t most_memory = std::uint64_t{256} << 20;  // bytes

/// crypt(5) writes numbers with these, least first.
constexpr std::string_view digits64 = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

bool are_digits64(std::string_view text) { return text.find_first_not_of(digits64) == text.npos; }

/// The costs of a hash are read from what follows the name of its method.
using IsAffordable = bool (*)(std::string_view rest);

bool has_fixed_cost(std::string_view) { return true; }

/// DES has no prefix: only its size tells it from a text that is no hash.
bool is_des(std::string_view rest) { return rest.size() == 13 && are_digits64(rest); }

template <std::uint64_t most>
bool is_number_up_to(std::string_view digits) {
  return number_in(digits, most).has_value();
}

bool is_affordable_bcrypt(std::string_view rest) { return is_number_up_to<14>(rest.substr(0, 2)); }  // 1 s

template <std::uint64_t most>
bool has_affordable_number(std::string_view rest) {
  return is_number_up_to<most>(rest.substr(0, rest.find('$')));
}

/// Without "rounds=" it is a small number.
template <std::uint64_t most>
bool has_affordable_rounds(std::string_view rest) {
  constexpr std::string_view name = "rounds=";
  return !rest.starts_with(name) || has_affordable_number<most>(rest.substr(name.size()));
}

/// The memory that scrypt takes for N = 2^log2_n and r. RFC 7914 section 2
bool is_affordable_scrypt(std::size_t log2_n, std::size_t r) {
  return log2_n < 32 && r > 0 && r < 1024 && (std::uint64_t{128} * r << log2_n) <= most_memory;
}

/// "j", N and r in one character each: all that crypt_gensalt() makes. More would be more passes.
bool is_affordable_yescrypt(std::string_view rest) {
  constexpr std::size_t largest_single = 47;  // larger ones take more characters
  if (rest.size() < 4 || rest[0] != 'j' || rest[3] != '$') return false;
  const std::size_t n = digits64.find(rest[1]), r = digits64.find(rest[2]);
  return n <= largest_single && r <= largest_single && is_affordable_scrypt(n + 1, r + 1);
}

/// One character of N, five of r, five of p.
bool is_affordable_7(std::string_view rest) {
  if (rest.size() < 11 || !are_digits64(rest.substr(0, 11))) return false;
  const std::string_view high_r = rest.substr(3, 3), p = rest.substr(6, 5);
  const std::size_t r = digits64.find(rest[1]) + 64 * digits64.find(rest[2]);
  return high_r == "..." && p == "/...." && is_affordable_scrypt(digits64.find(rest[0]), r);
}

struct Method {
  std::string_view prefix;
  IsAffordable is_affordable;
  std::size_t looks_at = std::numeric_limits<std::size_t>::max();  ///< bytes; 0: not at all bits of them
};

/// The costliest of each took 0.3 to 6 s on the machine where they were chosen.
constexpr std::array methods{
    Method{"$y$", is_affordable_yescrypt},
    Method{"$gy$", is_affordable_yescrypt},
    Method{"$7$", is_affordable_7},
    Method{"$2a$", is_affordable_bcrypt, 71},  // with the NUL at the end 72
    Method{"$2b$", is_affordable_bcrypt, 71},
    Method{"$2y$", is_affordable_bcrypt, 71},
    Method{"$2x$", is_affordable_bcrypt, 0},
    Method{"$6$", has_affordable_rounds<5'000'000>},
    Method{"$5$", has_affordable_rounds<5'000'000>},
    Method{"$sha1$", has_affordable_number<1'000'000>},
    Method{"$md5,", has_affordable_rounds<1'000'000>, 255},
    Method{"$md5$", has_fixed_cost, 255},
    Method{"$1$", has_fixed_cost},
    Method{"_", has_fixed_cost, 0},
    Method{"", is_des, 0},
};

const Method& method_of(std::string_view hash) {
  return *std::ranges::find_if(methods, [&](const Method& one) { return hash.starts_with(one.prefix); });
}

}  // namespace

bool is_crypt_hash(const std::string& hash) {
  const int checked = crypt_checksalt(hash.c_str());
  const bool known =
      checked == CRYPT_SALT_OK || checked == CRYPT_SALT_METHOD_LEGACY || checked == CRYPT_SALT_TOO_CHEAP;
  constexpr std::size_t shortest = 13;  // of DES
  const Method& method = method_of(hash);
  return known && hash.size() >= shortest &&
         method.is_affordable(std::string_view(hash).substr(method.prefix.size()));
}

bool verify_crypt_hash(const std::string& hash, std::string_view password) {
  if (password.find('\0') != password.npos) return false;
  const auto data = std::make_unique<crypt_data>();
  const Secret text(password);
  const char* made = crypt_r(text.text().c_str(), hash.c_str(), data.get());
  const bool right = made != nullptr && made[0] != '*' && sasl::are_equal(made, hash);
  sodium_memzero(data.get(), sizeof *data);
  return right;
}

bool crypt_hash_sees_all_of(const std::string& hash, std::string_view password) {
  return password.size() <= method_of(hash).looks_at && method_of(hash).looks_at != 0;
}

}  // namespace postbag::server
