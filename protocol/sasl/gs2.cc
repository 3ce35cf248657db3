#include "protocol/sasl/gs2.h"

#include <algorithm>

#include "core/ascii.h"
#include "core/take.h"
#include "protocol/sasl/names.h"

namespace postbag::sasl {

namespace {

/// cb-name: letters, digits, "." and "-".
bool is_binding_name(std::string_view name) {
  constexpr std::size_t longest = 64;
  const auto fits = [](char c) { return is_ascii_letter(c) || is_ascii_digit(c) || c == '.' || c == '-'; };
  return !name.empty() && name.size() <= longest && std::ranges::all_of(name, fits);
}

bool read_flag(std::string_view part, Gs2Header& header) {
  if (part == "n" || part == "y") {
    header.flag = part[0];
    return true;
  }
  if (!part.starts_with("p=") || !is_binding_name(part.substr(2))) return false;
  header.flag = 'p';
  header.binding = part.substr(2);
  return true;
}

bool read_authzid(std::string_view part, Gs2Header& header) {
  if (part.empty()) return true;
  if (!part.starts_with("a=")) return false;
  auto name = saslname(part.substr(2));
  if (name) header.authzid = std::move(*name);
  return name.has_value();
}

}  // namespace

std::optional<Gs2Header> take_gs2_header(std::string_view& message) {
  const std::string_view whole = message;
  Gs2Header header;
  const auto flag = take_ended_by(message, ',');
  if (!flag || !read_flag(*flag, header)) return std::nullopt;
  const auto authzid = take_ended_by(message, ',');
  if (!authzid || !read_authzid(*authzid, header)) return std::nullopt;
  header.text = whole.substr(0, whole.size() - message.size());
  return header;
}

std::optional<std::string> saslname(std::string_view text) {
  std::string name;
  for (std::size_t i = 0; i < text.size() && name.size() <= longest_name; ++i) {
    const std::string_view escape = text.substr(i, 3);
    if (text[i] == ',') return std::nullopt;
    if (text[i] == '=' && escape != "=2C" && escape != "=3D") return std::nullopt;
    name += text[i] != '=' ? text[i] : escape == "=2C" ? ',' : '=';
    if (text[i] == '=') i += 2;
  }
  if (!is_user_name(name)) return std::nullopt;
  return name;
}

std::optional<std::string_view> take_attribute(std::string_view& message, char letter) {
  if (message.size() < 2 || message[0] != letter || message[1] != '=') return std::nullopt;
  return take_until(message, ',').substr(2);
}

}  // namespace postbag::sasl
