// postbag user

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <iterator>

#include <fmt/core.h>
#include <sysexits.h>

#include "main/config/config.h"
#include "main/control/control_socket.h"
#include "main/password_prompt.h"
#include "main/report_error.h"
#include "main/subcommands.h"
#include "main/wipe.h"
#include "postbag/accounts.h"

namespace postbag::daemon {

namespace {

using SetPassword = Expected<void> (AccountFile::*)(std::string_view name, std::string_view password);

/// Uses the rules for account names of the last server.
Expected<AccountFile> open_accounts(const std::string& data_dir) {
  const Expected<AccountNames> names = remembered_names(data_dir);
  if (!names) return std::unexpected(names.error());
  return AccountFile::open(data_dir, *names);
}

int with_password(const std::string& name, const std::string& data_dir, SetPassword set) {
  Expected<AccountFile> accounts = open_accounts(data_dir);
  if (!accounts) return report_error(accounts.error());
  std::optional<std::string> password = read_password();
  if (!password) return EX_USAGE;
  const Expected<void> done = ((*accounts).*set)(name, *password);
  wipe(*password);
  if (!done && done.error().cause == Cause::bad_option) return report_error(done.error().text, EX_USAGE);
  return done ? EX_OK : report_error(done.error());
}

/// Ends the account's sessions, and those in which it acts for others, in the running server, if there is one.
void disconnect(const std::string& name, const std::string& data_dir) {
  std::optional<ControlConnection> server = connect_to_server(data_dir);
  if (server && server->send_json({{"do", "disconnect"}, {"user", name}})) server->receive_json();
}

/// "2026-11-29", in UTC.
std::string date_of(std::int64_t seconds) {
  const std::chrono::sys_seconds time{std::chrono::seconds(seconds)};
  const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(time));
  return fmt::format("{}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

}  // namespace

int add_user(const std::string& name, const std::string& data_dir) {
  return with_password(name, data_dir, &AccountFile::add);
}

int change_password(const std::string& name, const std::string& data_dir) {
  return with_password(name, data_dir, &AccountFile::set_password);
}

int remove_user(const std::string& name, const std::string& data_dir) {
  Expected<AccountFile> accounts = open_accounts(data_dir);
  if (!accounts) return report_error(accounts.error());
  const Expected<void> removed = accounts->remove(name);
  if (!removed) return report_error(removed.error());
  disconnect(name, data_dir);
  return EX_OK;
}

int move_user(const std::string& name, const std::string& url, const std::string& data_dir) {
  Expected<AccountFile> accounts = open_accounts(data_dir);
  if (!accounts) return report_error(accounts.error());
  const Expected<void> done = accounts->move(name, url);
  if (!done && done.error().cause == Cause::bad_option) return report_error(done.error().text, EX_USAGE);
  if (!done) return report_error(done.error());
  disconnect(name, data_dir);
  return EX_OK;
}

int move_user_back(const std::string& name, const std::string& data_dir) {
  Expected<AccountFile> accounts = open_accounts(data_dir);
  if (!accounts) return report_error(accounts.error());
  const Expected<void> done = accounts->move_back(name);
  return done ? EX_OK : report_error(done.error());
}

int list_users(const std::string& data_dir) {
  const Expected<AccountFile> accounts = open_accounts(data_dir);
  if (!accounts) return report_error(accounts.error());
  const Expected<std::vector<std::string>> names = accounts->list();
  if (!names) return report_error(names.error());
  const Expected<std::vector<MovedAccount>> moved = accounts->moved();
  if (!moved) return report_error(moved.error());
  for (const std::string& name : *names) {
    const auto there = std::ranges::lower_bound(*moved, name, {}, &MovedAccount::name);
    const bool is_here = there == moved->end() || there->name != name;
    std::printf("%s%s\n", name.c_str(), is_here ? "" : ("\t" + there->url).c_str());
  }
  return EX_OK;
}

int set_administrator(const std::string& name, const std::string& on_or_off, const std::string& data_dir) {
  Expected<AccountFile> accounts = open_accounts(data_dir);
  if (!accounts) return report_error(accounts.error());
  const bool is_one = on_or_off == "on";
  const Expected<void> done = accounts->set_administrator(name, is_one);
  if (!done) return report_error(done.error());
  if (!is_one) disconnect(name, data_dir);  // it may act for others in some of its sessions
  return EX_OK;
}

int import_passwd_file(std::istream& file, const std::string& data_dir) {
  const std::string text(std::istreambuf_iterator<char>(file), {});
  if (!file) return report_error("cannot read the passwd-file", EX_NOINPUT);
  Expected<AccountFile> accounts = open_accounts(data_dir);
  if (!accounts) return report_error(accounts.error());
  const Expected<Imported> imported = accounts->import_passwd_file(text);
  if (!imported) return report_error(imported.error());
  for (const std::string& why : imported->skipped) report_error(why, EX_DATAERR);
  std::printf("%zu added, %zu skipped\n", imported->added, imported->skipped.size());
  if (imported->without_keys > 0)
    std::printf("%zu cannot log in with SCRAM before their first login with a password; see scram in [login]\n",
                imported->without_keys);
  return imported->skipped.empty() ? EX_OK : EX_DATAERR;
}

int add_app_password(const std::string& name, const std::string& label, bool read_only,
                     const std::string& data_dir) {
  Expected<AccountFile> accounts = open_accounts(data_dir);
  if (!accounts) return report_error(accounts.error());
  const Expected<std::string> password = accounts->add_app_password(name, label, read_only);
  if (!password) return report_error(password.error());
  std::printf("%s\n", password->c_str());
  return EX_OK;
}

int list_app_passwords(const std::string& name, const std::string& data_dir) {
  const Expected<AccountFile> accounts = open_accounts(data_dir);
  if (!accounts) return report_error(accounts.error());
  const Expected<std::vector<AppPassword>> all = accounts->app_passwords(name);
  if (!all) return report_error(all.error());
  for (const AppPassword& one : *all)
    std::printf("%s\t%s\t%s\n", date_of(one.created).c_str(), one.read_only ? "read-only" : "full",
                one.label.c_str());
  return EX_OK;
}

int remove_app_password(const std::string& name, const std::string& label, const std::string& data_dir) {
  Expected<AccountFile> accounts = open_accounts(data_dir);
  if (!accounts) return report_error(accounts.error());
  const Expected<void> removed = accounts->remove_app_password(name, label);
  if (!removed) return report_error(removed.error());
  disconnect(name, data_dir);
  return EX_OK;
}

}  // namespace postbag::daemon
