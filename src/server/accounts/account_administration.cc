// postbag::AccountFile: the list of accounts for tools that run beside a server.

#include "postbag/accounts.h"
#include "server/accounts/account_registry.h"
#include "server/failures.h"
#include "server/login/passwords.h"
#include "storage/accounts/directory.h"

namespace postbag {

using server::expected_of;
using server::guarded;
using server::with_password;

struct AccountFile::Impl {
  Impl(const std::string& data_dir, const AccountNames& names)
      : registry(storage::Directory::open(data_dir), names) {}
  server::AccountRegistry registry;
};

AccountFile::AccountFile(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
AccountFile::AccountFile(AccountFile&&) noexcept = default;
AccountFile& AccountFile::operator=(AccountFile&&) noexcept = default;
AccountFile::~AccountFile() = default;

Expected<AccountFile> AccountFile::open(const std::string& data_dir, const AccountNames& names) {
  return guarded([&]() -> Expected<AccountFile> {
    server::prepare_crypto();
    if (data_dir.empty()) return std::unexpected(Failure{Cause::bad_option, "no data directory given"});
    return AccountFile(std::make_unique<Impl>(data_dir, names));
  });
}

Expected<void> AccountFile::add(std::string_view name, std::string_view password) {
  return guarded([&] { return with_password(password, [&] { return impl_->registry.add(name, password); }); });
}

Expected<void> AccountFile::set_password(std::string_view name, std::string_view password) {
  return guarded(
      [&] { return with_password(password, [&] { return impl_->registry.set_password(name, password); }); });
}

Expected<void> AccountFile::remove(std::string_view name) {
  return guarded([&] { return expected_of(impl_->registry.remove(name)); });
}

Expected<std::vector<std::string>> AccountFile::list() const {
  return guarded([&]() -> Expected<std::vector<std::string>> { return impl_->registry.names(); });
}

}  // namespace postbag
