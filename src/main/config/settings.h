// The settings of a TOML table as rows: a name, and what reads its value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <toml++/toml.h>

namespace postbag::daemon {

class SettingsReader;

/// Reads a value into where it belongs, or adds an error.
using ReadSetting = std::function<void(SettingsReader& reader, const toml::node& value, std::string_view name)>;

struct Setting {
  std::string_view name;
  ReadSetting read;
};
using Settings = std::vector<Setting>;

/// Reads tables, and collects what is wrong in them.
class SettingsReader {
 public:
  /// `path`: the file's, for the errors.
  explicit SettingsReader(std::string path) : path_(std::move(path)) {}

  /// Each value by the row of its name. A name without a row is an error: unknown `kind` "NAME", with the nearest
  /// one that there is.
  void read(const toml::table& table, const std::string& kind, const Settings& settings);

  void add_error(const toml::source_region& where, const std::string& what);
  /// NAME must be WHAT
  void must_be(const toml::node& value, std::string_view name, std::string_view what);

  /// One line each as "FILE:LINE: what", in the order of the lines.
  std::vector<std::string> errors();

 private:
  struct FoundError {
    toml::source_position where;
    std::string text;
  };
  std::string path_;
  std::vector<FoundError> errors_;
};

// Rows are made of these. `into` must outlive what they yield.

using Accepts = bool (*)(std::string_view text);

/// A table below this one.
ReadSetting section(std::string kind, Settings settings);
/// true or false
ReadSetting flag(bool& into);
/// `what` says which texts are accepted; null: all.
ReadSetting text(std::string& into, std::string what = "text", Accepts accepts = nullptr);
/// A list of such texts.
ReadSetting texts(std::vector<std::string>& into, std::string what, Accepts accepts);

/// Nothing, after an error, when it is no number from `least` to `most`. `unit` may be empty.
struct NumberRange {
  std::uint64_t least;
  std::uint64_t most;
  std::string_view unit = {};
};
std::optional<std::uint64_t> read_number(SettingsReader& reader, const toml::node& value, std::string_view name,
                                         const NumberRange& range);

template <class Into>
ReadSetting number(Into& into, const NumberRange& range) {
  return [&into, range](SettingsReader& reader, const toml::node& value, std::string_view name) {
    if (const auto read = read_number(reader, value, name, range)) into = *read;
  };
}

/// One of two or more words, each with what it stands for.
template <class Value, class Into>
ReadSetting word(Into& into, std::vector<std::pair<std::string_view, Value>> words) {
  return [&into, words = std::move(words)](SettingsReader& reader, const toml::node& value, std::string_view name) {
    const auto given = value.value_exact<std::string>();
    std::string all;
    for (const auto& [one, meant] : words) {
      if (given == one) return void(into = meant);
      all += (all.empty() ? "\"" : " or \"") + std::string(one) + '"';
    }
    reader.must_be(value, name, all);
  };
}

}  // namespace postbag::daemon
