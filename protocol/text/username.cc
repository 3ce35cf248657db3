#include "protocol/text/username.h"

#include <array>
#include <cstddef>

#include <utf8proc.h>

#include "core/utf8.h"
#include "protocol/text/normal_form.h"

namespace postbag::protocol {

namespace {

/// RFC 8265 section 3.3.2 rule 1: only what Unicode decomposes as <wide> or <narrow>, to one code point each.
char32_t width_mapped(char32_t point) {
  const utf8proc_property_t& property = *utf8proc_get_property(static_cast<utf8proc_int32_t>(point));
  if (property.decomp_type != UTF8PROC_DECOMP_TYPE_WIDE && property.decomp_type != UTF8PROC_DECOMP_TYPE_NARROW)
    return point;
  std::array<utf8proc_int32_t, 4> parts{};
  int last_class = 0;
  // NOLINTNEXTLINE: utf8proc's enumerators are bits to be joined
  const auto options = static_cast<utf8proc_option_t>(UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT);
  const auto count = utf8proc_decompose_char(static_cast<utf8proc_int32_t>(point), parts.data(), parts.size(),
                                             options, &last_class);
  return count == 1 ? static_cast<char32_t>(parts[0]) : point;
}

}  // namespace

std::string fold_username(std::string_view name) {
  if (!is_utf8(name) || name.find('\0') != std::string_view::npos) return std::string(name);
  std::string folded;
  char32_t point = 0;
  while (take_code_point(name, point)) {
    const auto lower = utf8proc_tolower(static_cast<utf8proc_int32_t>(width_mapped(point)));
    append_utf8(folded, static_cast<char32_t>(lower));
  }
  return nfc(folded);
}

}  // namespace postbag::protocol
