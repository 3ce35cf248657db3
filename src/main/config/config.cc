#include "main/config/config.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string_view>
#include <system_error>

#include <toml++/toml.h>

#include "main/config/nearest.h"
#include "postbag/server.h"

namespace postbag::daemon {

namespace {

constexpr auto kept_name = "config.toml";

/// Reads the settings and collects the errors.
class Reader {
 public:
  explicit Reader(const std::string& path) : path_(path) {}

  void read(const toml::table& table);
  /// In the order of the lines.
  std::vector<std::string> errors();
  Config config;

 private:
  struct Key {
    std::string_view name;
    void (Reader::*read)(const toml::node& node);
  };
  struct ConfigError {
    toml::source_position where;
    std::string text;
  };
  static const std::vector<Key>& keys();

  void add_error(const toml::source_region& where, const std::string& what) {
    errors_.push_back({where.begin, path_ + ":" + std::to_string(where.begin.line) + ": " + what});
  }
  void unknown(const toml::key& key, const std::string& kind, const std::vector<std::string_view>& known);
  void read_listen(const toml::node& node) { read_addresses(node, "listen", config.listen); }
  void read_listen_tls(const toml::node& node) { read_addresses(node, "listen_tls", config.listen_tls); }
  void read_addresses(const toml::node& node, std::string_view name, std::vector<std::string>& into);
  void read_proxies(const toml::node& node);
  /// A list of texts that `accepts` is true for.
  std::vector<std::string> read_texts(const toml::node& node, std::string_view name, const std::string& what,
                                      bool (*accepts)(std::string_view));
  void read_allow_plaintext(const toml::node& node);
  void read_tls(const toml::node& node);
  void read_certificates(const toml::node& node);
  void read_workers(const toml::node& node);
  void read_log_format(const toml::node& node);
  void read_accounts(const toml::node& node);
  void read_auth(const toml::node& node);
  void read_limits(const toml::node& node);
  void read_limit(const toml::node& node, const LimitInfo& limit);
  void read_history(const toml::node& node);
  void read_durability(const toml::node& node);
  void read_search(const toml::node& node);
  void read_login(const toml::node& node);
  void read_oauth(const toml::node& node);
  void read_process(const toml::node& node);
  /// Nothing, after an error, when it is no number from `least` to `most`.
  std::optional<std::uint64_t> read_number(const toml::node& node, std::string_view name, std::string_view unit,
                                           std::uint64_t least, std::uint64_t most);

  std::string path_;
  std::vector<ConfigError> errors_;
};

const std::vector<Reader::Key>& Reader::keys() {
  static const std::vector<Key> all{{"listen", &Reader::read_listen},
                                    {"listen_tls", &Reader::read_listen_tls},
                                    {"proxies", &Reader::read_proxies},
                                    {"allow_plaintext", &Reader::read_allow_plaintext},
                                    {"tls", &Reader::read_tls},
                                    {"workers", &Reader::read_workers},
                                    {"log_format", &Reader::read_log_format},
                                    {"accounts", &Reader::read_accounts},
                                    {"auth", &Reader::read_auth},
                                    {"login", &Reader::read_login},
                                    {"oauth", &Reader::read_oauth},
                                    {"limits", &Reader::read_limits},
                                    {"history", &Reader::read_history},
                                    {"durability", &Reader::read_durability},
                                    {"search", &Reader::read_search},
                                    {"process", &Reader::read_process}};
  return all;
}

void Reader::read(const toml::table& table) {
  for (const auto& [key, node] : table) {
    const auto known = std::ranges::find(keys(), key.str(), &Key::name);
    if (known != keys().end()) {
      (this->*known->read)(node);
      continue;
    }
    std::vector<std::string_view> names;
    for (const Key& k : keys()) names.push_back(k.name);
    unknown(key, "key", names);
  }
}

/// toml++ enumerates keys by name, so errors are sorted by line.
std::vector<std::string> Reader::errors() {
  std::ranges::stable_sort(errors_, std::less(),
                           [](const ConfigError& c) { return std::pair(c.where.line, c.where.column); });
  std::vector<std::string> texts;
  for (const ConfigError& error : errors_) texts.push_back(error.text);
  return texts;
}

void Reader::unknown(const toml::key& key, const std::string& kind, const std::vector<std::string_view>& known) {
  const std::string_view near = nearest(key.str(), known);
  const std::string hint = near.empty() ? "" : "; did you mean " + std::string(near) + "?";
  add_error(key.source(), "unknown " + kind + " \"" + std::string(key.str()) + "\"" + hint);
}

void Reader::read_addresses(const toml::node& node, std::string_view name, std::vector<std::string>& into) {
  into = read_texts(node, name, "an address to listen on, such as \"127.0.0.1:143\"", is_listen_address);
}

void Reader::read_proxies(const toml::node& node) {
  config.proxies = read_texts(node, "proxies", "a network, such as \"192.0.2.0/24\"", is_network);
}

std::vector<std::string> Reader::read_texts(const toml::node& node, std::string_view name, const std::string& what,
                                            bool (*accepts)(std::string_view)) {
  std::vector<std::string> texts;
  const toml::array* list = node.as_array();
  if (list == nullptr) {
    add_error(node.source(), std::string(name) + " must be a list; each entry is " + what);
    return texts;
  }
  for (const toml::node& entry : *list) {
    const auto text = entry.value_exact<std::string>();
    if (text && accepts(*text))
      texts.push_back(*text);
    else
      add_error(entry.source(),
                (text ? "\"" + *text + "\"" : "an entry of " + std::string(name)) + " is not " + what);
  }
  return texts;
}

void Reader::read_allow_plaintext(const toml::node& node) {
  const auto yes = node.value_exact<bool>();
  if (!yes) return add_error(node.source(), "allow_plaintext must be true or false");
  config.allow_plaintext = *yes;
}

void Reader::read_tls(const toml::node& node) {
  const toml::table* table = node.as_table();
  if (table == nullptr) return add_error(node.source(), "tls must be a table: [tls]");
  for (const auto& [key, value] : *table) {
    const auto text = value.value_exact<std::string>();
    if (key.str() == "certificates") {
      read_certificates(value);
    } else if (key.str() == "client_ca") {
      if (!text) add_error(value.source(), "client_ca must be the path of a file");
      config.tls.client_ca = text.value_or("");
    } else if (key.str() == "minimum_version") {
      if (text != "1.2" && text != "1.3") add_error(value.source(), "minimum_version must be \"1.2\" or \"1.3\"");
      config.tls.minimum = text == "1.3" ? TlsVersion::tls13 : TlsVersion::tls12;
    } else {
      unknown(key, "setting of TLS", {"certificates", "client_ca", "minimum_version"});
    }
  }
}

void Reader::read_certificates(const toml::node& node) {
  constexpr auto shape = "certificates must be a list of {chain = \"FILE\", key = \"FILE\"}";
  const toml::array* list = node.as_array();
  if (list == nullptr) return add_error(node.source(), shape);
  for (const toml::node& entry : *list) {
    const toml::table* table = entry.as_table();
    const auto chain = table == nullptr ? std::nullopt : (*table)["chain"].value_exact<std::string>();
    const auto key = table == nullptr ? std::nullopt : (*table)["key"].value_exact<std::string>();
    if (!chain || !key || table->size() != 2)
      add_error(entry.source(), shape);
    else
      config.tls.certificates.push_back({*chain, *key});
  }
}

void Reader::read_workers(const toml::node& node) {
  if (const auto count = read_number(node, "workers", {}, 0, ServerOptions::most_workers)) config.workers = *count;
}

void Reader::read_log_format(const toml::node& node) {
  const auto text = node.value_exact<std::string>();
  config.log_format = text ? log_format_of(*text) : std::nullopt;
  if (!config.log_format) add_error(node.source(), "log_format must be \"text\" or \"json\"");
}

void Reader::read_accounts(const toml::node& node) {
  const toml::table* table = node.as_table();
  if (table == nullptr) return add_error(node.source(), "accounts must be a table: [accounts]");
  for (const auto& [key, value] : *table) {
    AccountNames names;
    const auto text = value.value_exact<std::string>();
    if (key.str() == "default_domain") {
      names.default_domain = text.value_or("@");
      if (!is_account_names(names)) add_error(value.source(), "default_domain must be a domain, or \"\" for none");
      config.names.default_domain = names.default_domain;
    } else if (key.str() == "detail") {
      names.detail_separator = text.value_or("@");
      if (!is_account_names(names))
        add_error(value.source(), "detail must be one of + - _ = . # ! or \"\" for none");
      config.names.detail_separator = names.detail_separator;
    } else {
      unknown(key, "setting of accounts", {"default_domain", "detail"});
    }
  }
}

void Reader::read_auth(const toml::node& node) {
  const toml::table* table = node.as_table();
  if (table == nullptr) return add_error(node.source(), "auth must be a table: [auth]");
  for (const auto& [key, value] : *table) {
    const auto text = value.value_exact<std::string>();
    const auto yes = value.value_exact<bool>();
    if (key.str() == "group") {
      if (!yes) add_error(value.source(), "group must be true or false");
      config.auth.for_group = yes.value_or(false);
    } else if (key.str() != "socket" && key.str() != "userdb") {
      unknown(key, "setting of auth", {"socket", "userdb", "group"});
    } else if (!text || !is_auth_socket(*text)) {
      add_error(value.source(), std::string(key.str()) + " must be \"unix:/path\", or \"\" for none");
    } else {
      (key.str() == "socket" ? config.auth.logins : config.auth.users) = *text;
    }
  }
}

void Reader::read_limits(const toml::node& node) {
  const toml::table* table = node.as_table();
  if (table == nullptr) return add_error(node.source(), "limits must be a table: [limits]");
  for (const auto& [key, value] : *table) {
    const auto limit = std::ranges::find(known_limits(), key.str(), &LimitInfo::name);
    if (limit != known_limits().end()) {
      read_limit(value, *limit);
      continue;
    }
    std::vector<std::string_view> names;
    for (const LimitInfo& info : known_limits()) names.push_back(info.name);
    unknown(key, "limit", names);
  }
}

void Reader::read_limit(const toml::node& node, const LimitInfo& limit) {
  const auto value = read_number(node, limit.name, limit.unit, limit.least, limit.most);
  if (value) config.limits.emplace_back(limit.name, *value);
}

std::optional<std::uint64_t> Reader::read_number(const toml::node& node, std::string_view name,
                                                 std::string_view unit, std::uint64_t least, std::uint64_t most) {
  const auto number = node.value_exact<std::int64_t>();
  const auto value = static_cast<std::uint64_t>(number.value_or(-1));
  if (number && *number >= 0 && value >= least && value <= most) return value;
  add_error(node.source(), std::string(name) + " must be a number from " + std::to_string(least) + " to " +
                               std::to_string(most) + (unit.empty() ? "" : " ") + std::string(unit));
  return std::nullopt;
}

void Reader::read_history(const toml::node& node) {
  struct Bound {
    std::string_view name;
    std::uint64_t History::* member;
    std::uint64_t most;
  };
  static constexpr std::array bounds{Bound{"ranges", &History::ranges, History::most_ranges},
                                     Bound{"days", &History::days, History::most_days}};
  const toml::table* table = node.as_table();
  if (table == nullptr) return add_error(node.source(), "history must be a table: [history]");
  for (const auto& [key, value] : *table) {
    const auto bound = std::ranges::find(bounds, key.str(), &Bound::name);
    if (bound == bounds.end()) {
      unknown(key, "bound of the history", {"ranges", "days"});
      continue;
    }
    const auto number = read_number(value, bound->name, {}, 1, bound->most);
    if (number) config.history.*bound->member = *number;
  }
}

void Reader::read_durability(const toml::node& node) {
  const toml::table* table = node.as_table();
  if (table == nullptr) return add_error(node.source(), "durability must be a table: [durability]");
  for (const auto& [key, value] : *table) {
    const auto text = value.value_exact<std::string>();
    if (key.str() != "flags")
      unknown(key, "durability", {"flags"});
    else if (text != "full" && text != "relaxed")
      add_error(value.source(), "flags must be \"full\" or \"relaxed\"");
    else
      config.flags = text == "relaxed" ? FlagDurability::relaxed : FlagDurability::full;
  }
}

void Reader::read_search(const toml::node& node) {
  const toml::table* table = node.as_table();
  if (table == nullptr) return add_error(node.source(), "search must be a table: [search]");
  for (const auto& [key, value] : *table) {
    const auto yes = value.value_exact<bool>();
    if (key.str() != "index")
      unknown(key, "setting of the search", {"index"});
    else if (!yes)
      add_error(value.source(), "index must be true or false");
    else
      config.search_index = *yes;
  }
}

void Reader::read_login(const toml::node& node) {
  const toml::table* table = node.as_table();
  if (table == nullptr) return add_error(node.source(), "login must be a table: [login]");
  for (const auto& [key, value] : *table) {
    const auto yes = value.value_exact<bool>();
    if (key.str() != "scram" && key.str() != "scram_sha1")
      unknown(key, "setting of logins", {"scram", "scram_sha1"});
    else if (!yes)
      add_error(value.source(), std::string(key.str()) + " must be true or false");
    else
      (key.str() == "scram" ? config.scram : config.scram_sha1) = *yes;
  }
}

void Reader::read_oauth(const toml::node& node) {
  struct Setting {
    std::string_view name;
    std::string& text;
  };
  TokenKeys& keys = config.token_keys;
  const std::array settings{Setting{"algorithm", keys.algorithm}, Setting{"key_file", config.token_key_file},
                            Setting{"issuer", keys.issuer},       Setting{"audience", keys.audience},
                            Setting{"claim", keys.claim},         Setting{"scope", config.token_scope}};
  const toml::table* table = node.as_table();
  if (table == nullptr) return add_error(node.source(), "oauth must be a table: [oauth]");
  for (const auto& [key, value] : *table) {
    const auto setting = std::ranges::find(settings, key.str(), &Setting::name);
    const auto text = value.value_exact<std::string>();
    if (setting == settings.end())
      unknown(key, "setting of oauth", {"algorithm", "key_file", "issuer", "audience", "claim", "scope"});
    else if (!text)
      add_error(value.source(), std::string(key.str()) + " must be text");
    else
      setting->text = *text;
  }
}

void Reader::read_process(const toml::node& node) {
  const toml::table* table = node.as_table();
  if (table == nullptr) return add_error(node.source(), "process must be a table: [process]");
  for (const auto& [key, value] : *table) {
    const auto text = value.value_exact<std::string>();
    const auto yes = value.value_exact<bool>();
    const std::string name(key.str());
    if (name != "user" && name != "landlock" && name != "seccomp")
      unknown(key, "setting of the process", {"user", "landlock", "seccomp"});
    else if (name == "user" && !text)
      add_error(value.source(), "user must be a name, or \"\" for none");
    else if (name != "user" && !yes)
      add_error(value.source(), name + " must be true or false");
    else if (name == "user")
      config.process.user = *text;
    else
      (name == "landlock" ? config.process.landlock : config.process.seccomp) = *yes;
  }
}

}  // namespace

std::expected<Config, std::vector<std::string>> read_config(const std::string& path) {
  Reader reader(path);
  try {
    std::ifstream file;
    file.exceptions(std::ios::badbit | std::ios::failbit);
    file.open(path, std::ios::binary);
    reader.config.text.assign(std::istreambuf_iterator<char>(file), {});
    reader.read(toml::parse(reader.config.text, path));
  } catch (const std::ios::failure&) {
    return std::unexpected(std::vector{path + ":1: the file cannot be read"});
  } catch (const toml::parse_error& error) {
    const std::string line = std::to_string(error.source().begin.line);
    return std::unexpected(std::vector{path + ":" + line + ": " + std::string(error.description())});
  }
  if (std::vector<std::string> errors = reader.errors(); !errors.empty()) return std::unexpected(std::move(errors));
  return std::move(reader.config);
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
  if (text == "text") return LogFormat::text;
  if (text == "json") return LogFormat::json;
  return std::nullopt;
}

}  // namespace postbag::daemon
