#include "storage/owner.h"

#include <sodium/core.h>
#include <sodium/randombytes.h>

#include "storage/errors.h"

namespace postbag::storage {

namespace {

constexpr std::size_t identity_bytes = 16;

}  // namespace

bool is_of(const std::optional<Owner>& found, const Owner& expected) {
  if (expected.identity.empty()) return !found || found->name == expected.name;
  return found == expected;
}

std::string not_theirs(const std::filesystem::path& directory, const std::optional<Owner>& found) {
  return "the mail in " + directory.string() + " belongs to " +
         (found ? "another account, " + found->name : "no account that is known");
}

std::string draw_identity() {
  if (sodium_init() < 0) throw Broken("libsodium cannot start");
  std::string identity(identity_bytes, '\0');
  randombytes_buf(identity.data(), identity.size());
  return identity;
}

}  // namespace postbag::storage
