#include "tls/names.h"

#include "core/ascii.h"

namespace postbag::tls {

namespace {

constexpr std::size_t longest_name = 255;  // RFC 1035 section 2.3.4

}  // namespace

void Names::add(std::string_view pattern, std::size_t certificate) {
  if (pattern.starts_with("*."))
    wildcards_[std::string(pattern.substr(2))].push_back(certificate);
  else
    exact_[std::string(pattern)].push_back(certificate);
}

std::vector<std::size_t> Names::find(std::string_view name) const {
  if (name.size() > longest_name) return {};
  const std::string wanted = to_ascii_lower(name);
  if (const auto found = exact_.find(wanted); found != exact_.end()) return found->second;
  const std::size_t dot = wanted.find('.');
  if (dot == 0 || dot == std::string::npos) return {};
  const auto found = wildcards_.find(wanted.substr(dot + 1));
  return found == wildcards_.end() ? std::vector<std::size_t>() : found->second;
}

}  // namespace postbag::tls
