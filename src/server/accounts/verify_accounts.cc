// postbag::verify_account, recount_account and verify_accounts.

#include <filesystem>

#include "postbag/accounts.h"
#include "server/accounts/account_location.h"
#include "server/failures.h"
#include "storage/inspect/verify.h"

namespace postbag {

namespace {

storage::VerifyReport report_to(const std::function<void(const Finding&)>& each) {
  return {.deviation = [&each](const std::string& line) { each({.harmless = false, .text = line}); },
          .note = [&each](const std::string& line) { each({.harmless = true, .text = line}); }};
}

}  // namespace

Expected<Verification> verify_account(const std::string& data_dir, std::string_view user, bool every_byte,
                                      const std::function<void(const Finding&)>& each, const AccountNames& names) {
  return server::guarded([&]() -> Expected<Verification> {
    const auto place = server::locate_account(data_dir, user, names);
    if (!place) return std::unexpected(place.error());
    if (place->was_never_used()) return Verification{};
    const auto how = every_byte ? storage::VerifyBodies::checksums : storage::VerifyBodies::sizes;
    const storage::Verified found = storage::verify_account(place->directory, place->owner, how, report_to(each));
    return Verification{found.mailboxes, found.messages, found.bodies, found.deviations};
  });
}

Expected<void> recount_account(const std::string& data_dir, std::string_view user, const AccountNames& names) {
  return server::guarded([&]() -> Expected<void> {
    const auto place = server::locate_account(data_dir, user, names);
    if (!place) return std::unexpected(place.error());
    if (!place->was_never_used()) storage::recount_account(place->directory);
    return {};
  });
}

Expected<void> verify_accounts(const std::string& data_dir, const std::function<void(const Finding&)>& each) {
  return server::guarded([&]() -> Expected<void> {
    storage::verify_directory(data_dir, report_to(each));
    return {};
  });
}

}  // namespace postbag
