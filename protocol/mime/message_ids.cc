#include "protocol/mime/message_ids.h"

#include <array>
#include <optional>
#include <string>

#include <sodium/crypto_generichash.h>

namespace postbag::mime {

namespace {

/// Without white space, quotes and the backslashes of quoted pairs.
std::string normalised(std::string_view id) {
  std::string out;
  bool quoted = false;
  for (std::size_t i = 0; i < id.size(); ++i) {
    const char c = id[i];
    if (c == '"') {
      quoted = !quoted;
    } else if (quoted && c == '\\' && i + 1 < id.size()) {
      out.push_back(id[++i]);
    } else if (c != ' ' && c != '\t' && c != '\r' && c != '\n') {
      out.push_back(c);
    }
  }
  return out;
}

std::optional<std::uint64_t> key_of(std::string_view id) {
  const std::string text = normalised(id);
  if (text.empty()) return std::nullopt;
  std::array<unsigned char, crypto_generichash_BYTES_MIN> digest;
  crypto_generichash(digest.data(), digest.size(), reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                     nullptr, 0);
  // The lowest byte first, whatever the machine.
  std::uint64_t key = 0;
  for (std::size_t i = sizeof key; i-- > 0;) key = (key << 8) | digest.at(i);
  return key;
}

}  // namespace

std::vector<std::string_view> message_ids(std::string_view value) {
  std::vector<std::string_view> out;
  for (auto open = value.find('<'); open != std::string_view::npos; open = value.find('<', open)) {
    const auto close = value.find('>', open);
    if (close == std::string_view::npos) break;
    out.push_back(value.substr(open + 1, close - open - 1));
    open = close;
  }
  return out;
}

std::vector<std::uint64_t> message_id_keys(std::string_view value, Most most) {
  auto ids = message_ids(value);
  if (ids.size() > most.first + most.last)
    ids.erase(ids.begin() + static_cast<std::ptrdiff_t>(most.first),
              ids.end() - static_cast<std::ptrdiff_t>(most.last));
  std::vector<std::uint64_t> keys;
  for (const std::string_view id : ids)
    if (const auto key = key_of(id)) keys.push_back(*key);
  return keys;
}

std::vector<std::uint64_t> own_message_id_key(std::string_view value) {
  const auto ids = message_ids(value);
  const auto key = key_of(ids.empty() ? value : ids.front());
  return key ? std::vector{*key} : std::vector<std::uint64_t>();
}

}  // namespace postbag::mime
