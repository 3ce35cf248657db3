// What the subcommands do, once the command line was read. Each yields the exit code of the process; what went
// wrong was said on stderr.
#pragma once

#include <string>
#include <vector>

namespace postbag::daemon {

struct ServeArguments {
  std::string data_dir;
  std::string config;               ///< empty: none
  std::vector<std::string> listen;  ///< empty: what the configuration says
  std::string log_format;           ///< empty: what the configuration says
};
int serve(const ServeArguments& arguments);

/// The password comes from stdin, or from the terminal without echo.
int add_user(const std::string& name, const std::string& data_dir);
int change_password(const std::string& name, const std::string& data_dir);
/// Also ends the account's sessions, when a server runs.
int remove_user(const std::string& name, const std::string& data_dir);
int list_users(const std::string& data_dir);

/// Puts the message on stdin into a mailbox, through the server that runs there, or through one of its own that
/// does nothing else, with the configuration of the last one. EX_DATAERR for what can never be stored, EX_NOUSER,
/// EX_CANTCREAT (no such mailbox), EX_TEMPFAIL for what may work later. See MailFilter.
int deliver(const std::string& user, const std::string& mailbox, const std::string& data_dir);

/// Prints what is stored; an empty mailbox means all.
int dump(const std::string& user, const std::string& mailbox, const std::string& data_dir, bool as_json);

/// Says what contradicts itself, of one account or, when `user` is empty, of all. EX_OK when nothing does.
int verify(const std::string& user, const std::string& data_dir, bool quick);

}  // namespace postbag::daemon
