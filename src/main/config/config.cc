#include "main/config/config.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>
#include <system_error>
#include <utility>

#include <toml++/toml.h>

#include "main/config/settings.h"
#include "postbag/server.h"

namespace postbag::daemon {

namespace {

constexpr auto kept_name = "config.toml";

constexpr std::pair<std::string_view, LogFormat> log_formats[] = {{"text", LogFormat::text},
                                                                  {"json", LogFormat::json}};

ReadSetting addresses(std::vector<std::string>& into) {
  return texts(into, "an address to listen on, such as \"127.0.0.1:143\"", is_listen_address);
}

ReadSetting certificates(std::vector<TlsFiles::Certificate>& into) {
  return [&into](SettingsReader& reader, const toml::node& value, std::string_view) {
    constexpr auto shape = "certificates must be a list of {chain = \"FILE\", key = \"FILE\"}";
    const toml::array* list = value.as_array();
    if (list == nullptr) return reader.add_error(value.source(), shape);
    for (const toml::node& entry : *list) {
      const toml::table* table = entry.as_table();
      const auto chain = table == nullptr ? std::nullopt : (*table)["chain"].value_exact<std::string>();
      const auto key = table == nullptr ? std::nullopt : (*table)["key"].value_exact<std::string>();
      if (!chain || !key || table->size() != 2)
        reader.add_error(entry.source(), shape);
      else
        into.push_back({*chain, *key});
    }
  };
}

bool is_domain(std::string_view text) { return is_account_names({.default_domain = std::string(text)}); }
bool is_separator(std::string_view text) { return is_account_names({.detail_separator = std::string(text)}); }

ReadSetting auth_socket(std::string& into) {
  return text(into, "\"unix:/path\", or \"\" for none", is_auth_socket);
}

Settings limits(Config& config) {
  Settings rows;
  for (const LimitInfo& info : known_limits())
    rows.push_back(
        {info.name, [&config, info](SettingsReader& reader, const toml::node& value, std::string_view name) {
           const auto limit = read_number(reader, value, name, {info.least, info.most, info.unit});
           if (limit) config.limits.emplace_back(name, *limit);
         }});
  return rows;
}

/// All that a file can say.
Settings settings_of(Config& config) {
  TokenKeys& keys = config.token_keys;
  return {
      {"listen", addresses(config.listen)},
      {"listen_tls", addresses(config.listen_tls)},
      {"proxies", texts(config.proxies, "a network, such as \"192.0.2.0/24\"", is_network)},
      {"allow_plaintext", flag(config.allow_plaintext)},
      {"workers", number(config.workers, {0, ServerOptions::most_workers})},
      {"log_format", word<LogFormat>(config.log_format, {std::begin(log_formats), std::end(log_formats)})},
      {"tls", section("setting of TLS",
                      {{"certificates", certificates(config.tls.certificates)},
                       {"client_ca", text(config.tls.client_ca, "the path of a file")},
                       {"minimum_version", word<TlsVersion>(config.tls.minimum, {{"1.2", TlsVersion::tls12},
                                                                                 {"1.3", TlsVersion::tls13}})}})},
      {"accounts",
       section("setting of accounts",
               {{"default_domain", text(config.names.default_domain, "a domain, or \"\" for none", is_domain)},
                {"detail",
                 text(config.names.detail_separator, "one of + - _ = . # ! or \"\" for none", is_separator)}})},
      {"auth", section("setting of auth", {{"socket", auth_socket(config.auth.logins)},
                                           {"userdb", auth_socket(config.auth.users)},
                                           {"group", flag(config.auth.for_group)}})},
      {"login",
       section("setting of logins", {{"scram", flag(config.scram)}, {"scram_sha1", flag(config.scram_sha1)}})},
      {"oauth", section("setting of oauth", {{"algorithm", text(keys.algorithm)},
                                             {"key_file", text(config.token_key_file)},
                                             {"issuer", text(keys.issuer)},
                                             {"audience", text(keys.audience)},
                                             {"claim", text(keys.claim)},
                                             {"scope", text(config.token_scope)}})},
      {"limits", section("limit", limits(config))},
      {"history",
       section("bound of the history", {{"ranges", number(config.history.ranges, {1, History::most_ranges})},
                                        {"days", number(config.history.days, {1, History::most_days})}})},
      {"durability", section("durability", {{"flags", word<FlagDurability>(
                                                          config.flags, {{"full", FlagDurability::full},
                                                                         {"relaxed", FlagDurability::relaxed}})}})},
      {"search",
       section("setting of the search",
               {{"index", word<SearchIndex>(config.search_index, {{"never", SearchIndex::never},
                                                                  {"when-searched", SearchIndex::when_searched},
                                                                  {"always", SearchIndex::always}})}})},
      {"process",
       section("setting of the process", {{"user", text(config.process.user, "a name, or \"\" for none")},
                                          {"landlock", flag(config.process.landlock)},
                                          {"seccomp", flag(config.process.seccomp)}})},
  };
}

}  // namespace

std::expected<Config, std::vector<std::string>> read_config(const std::string& path) {
  Config config;
  SettingsReader reader(path);
  try {
    std::ifstream file;
    file.exceptions(std::ios::badbit | std::ios::failbit);
    file.open(path, std::ios::binary);
    config.text.assign(std::istreambuf_iterator<char>(file), {});
    reader.read(toml::parse(config.text, path), "key", settings_of(config));
  } catch (const std::ios::failure&) {
    return std::unexpected(std::vector{path + ":1: the file cannot be read"});
  } catch (const toml::parse_error& error) {
    const std::string line = std::to_string(error.source().begin.line);
    return std::unexpected(std::vector{path + ":" + line + ": " + std::string(error.description())});
  }
  if (std::vector<std::string> errors = reader.errors(); !errors.empty()) return std::unexpected(std::move(errors));
  return config;
}

ServerOptions options_of(const Config& config) {
  ServerOptions options;
  options.proxies = config.proxies;
  options.workers = config.workers.value_or(options.workers);
  options.names = config.names;
  options.limits = config.limits;
  options.history = config.history;
  options.flags = config.flags;
  options.search_index = config.search_index;
  options.scram = config.scram;
  options.scram_sha1 = config.scram_sha1;
  options.token_keys = config.token_keys;
  options.token_scope = config.token_scope;
  return options;
}

bool remember_config(const std::string& data_dir, const Config& config) {
  namespace fs = std::filesystem;
  std::error_code failed;
  const fs::path kept = fs::path(data_dir) / kept_name;
  const fs::path fresh = fs::path(data_dir) / (std::string(kept_name) + ".new");
  fs::remove(fresh, failed);
  std::ofstream out(fresh, std::ios::binary);  // written instead of copied, so that only the owner may read it
  out << config.text;
  out.close();
  if (out) fs::rename(fresh, kept, failed);
  if (out && !failed) return true;
  fs::remove(fresh, failed);
  return false;
}

std::expected<Config, std::vector<std::string>> remembered_config(const std::string& data_dir) {
  const std::filesystem::path kept = std::filesystem::path(data_dir) / kept_name;
  std::error_code none;
  if (!std::filesystem::exists(kept, none)) return Config{};
  return read_config(kept.string());
}

Expected<AccountNames> remembered_names(const std::string& data_dir) {
  auto config = remembered_config(data_dir);
  if (!config) return std::unexpected(Failure{Cause::bad_option, config.error().front()});
  return std::move(config->names);
}

std::optional<LogFormat> log_format_of(const std::string& text) {
  const auto* const format = std::ranges::find(log_formats, text, &std::pair<std::string_view, LogFormat>::first);
  if (format == std::end(log_formats)) return std::nullopt;
  return format->second;
}

}  // namespace postbag::daemon
