// postbag user

#include <cstdio>

#include <sysexits.h>

#include "main/config/config.h"
#include "main/control/control_socket.h"
#include "main/password_prompt.h"
#include "main/report_error.h"
#include "main/subcommands.h"
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
  const std::optional<std::string> password = read_password();
  if (!password) return EX_USAGE;
  const Expected<void> done = ((*accounts).*set)(name, *password);
  if (!done && done.error().cause == Cause::bad_option) return report_error(done.error().text, EX_USAGE);
  return done ? EX_OK : report_error(done.error());
}

/// Ends the account's sessions in the running server, if there is one.
void disconnect(const std::string& name, const std::string& data_dir) {
  std::optional<ControlConnection> server = connect_to_server(data_dir);
  if (server && server->send_json({{"do", "disconnect"}, {"user", name}})) server->receive_json();
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

int list_users(const std::string& data_dir) {
  const Expected<AccountFile> accounts = open_accounts(data_dir);
  if (!accounts) return report_error(accounts.error());
  const Expected<std::vector<std::string>> names = accounts->list();
  if (!names) return report_error(names.error());
  for (const std::string& name : *names) std::printf("%s\n", name.c_str());
  return EX_OK;
}

}  // namespace postbag::daemon
