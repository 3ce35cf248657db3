#include "protocol/text/imap_url.h"

#include <algorithm>
#include <cstdint>

#include "core/ascii.h"
#include "core/number_in.h"
#include "core/take.h"
#include "protocol/text/digits.h"

namespace postbag::protocol {

namespace {

constexpr std::string_view scheme = "imap://";
constexpr std::string_view mechanism_mark = ";AUTH=";
constexpr std::size_t longest_host = 253;      // RFC 1035 section 3.1, as text
constexpr std::size_t longest_user = 3 * 255;  // each byte of a name encoded
constexpr std::size_t longest_mechanism = 20;  // RFC 4422 section 3.1

constexpr bool is_letter_or_digit(char c) { return is_ascii_letter(c) || is_ascii_digit(c); }

/// What never needs to be encoded: RFC 3986 section 2.3.
constexpr bool is_unreserved(char c) { return is_letter_or_digit(c) || std::string_view("-._~").contains(c); }

/// enc-user and enc-auth-type: RFC 5092 section 11.
bool is_encoded(std::string_view text, std::size_t longest) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (is_unreserved(text[at]) || std::string_view("!$'()*+,&=").contains(text[at])) continue;
    const bool is_octet =
        text[at] == '%' && at + 2 < text.size() && hex_digit(text[at + 1]) >= 0 && hex_digit(text[at + 2]) >= 0;
    if (!is_octet) return false;
    at += 2;
  }
  return !text.empty() && text.size() <= longest;
}

std::string encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_unreserved(c))
      out += c;
    else
      ((out += '%') += digits[byte >> 4]) += digits[byte & 15];
  }
  return out;
}

/// Text without what stands before the first `mark`, which is dropped too; nothing when there is no `mark`.
std::optional<std::string_view> take_before(std::string_view& text, std::string_view mark) {
  const auto found =
      std::ranges::search(text, mark, [](char a, char b) { return ascii_lower(a) == ascii_lower(b); });
  if (found.empty()) return std::nullopt;
  const auto at = static_cast<std::size_t>(found.begin() - text.begin());
  const std::string_view before = text.substr(0, at);
  text.remove_prefix(at + mark.size());
  return before;
}

/// RFC 1123 section 2.1
bool is_label(std::string_view text) {
  return !text.empty() && is_letter_or_digit(text.front()) && is_letter_or_digit(text.back()) &&
         std::ranges::all_of(text, [](char c) { return is_letter_or_digit(c) || c == '-'; });
}

bool is_host(std::string_view text) {
  if (text.empty() || text.size() > longest_host || text.ends_with('.')) return false;
  bool valid = true;
  while (valid && !text.empty()) valid = is_label(take_until(text, '.'));
  return valid;
}

bool is_port(std::string_view text) { return number_in<std::uint16_t>(text).value_or(0) != 0; }

bool is_host_and_port(std::string_view text) {
  const auto host = take_before(text, ":");
  return host ? is_host(*host) && is_port(text) : is_host(text);
}

/// "bob;AUTH=*" of what stands before the "@", which may be nothing.
std::optional<std::string> userinfo(std::string_view given, std::string_view user) {
  std::string_view mechanism = given;
  const auto before = take_before(mechanism, mechanism_mark);
  if (!before) mechanism = "*";
  const std::string_view named = before.value_or(given);
  const std::string name = named.empty() ? encoded(user) : std::string(named);
  if (!is_encoded(name, longest_user) || !is_encoded(mechanism, longest_mechanism)) return std::nullopt;
  return (name + std::string(mechanism_mark)).append(mechanism);
}

}  // namespace

std::optional<std::string> server_url(std::string_view given, std::string_view user) {
  const auto before = take_before(given, scheme);
  if (!before || !before->empty()) return std::nullopt;
  if (given.ends_with('/')) given.remove_suffix(1);
  const auto named = take_before(given, "@");
  if (named && named->empty()) return std::nullopt;
  const auto who = userinfo(named.value_or(std::string_view()), user);
  if (!who || !is_host_and_port(given)) return std::nullopt;
  return std::string(scheme).append(*who).append("@").append(given).append("/");
}

}  // namespace postbag::protocol
