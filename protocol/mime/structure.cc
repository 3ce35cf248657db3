#include "protocol/mime/structure.h"

#include <utility>

namespace postbag::mime {

std::string names(LimitsMet limits) {
  static constexpr std::pair<Limit, std::string_view> known[] = {
      {Limit::depth, "mime_depth"},     {Limit::parts, "mime_parts"},    {Limit::field, "header_used"},
      {Limit::headers, "headers_used"}, {Limit::addresses, "addresses"}, {Limit::parameters, "parameters"}};
  std::string out;
  for (const auto& [limit, name] : known)
    if (limits.has(limit)) out.append(out.empty() ? "" : ", ").append(name);
  return out;
}

}  // namespace postbag::mime
