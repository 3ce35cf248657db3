#include "server/accounts/account_names.h"

#include <algorithm>

#include "core/utf8.h"
#include "protocol/text/username.h"

namespace postbag {

bool is_account_names(const AccountNames& names) {
  const auto is_bad = [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f || c == '@'; };
  constexpr std::string_view separators = "+-_=.#!";
  return std::ranges::none_of(names.default_domain, is_bad) && is_utf8(names.default_domain) &&
         names.default_domain.size() < 255 && names.detail_separator.size() <= 1 &&
         separators.find(names.detail_separator) != std::string_view::npos;
}

namespace server {

namespace {

std::string suffix_of(const AccountNames& rules) {
  return rules.default_domain.empty() ? std::string() : "@" + protocol::fold_username(rules.default_domain);
}

}  // namespace

std::string canonical_name(std::string_view given, const AccountNames& rules) {
  std::string name = protocol::fold_username(given);
  const std::string suffix = suffix_of(rules);
  if (!suffix.empty() && name.size() > suffix.size() && name.ends_with(suffix))
    name.resize(name.size() - suffix.size());
  return name;
}

std::vector<std::string> spellings(std::string_view given, const AccountNames& rules) {
  const std::string canonical = canonical_name(given, rules);
  std::vector<std::string> all{std::string(given)};
  const auto add = [&](std::string name) {
    if (std::ranges::find(all, name) == all.end()) all.push_back(std::move(name));
  };
  add(protocol::fold_username(given));
  add(canonical);
  if (canonical.find('@') == std::string::npos) add(canonical + suffix_of(rules));
  return all;
}

std::string without_detail(std::string_view given, const AccountNames& rules) {
  if (rules.detail_separator.empty()) return {};
  const std::size_t domain = std::min(given.rfind('@'), given.size());
  const std::size_t detail = given.find(rules.detail_separator);
  if (detail == 0 || detail >= domain) return {};
  return std::string(given.substr(0, detail)) + std::string(given.substr(domain));
}

}  // namespace server
}  // namespace postbag
