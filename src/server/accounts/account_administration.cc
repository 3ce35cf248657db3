// postbag::AccountFile: the list of accounts for tools that run beside a server.

#include "postbag/accounts.h"
#include "protocol/text/imap_url.h"
#include "server/accounts/account_registry.h"
#include "server/accounts/import_accounts.h"
#include "server/failures.h"
#include "server/login/passwords/app_passwords.h"
#include "server/login/passwords/passwords.h"
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

Expected<void> AccountFile::set_administrator(std::string_view name, bool is_one) {
  return guarded([&] { return expected_of(impl_->registry.set_administrator(name, is_one)); });
}

Expected<void> AccountFile::move(std::string_view name, std::string_view url) {
  return guarded([&]() -> Expected<void> {
    const auto account = impl_->registry.find(name);
    if (!account) return std::unexpected(server::failure_of(Error::no_such_account));
    const auto whole = protocol::server_url(url, account->name);
    if (!whole)
      return std::unexpected(Failure{Cause::bad_option, "not the URL of an IMAP server: imap://HOST[:PORT]/"});
    return expected_of(impl_->registry.set_moved_to(account->name, *whole));
  });
}

Expected<void> AccountFile::move_back(std::string_view name) {
  return guarded([&] { return expected_of(impl_->registry.set_moved_to(name, {})); });
}

Expected<std::vector<MovedAccount>> AccountFile::moved() const {
  return guarded([&]() -> Expected<std::vector<MovedAccount>> {
    std::vector<MovedAccount> out;
    for (storage::Account& account : impl_->registry.moved())
      out.push_back({std::move(account.name), std::move(account.moved_to)});
    return out;
  });
}

Expected<std::string> AccountFile::add_app_password(std::string_view name, std::string_view label, bool read_only) {
  return guarded([&]() -> Expected<std::string> {
    const auto account = impl_->registry.find(name);
    if (!account) return std::unexpected(server::failure_of(Error::no_such_account));
    if (!server::is_app_password_label(label))
      return std::unexpected(Failure{Cause::invalid_name, "a label is UTF-8 of 1 to 64 bytes"});
    if (impl_->registry.app_passwords(account->id).size() >= server::most_app_passwords)
      return std::unexpected(Failure{Cause::refused, "the account has too many application passwords"});
    std::string password = server::new_app_password();
    const storage::AppPassword stored{std::string(label), server::app_password_hash(account->id, password),
                                      read_only};
    const Result<void> added = impl_->registry.add_app_password(account->name, stored);
    if (!added && added.error() == Error::account_exists)
      return std::unexpected(Failure{Cause::account_exists, "there is an application password of that label"});
    if (!added) return std::unexpected(server::failure_of(added.error()));
    return password;
  });
}

Expected<void> AccountFile::remove_app_password(std::string_view name, std::string_view label) {
  return guarded([&]() -> Expected<void> {
    const Result<bool> removed = impl_->registry.remove_app_password(name, label);
    if (!removed) return std::unexpected(server::failure_of(removed.error()));
    if (!*removed) return std::unexpected(Failure{Cause::invalid_name, "no application password of that label"});
    return {};
  });
}

Expected<std::vector<AppPassword>> AccountFile::app_passwords(std::string_view name) const {
  return guarded([&]() -> Expected<std::vector<AppPassword>> {
    const auto account = impl_->registry.find(name);
    if (!account) return std::unexpected(server::failure_of(Error::no_such_account));
    std::vector<AppPassword> out;
    for (const storage::AppPassword& one : impl_->registry.app_passwords(account->id))
      out.push_back({one.label, one.read_only, one.created});
    return out;
  });
}

Expected<Imported> AccountFile::import_passwd_file(std::string_view text) {
  return guarded([&]() -> Expected<Imported> { return server::import_accounts(impl_->registry, text); });
}

}  // namespace postbag
