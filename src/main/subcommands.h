// The subcommands, after the command line was read. Each yields the exit code of the process and has reported
// errors on stderr.
#pragma once

#include <istream>
#include <string>
#include <vector>

namespace postbag::daemon {

struct ServeArguments {
  std::string data_dir;
  std::string config;               ///< empty: none
  std::vector<std::string> listen;  ///< empty: from the configuration; the next ones too
  std::vector<std::string> listen_tls;
  std::string certificate;  ///< a file; used instead of the configuration's certificates
  std::string key;
  std::string log_format;  ///< empty: from the configuration
  std::string user;        ///< the same
};
int serve(const ServeArguments& arguments);

/// Reads the password from stdin, or from the terminal without echo.
int add_user(const std::string& name, const std::string& data_dir);
int change_password(const std::string& name, const std::string& data_dir);
/// Also ends the account's sessions when a server is running.
int remove_user(const std::string& name, const std::string& data_dir);
/// Refers the account's clients to the server of that URL, and ends its sessions when a server is running.
int move_user(const std::string& name, const std::string& url, const std::string& data_dir);
int move_user_back(const std::string& name, const std::string& data_dir);
int list_users(const std::string& data_dir);
/// Whether it may log in as others: "on" or "off".
int set_administrator(const std::string& name, const std::string& on_or_off, const std::string& data_dir);
/// Adds the accounts of a Dovecot passwd-file. EX_DATAERR when some were not added; the reasons are on stderr.
int import_passwd_file(std::istream& file, const std::string& data_dir);

/// Prints the new password.
int add_app_password(const std::string& name, const std::string& label, bool read_only,
                     const std::string& data_dir);
int list_app_passwords(const std::string& name, const std::string& data_dir);
/// Also ends the account's sessions when a server is running.
int remove_app_password(const std::string& name, const std::string& label, const std::string& data_dir);

/// Delivers the message on stdin to a mailbox, through the running server, or through a server inside this process
/// with the configuration of the last one. EX_DATAERR for a message that can never be stored, EX_NOUSER,
/// EX_CANTCREAT (no such mailbox), EX_TEMPFAIL when a later attempt may succeed. See MailFilter.
int deliver(const std::string& user, const std::string& mailbox, const std::string& data_dir);

/// Prints what is stored; an empty mailbox name means all mailboxes.
int dump(const std::string& user, const std::string& mailbox, const std::string& data_dir, bool as_json);

struct VerifyOptions {
  bool quick = false;    ///< message bodies are not compared with their checksums
  bool recount = false;  ///< the totals of the accounts are counted again first
};
/// Reports contradictions in one account or, when `user` is empty, in all. EX_OK when there are none, EX_DATAERR
/// when there are, whatever else fails.
int verify(const std::string& user, const std::string& data_dir, VerifyOptions options);

}  // namespace postbag::daemon
