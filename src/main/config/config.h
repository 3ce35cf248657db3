// The daemon's configuration: a TOML file and the command line, which takes precedence.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "main/config/tls_files.h"
#include "postbag/server.h"

namespace postbag::daemon {

enum class LogFormat : std::uint8_t { text, json };

/// [process]: what the program takes from itself when it serves.
struct ProcessSettings {
  std::string user = {};  ///< as whom it serves; empty: as whoever starts it
  bool landlock = true;
  bool seccomp = true;
};

/// Settings that are not given stay empty; then the default applies.
struct Config {
  std::string text;  ///< what was read, because a pipe can be read only once
  std::vector<std::string> listen;
  std::vector<std::string> proxies;
  std::vector<std::string> listen_tls;
  TlsFiles tls;
  bool allow_plaintext = false;
  std::optional<std::size_t> workers;
  std::optional<LogFormat> log_format;
  std::vector<std::pair<std::string, std::uint64_t>> limits;
  AccountNames names;
  AuthSockets auth;
  History history;
  FlagDurability flags = FlagDurability::full;
  SearchIndex search_index = SearchIndex::when_searched;
  bool scram = true;
  bool scram_sha1 = false;
  TokenKeys token_keys;  ///< without the key
  std::string token_key_file;
  std::string token_scope;
  ProcessSettings process;
};

/// Reads a file. Reports all errors at once, one line each as "FILE:LINE: what", in the order of the lines:
/// syntax, unknown keys (with the nearest known one), wrong types, values out of range.
std::expected<Config, std::vector<std::string>> read_config(const std::string& path);

/// The options that a configuration sets; the caller sets data_dir, log, where it listens (auth too) and the
/// certificates, and reads token_key_file.
ServerOptions options_of(const Config& config);

/// Saves the server's configuration in its data directory, for commands that run there without a server. False
/// when that fails, for example on a full disk: then the previous one stays complete.
bool remember_config(const std::string& data_dir, const Config& config);
/// The configuration of the directory's last server; the default one when there was none. Errors as in
/// read_config().
std::expected<Config, std::vector<std::string>> remembered_config(const std::string& data_dir);
/// The rules for account names in that configuration. Cause::bad_option when the configuration is damaged.
Expected<AccountNames> remembered_names(const std::string& data_dir);

/// Nothing for any text other than "text" and "json".
std::optional<LogFormat> log_format_of(const std::string& text);

}  // namespace postbag::daemon
