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
  std::vector<std::string> listen;
  std::optional<std::size_t> workers;
  std::optional<LogFormat> log_format;
  std::vector<std::pair<std::string, std::uint64_t>> limits;
  History history;
  FlagDurability flags = FlagDurability::full;
  bool search_index = true;
};

/// Reads a file. What is wrong comes all at once, one line each as "FILE:LINE: what", in the order of the lines:
/// syntax, unknown keys (with the nearest known one), wrong types, values out of range.
std::expected<Config, std::vector<std::string>> read_config(const std::string& path);

/// Nothing for what is neither "text" nor "json".
std::optional<LogFormat> log_format_of(const std::string& text);

}  // namespace postbag::daemon
