#include "protocol/mime/header/message_ids.h"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <string>

#include <sodium/crypto_generichash.h>

#include "protocol/text/header_lexer.h"

namespace postbag::mime {

namespace {

using protocol::HeaderLexer;

void append_visible(std::string& out, std::string_view text) {
  for (const char c : text)
    if (c != ' ' && c != '\t' && c != '\r' && c != '\n') out.push_back(c);
}

/// The identifier without comments, white space, quotes and the backslashes of quoted pairs. Nothing when it is
/// invalid: it must have one unquoted "@" and something before and after it. RFC 5322 section 3.6.4.
std::optional<std::string> normalised(std::string_view id) {
  std::string out;
  std::size_t ats = 0;
  std::size_t left = 0;  ///< size of the part before the "@"
  bool quoted = false;
  for (HeaderLexer in(id); !in.at_end();) {
    if (!quoted && in.skip_space()) continue;
    if (!quoted) append_visible(out, in.take_literal());
    if (in.at_end()) break;
    const char c = in.next();
    if (c == '"') {
      quoted = !quoted;
    } else if (quoted && c == '\\' && !in.at_end()) {
      out.push_back(in.next());
    } else {
      if (c == '@' && !quoted) left = out.size(), ++ats;
      append_visible(out, {&c, 1});
    }
  }
  if (ats != 1 || left == 0 || left + 1 == out.size()) return std::nullopt;
  return out;
}

bool is_valid(std::string_view id) { return normalised(id).has_value(); }

std::optional<std::uint64_t> key_of(std::string_view id) {
  const std::optional<std::string> text = normalised(id);
  if (!text) return std::nullopt;
  std::array<unsigned char, crypto_generichash_BYTES_MIN> digest;
  crypto_generichash(digest.data(), digest.size(), reinterpret_cast<const unsigned char*>(text->data()),
                     text->size(), nullptr, 0);
  // The lowest byte first on every machine.
  std::uint64_t key = 0;
  for (std::size_t i = sizeof key; i-- > 0;) key = (key << 8) | digest.at(i);
  return key;
}

}  // namespace

std::vector<std::string_view> message_ids(std::string_view value) {
  std::vector<std::string_view> out;
  HeaderLexer in(value);
  for (in.skip_to("<"); in.take('<'); in.skip_to("<")) {
    const std::string_view id = in.skip_to("<>");
    if (in.take('>')) out.push_back(id);
  }
  return out;
}

std::vector<std::uint64_t> message_id_keys(std::string_view value, Most most) {
  auto ids = message_ids(value);
  std::erase_if(ids, std::not_fn(is_valid));
  if (ids.size() > most.first + most.last)
    ids.erase(ids.begin() + static_cast<std::ptrdiff_t>(most.first),
              ids.end() - static_cast<std::ptrdiff_t>(most.last));
  std::vector<std::uint64_t> keys;
  for (const std::string_view id : ids)
    if (const auto key = key_of(id)) keys.push_back(*key);
  return keys;
}

std::vector<std::uint64_t> own_message_id_key(std::string_view value) {
  auto ids = message_ids(value);
  if (ids.empty()) ids.push_back(value);
  const auto valid = std::ranges::find_if(ids, is_valid);
  const auto key = key_of(valid == ids.end() ? std::string_view() : *valid);
  return key ? std::vector{*key} : std::vector<std::uint64_t>();
}

}  // namespace postbag::mime
