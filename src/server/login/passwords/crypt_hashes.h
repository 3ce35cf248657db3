// The hashes of crypt(5), as far as they are known by name and cheap enough to check.
#pragma once

#include <string>
#include <string_view>

namespace postbag::server {

/// Whether it is a hash of a known method that costs at most a few seconds and 256 MiB to check: a file of hashes
/// may ask for days.
bool is_crypt_hash(const std::string& hash);

/// Whether `password` is the one of a hash for which is_crypt_hash() is true. A NUL would end the password unseen:
/// false. Any thread.
bool verify_crypt_hash(const std::string& hash, std::string_view password);

/// Whether every bit of `password` counts for such a hash. DES looks at eight characters and seven bits of each,
/// bcrypt at 72: whoever typed what was right may have typed more, less or something else than the password.
bool crypt_hash_sees_all_of(const std::string& hash, std::string_view password);

}  // namespace postbag::server
