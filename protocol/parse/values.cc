#include "protocol/parse/values.h"

#include <algorithm>
#include <array>

#include "core/ascii.h"
#include "core/number_in.h"

namespace postbag::protocol {

namespace {

constexpr std::array<std::string_view, 12> months{"jan", "feb", "mar", "apr", "may", "jun",
                                                  "jul", "aug", "sep", "oct", "nov", "dec"};

/// The value of digits checked by the grammar; a leading space is allowed.
int digits(std::string_view text) {
  int value = 0;
  for (const char c : text)
    if (c != ' ') value = value * 10 + (c - '0');
  return value;
}

unsigned month(std::string_view name) {
  const auto it = std::ranges::find_if(months, [&](std::string_view m) { return ascii_iequal(m, name); });
  return static_cast<unsigned>(it - months.begin()) + 1;
}

/// day-Mon-year, day of one or two bytes.
std::optional<std::chrono::year_month_day> day(std::string_view text) {
  const std::size_t dash = text.find('-');
  if (dash == text.npos || text.size() != dash + 9) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(digits(text.substr(dash + 5))),
                                         std::chrono::month(month(text.substr(dash + 1, 3))),
                                         std::chrono::day(static_cast<unsigned>(digits(text.substr(0, dash))))};
  return date.ok() ? std::optional(date) : std::nullopt;
}

std::string_view unquoted(std::string_view text) {
  return text.starts_with('"') && text.ends_with('"') && text.size() > 1 ? text.substr(1, text.size() - 2) : text;
}

std::string without_escapes(std::string_view inner) {
  std::string out;
  out.reserve(inner.size());
  for (std::size_t i = 0; i < inner.size(); ++i) {
    if (inner[i] == '\\' && i + 1 < inner.size()) ++i;
    out += inner[i];
  }
  return out;
}

}  // namespace

std::string_view string_value(std::string_view text, std::string& storage) {
  if (text.starts_with('"')) {
    const std::string_view inner = unquoted(text);
    if (inner.find('\\') == inner.npos) return inner;
    storage = without_escapes(inner);
    return storage;
  }
  const auto header = literal_header(text);
  return header ? text.substr(header->length) : text;
}

std::string string_value(std::string_view text) {
  std::string storage;
  return std::string(string_value(text, storage));
}

std::optional<std::string> nstring_value(std::string_view text) {
  if (ascii_iequal(text, "NIL")) return std::nullopt;
  return string_value(text);
}

std::optional<LiteralHeader> literal_header(std::string_view text) {
  LiteralHeader header;
  header.binary = text.starts_with('~');
  const std::size_t begin = header.binary ? 2 : 1;
  const std::size_t close = text.find('}');
  if (close == text.npos || close < begin || text[begin - 1] != '{' || text.substr(close + 1, 2) != "\r\n")
    return std::nullopt;
  header.synchronising = text[close - 1] != '+';
  const std::size_t end = header.synchronising ? close : close - 1;
  const auto size =
      end > begin ? number_value(text.substr(begin, end - begin), 0x7fff'ffff'ffff'ffffULL) : std::nullopt;
  if (!size) return std::nullopt;
  header.size = *size;
  header.length = close + 3;
  return header;
}

std::optional<std::uint64_t> number_value(std::string_view text, std::uint64_t max) { return number_in(text, max); }

std::optional<std::chrono::year_month_day> date_value(std::string_view text) { return day(unquoted(text)); }

std::optional<DateTime> date_time_value(std::string_view text) {
  const std::string_view inner = unquoted(text);  // dd-Mon-yyyy hh:mm:ss +zzzz
  if (inner.size() != 26) return std::nullopt;
  const auto date = day(inner.substr(0, 11));
  const int hour = digits(inner.substr(12, 2)), minute = digits(inner.substr(15, 2));
  const int second = digits(inner.substr(18, 2));
  const int zone_hour = digits(inner.substr(22, 2)), zone_minute = digits(inner.substr(24, 2));
  if (!date || hour > 23 || minute > 59 || second > 60 || zone_hour > 23 || zone_minute > 59) return std::nullopt;
  const int zone = (zone_hour * 60 + zone_minute) * (inner[21] == '-' ? -1 : 1);
  const auto days = std::chrono::sys_days(*date).time_since_epoch().count();
  const std::int64_t local = days * std::int64_t{86400} + hour * 3600 + minute * 60 + std::min(second, 59);
  return DateTime{local - zone * 60, static_cast<std::int16_t>(zone)};
}

}  // namespace postbag::protocol
