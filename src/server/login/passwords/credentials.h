// What is stored of a password: Argon2id, and keys for SCRAM.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/sasl/scram_keys.h"
#include "storage/account_directory.h"

namespace postbag::server {

/// Of the keys that are made here, and of those that are made up for unknown users. The client has to compute them
/// at each login, and who steals the database at each try: RFC 7677 section 4 asks for 4096 at least.
inline constexpr std::uint32_t scram_iterations = 65'536;

/// Whose keys. The salt follows from it, so that it is the same before there are keys and after.
struct KeyOwner {
  const std::string& secret;  ///< of the directory: see AccountRegistry::secret()
  const std::string& user;    ///< in its canonical form, also of a user who does not exist
};

/// Shown where there are no keys; no proof fits them.
sasl::ScramKeys made_up_keys(const KeyOwner& owner, sasl::Hash hash);

/// Takes about 0.1 s and 64 MiB. Throws std::bad_alloc when that memory is not available.
storage::Credentials make_credentials(const KeyOwner& owner, std::string_view password);

/// The keys in Credentials::scram for that hash; nothing when there are none.
std::optional<sasl::ScramKeys> stored_keys(const storage::Credentials& credentials, sasl::Hash hash);

/// The credentials with what today's are made of and these lack, or have from another server in another form;
/// `password` is the right one. Nothing when they
/// lack nothing, or when their hash is of a method that ignores a part of `password`: see sees_all_of(). Takes as
/// long as what is lacking.
std::optional<storage::Credentials> completed(const storage::Credentials& credentials, const KeyOwner& owner,
                                              std::string_view password, bool with_sha1);

}  // namespace postbag::server
