#include "main/config/settings.h"

#include <algorithm>

#include "main/config/nearest.h"

namespace postbag::daemon {

namespace {

std::string unknown(std::string_view name, const std::string& kind, const Settings& settings) {
  std::vector<std::string_view> known;
  for (const Setting& one : settings) known.push_back(one.name);
  const std::string_view near = nearest(name, known);
  const std::string hint = near.empty() ? "" : "; did you mean " + std::string(near) + "?";
  return "unknown " + kind + " \"" + std::string(name) + "\"" + hint;
}

}  // namespace

void SettingsReader::read(const toml::table& table, const std::string& kind, const Settings& settings) {
  for (const auto& [key, value] : table) {
    const auto setting = std::ranges::find(settings, key.str(), &Setting::name);
    if (setting == settings.end())
      add_error(key.source(), unknown(key.str(), kind, settings));
    else
      setting->read(*this, value, setting->name);
  }
}

void SettingsReader::add_error(const toml::source_region& where, const std::string& what) {
  errors_.push_back({where.begin, path_ + ":" + std::to_string(where.begin.line) + ": " + what});
}

void SettingsReader::must_be(const toml::node& value, std::string_view name, std::string_view what) {
  add_error(value.source(), std::string(name) + " must be " + std::string(what));
}

/// toml++ enumerates keys by name, so errors are sorted by line.
std::vector<std::string> SettingsReader::errors() {
  std::ranges::stable_sort(errors_, std::less(),
                           [](const FoundError& e) { return std::pair(e.where.line, e.where.column); });
  std::vector<std::string> texts;
  for (const FoundError& error : errors_) texts.push_back(error.text);
  return texts;
}

ReadSetting section(std::string kind, Settings settings) {
  return [kind = std::move(kind), settings = std::move(settings)](SettingsReader& reader, const toml::node& value,
                                                                  std::string_view name) {
    const toml::table* const table = value.as_table();
    if (table == nullptr) return reader.must_be(value, name, "a table: [" + std::string(name) + "]");
    reader.read(*table, kind, settings);
  };
}

ReadSetting flag(bool& into) {
  return [&into](SettingsReader& reader, const toml::node& value, std::string_view name) {
    const auto yes = value.value_exact<bool>();
    if (!yes) return reader.must_be(value, name, "true or false");
    into = *yes;
  };
}

ReadSetting text(std::string& into, std::string what, Accepts accepts) {
  return [&into, what = std::move(what), accepts](SettingsReader& reader, const toml::node& value,
                                                  std::string_view name) {
    const auto given = value.value_exact<std::string>();
    if (!given || (accepts != nullptr && !accepts(*given))) return reader.must_be(value, name, what);
    into = *given;
  };
}

ReadSetting texts(std::vector<std::string>& into, std::string what, Accepts accepts) {
  return [&into, what = std::move(what), accepts](SettingsReader& reader, const toml::node& value,
                                                  std::string_view name) {
    const toml::array* const list = value.as_array();
    if (list == nullptr) return reader.must_be(value, name, "a list; each entry is " + what);
    for (const toml::node& entry : *list) {
      const auto given = entry.value_exact<std::string>();
      if (given && accepts(*given))
        into.push_back(*given);
      else
        reader.add_error(entry.source(),
                         (given ? "\"" + *given + "\"" : "an entry of " + std::string(name)) + " is not " + what);
    }
  };
}

std::optional<std::uint64_t> read_number(SettingsReader& reader, const toml::node& value, std::string_view name,
                                         const NumberRange& range) {
  const auto given = value.value_exact<std::int64_t>();
  const auto number = static_cast<std::uint64_t>(given.value_or(-1));
  if (given && *given >= 0 && number >= range.least && number <= range.most) return number;
  reader.must_be(value, name,
                 "a number from " + std::to_string(range.least) + " to " + std::to_string(range.most) +
                     (range.unit.empty() ? "" : " ") + std::string(range.unit));
  return std::nullopt;
}

}  // namespace postbag::daemon
