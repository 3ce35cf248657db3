// The command line of postbag. Uses only the installed headers of the project.

#include <CLI/CLI.hpp>
#include <exception>
#include <fstream>
#include <functional>

#include <sysexits.h>

#include "main/process.h"
#include "main/protection/user.h"
#include "main/subcommands.h"

namespace {

using namespace postbag::daemon;

/// The values that the options fill.
struct Arguments {
  ServeArguments serve;
  std::string user;
  std::string mailbox;
  std::string data_dir;
  bool json = false;
  VerifyOptions verify;
  std::string label;
  std::string value;  ///< "on", a URL
  std::ifstream passwd_file;
  bool read_only = false;
  bool here = false;
};

/// The function to run; set by the given subcommand.
using Action = std::function<int()>;

CLI::App* subcommand(CLI::App& parent, const std::string& name, const std::string& what, Action& action,
                     Action run) {
  CLI::App* command = parent.add_subcommand(name, what);
  command->callback([&action, run = std::move(run)] { action = run; });
  return command;
}

void add_directory(CLI::App& command, std::string& data_dir) {
  command.add_option("--dir", data_dir, "Data directory")->required()->type_name("DIR");
}

void add_serve(CLI::App& app, Arguments& a, Action& action) {
  CLI::App* command =
      subcommand(app, "serve", "Serve IMAP until SIGTERM or SIGINT", action, [&a] { return serve(a.serve); });
  add_directory(*command, a.serve.data_dir);
  command->add_option("--config", a.serve.config, "Configuration (TOML); see conf/postbag.toml")->type_name("FILE");
  command
      ->add_option(
          "--listen", a.serve.listen,
          "Address to listen on, such as 127.0.0.1:143, [::1]:0 (any free port) or unix:/path; may be repeated. "
          "Without --listen, --listen-tls and addresses in the configuration: 127.0.0.1:143")
      ->type_name("ADDR:PORT")
      ->allow_extra_args(false);
  command
      ->add_option("--listen-tls", a.serve.listen_tls,
                   "Address for implicit TLS, such as 0.0.0.0:993; may be repeated. Needs a certificate")
      ->type_name("ADDR:PORT")
      ->allow_extra_args(false);
  CLI::Option* const certificate =
      command
          ->add_option("--certificate", a.serve.certificate,
                       "The server's certificate and chain, PEM; instead of those in the configuration")
          ->type_name("FILE");
  CLI::Option* const key = command->add_option("--key", a.serve.key, "Its private key, PEM")->type_name("FILE");
  certificate->needs(key);
  key->needs(certificate);
  command
      ->add_option("--user", a.serve.user,
                   "As root: bind the addresses, then become this user. \"root\" stays root without a warning")
      ->type_name("NAME");
  command->add_option("--log-format", a.serve.log_format, "text or json, one line per event on stderr")
      ->check(CLI::IsMember({"text", "json"}))
      ->type_name("FORMAT");
}

void add_user_command(CLI::App& users, Arguments& a, Action& action, const std::string& name,
                      const std::string& what, int (*run)(const std::string&, const std::string&)) {
  CLI::App* command = subcommand(users, name, what, action, [&a, run] { return run(a.user, a.data_dir); });
  command->add_option("NAME", a.user, "The account")->required();
  add_directory(*command, a.data_dir);
}

void add_app_passwords(CLI::App& users, Arguments& a, Action& action) {
  CLI::App* group = users.add_subcommand("app-password", "Manage an account's passwords for single programs");
  group->require_subcommand(1);
  CLI::App* add = subcommand(*group, "add", "Make one and print it; it is shown nowhere again", action,
                             [&a] { return add_app_password(a.user, a.label, a.read_only, a.data_dir); });
  CLI::App* list = subcommand(*group, "list", "Print when each was made, what it allows, and its label", action,
                              [&a] { return list_app_passwords(a.user, a.data_dir); });
  CLI::App* remove = subcommand(*group, "remove", "Revoke one, and end the account's sessions", action,
                                [&a] { return remove_app_password(a.user, a.label, a.data_dir); });
  for (CLI::App* command : {add, list, remove}) {
    command->add_option("NAME", a.user, "The account")->required();
    if (command != list) command->add_option("LABEL", a.label, "For which program it is")->required();
    add_directory(*command, a.data_dir);
  }
  add->add_flag("--read-only", a.read_only, "Who logs in with it can change nothing");
}

void add_move(CLI::App& users, Arguments& a, Action& action) {
  CLI::App* command = subcommand(
      users, "move",
      "Refer an account's clients to the server where it is now (RFC 2221), and end its sessions. Its mail here "
      "stays: an administrator may log in as it to copy that. Deliveries fail temporarily (75), so that mail "
      "servers "
      "keep the mail until they know the new server; nobody sends mail with its password here",
      action,
      [&a] { return a.here ? move_user_back(a.user, a.data_dir) : move_user(a.user, a.value, a.data_dir); });
  command->add_option("NAME", a.user, "The account")->required();
  CLI::Option_group* where = command->add_option_group("Where");
  where->add_option("URL", a.value,
                    "imap://HOST[:PORT]/, or imap://USER@HOST[:PORT]/ when it has another name there");
  where->add_flag("--here", a.here, "It is here again");
  where->require_option(1);
  add_directory(*command, a.data_dir);
}

void add_users(CLI::App& app, Arguments& a, Action& action) {
  CLI::App* users = app.add_subcommand("user", "Manage accounts; works while the server runs");
  users->require_subcommand(1);
  add_user_command(*users, a, action, "add", "Add an account; its password is read from stdin", add_user);
  add_user_command(*users, a, action, "passwd", "Change a password; the new one is read from stdin",
                   change_password);
  add_user_command(
      *users, a, action, "remove",
      "Remove an account and end its sessions; its mail is deleted when the server starts the next time",
      remove_user);
  CLI::App* admin = subcommand(*users, "admin", "Whether an account may log in as every other one", action,
                               [&a] { return set_administrator(a.user, a.value, a.data_dir); });
  admin->add_option("NAME", a.user, "The account")->required();
  admin->add_option("VALUE", a.value, "on or off")->required()->check(CLI::IsMember({"on", "off"}));
  add_directory(*admin, a.data_dir);
  add_move(*users, a, action);
  CLI::App* import = users->add_subcommand("import", "Add accounts of another server");
  import->require_subcommand(1);
  CLI::App* passwd_file = subcommand(*import, "passwd-file", "Add the accounts of a Dovecot passwd-file", action,
                                     [&a] { return import_passwd_file(a.passwd_file, a.data_dir); });
  // Opened at once: mostly only root may read it, and root becomes the owner of the mail before anything is done.
  const auto open = [&a](const std::string& path) { a.passwd_file.open(path, std::ios::binary); };
  passwd_file->add_option_function<std::string>("FILE", open, "The file")->required();
  add_directory(*passwd_file, a.data_dir);
  add_app_passwords(*users, a, action);
  CLI::App* list = subcommand(*users, "list", "Print all names, and the URLs of those that moved", action,
                              [&a] { return list_users(a.data_dir); });
  add_directory(*list, a.data_dir);
}

void add_deliver(CLI::App& app, Arguments& a, Action& action) {
  CLI::App* command =
      subcommand(app, "deliver", "Deliver the message on stdin to a mailbox; works while the server runs", action,
                 [&a] { return deliver(a.user, a.mailbox.empty() ? "INBOX" : a.mailbox, a.data_dir); });
  command->add_option("USER", a.user, "The account")->required();
  command->add_option("--mailbox", a.mailbox, "The mailbox (UTF-8). Default: INBOX")->type_name("MAILBOX");
  add_directory(*command, a.data_dir);
}

void add_dump(CLI::App& app, Arguments& a, Action& action) {
  CLI::App* command = subcommand(app, "dump", "Print what is stored for an account; works while the server runs",
                                 action, [&a] { return dump(a.user, a.mailbox, a.data_dir, a.json); });
  command->add_option("USER", a.user, "The account")->required();
  command->add_option("MAILBOX", a.mailbox, "Only this mailbox (UTF-8)");
  add_directory(*command, a.data_dir);
  command->add_flag("--json", a.json, "As JSON");
}

void add_verify(CLI::App& app, Arguments& a, Action& action) {
  CLI::App* command =
      subcommand(app, "verify",
                 "Check the stored data for contradictions; works while the server runs; exit code 65 when there "
                 "are any, 75 when something cannot be read",
                 action, [&a] { return verify(a.user, a.data_dir, a.verify); });
  command->add_option("USER", a.user, "Only this account");
  add_directory(*command, a.data_dir);
  command->add_flag("--quick", a.verify.quick, "Do not compare message bodies with their checksums");
  command->add_flag("--recount", a.verify.recount, "First count the totals of each account again");
}

}  // namespace

int main(int argc, char** argv) {
  restrict_process();
  Arguments arguments;
  Action action;
  CLI::App app("postbag, an IMAP server");
  app.require_subcommand(1);
  add_serve(app, arguments, action);
  add_users(app, arguments, action);
  add_deliver(app, arguments, action);
  add_dump(app, arguments, action);
  add_verify(app, arguments, action);
  try {
    app.parse(argc, argv);
    become_owner_of(arguments.data_dir);  // empty for serve, which becomes whom the configuration names
    return action();
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? EX_OK : EX_USAGE;
  } catch (const std::exception& error) {
    std::cerr << "postbag: " << error.what() << '\n';
    return EX_TEMPFAIL;
  }
}
