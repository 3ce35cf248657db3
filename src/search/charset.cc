#include "search/charset.h"

#include <array>
#include <utility>

#include "core/utf8.h"
#include "protocol/text/charset/charset.h"

namespace postbag::search {

namespace {

constexpr auto usual_names = std::to_array<std::string_view>({
    "US-ASCII",
    "UTF-8",
    "ISO-8859-1",
    "ISO-8859-2",
    "ISO-8859-5",
    "ISO-8859-7",
    "ISO-8859-15",
    "windows-1250",
    "windows-1251",
    "windows-1252",
    "KOI8-R",
    "ISO-2022-JP",
    "Shift_JIS",
    "EUC-JP",
    "GB18030",
    "Big5",
    "EUC-KR",
});

std::string usual_ones_known_here() {
  std::string out;
  for (const std::string_view name : usual_names)
    if (protocol::is_known_charset(name)) out.append(out.empty() ? "" : " ").append(name);
  return out;
}

}  // namespace

const std::string& usual_charsets() {
  static const std::string known = usual_ones_known_here();
  return known;
}

std::optional<std::string> text_in_charset(std::string_view bytes, std::string_view charset) {
  constexpr std::string_view replacement = "\xef\xbf\xbd";  // U+FFFD, in place of each byte that means nothing
  std::string utf8 = protocol::to_utf8(bytes, charset);
  const bool passed = utf8 == bytes;
  if (!is_utf8(utf8) || (!passed && utf8.contains(replacement))) return std::nullopt;
  return utf8;
}

}  // namespace postbag::search
