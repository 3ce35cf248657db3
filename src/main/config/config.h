// The daemon's configuration: a TOML file, with the command line above it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "postbag/server.h"

namespace postbag::daemon {

enum class LogFormat : std::uint8_t { text, json };

/// What is said nowhere stays empty, and the usual value holds.
struct Config {
  std::string text;  ///< what was read; a pipe gives it only once
  std::vector<std::string> listen;
  std::optional<std::size_t> workers;
  std::optional<LogFormat> log_format;
  std::vector<std::pair<std::string, std::uint64_t>> limits;
  AccountNames names;
  History history;
  FlagDurability flags = FlagDurability::full;
  bool search_index = true;
};

/// Reads a file. What is wrong comes all at once, one line each as "FILE:LINE: what", in the order of the lines:
/// syntax, unknown keys (with the nearest known one), wrong types, values out of range.
std::expected<Config, std::vector<std::string>> read_config(const std::string& path);

/// The options that a configuration gives; data_dir and log are left to the caller.
ServerOptions options_of(const Config& config);

/// Leaves the configuration that a server starts with in its data directory, for commands that work there when no
/// server runs. False when it cannot, on a full disk for one: then the one before stays, whole.
bool remember_config(const std::string& data_dir, const Config& config);
/// The configuration of the last server of that directory; the usual one when there was none. Else as
/// read_config().
std::expected<Config, std::vector<std::string>> remembered_config(const std::string& data_dir);
/// Its rules for names. Cause::bad_option when that configuration is damaged.
Expected<AccountNames> remembered_names(const std::string& data_dir);

/// Nothing for what is neither "text" nor "json".
std::optional<LogFormat> log_format_of(const std::string& text);

}  // namespace postbag::daemon
