#include "protocol/mime/thread_keys.h"

#include <algorithm>
#include <array>
#include <ranges>
#include <string>
#include <string_view>

#include <sodium/crypto_generichash.h>

#include "core/ascii.h"
#include "protocol/mime/header_fields.h"
#include "protocol/text/encoded_word.h"

namespace postbag::mime {

namespace {

constexpr std::size_t most = 20;

using Keys = std::vector<std::uint64_t>;

std::uint64_t key_of(std::string_view id) {
  std::array<unsigned char, crypto_generichash_BYTES_MIN> digest;
  crypto_generichash(digest.data(), digest.size(), reinterpret_cast<const unsigned char*>(id.data()), id.size(),
                     nullptr, 0);
  // The lowest byte first, whatever the machine: the keys are stored.
  std::uint64_t key = 0;
  for (std::size_t i = sizeof key; i-- > 0;) key = (key << 8) | digest.at(i);
  return key;
}

/// Some writers fold their lines within an identifier.
std::string without_space(std::string_view id) {
  std::string out(id);
  std::erase_if(out, [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; });
  return out;
}

void add(Keys& keys, std::string_view id) {
  const std::string tight = without_space(id);
  if (tight.empty()) return;
  const std::uint64_t key = key_of(tight);
  if (std::ranges::find(keys, key) == keys.end()) keys.push_back(key);
}

/// What stands between "<" and ">"; anything around it is a comment or a phrase. RFC 5322 section 4.5.4.
std::vector<std::string_view> identifiers(std::string_view value) {
  std::vector<std::string_view> out;
  for (auto open = value.find('<'); open != std::string_view::npos; open = value.find('<', open)) {
    const auto close = value.find('>', open);
    if (close == std::string_view::npos) break;
    out.push_back(value.substr(open + 1, close - open - 1));
    open = close;
  }
  return out;
}

/// Its own identifier; some writers leave the brackets out.
void add_own(Keys& keys, std::string_view value) {
  const auto ids = identifiers(value);
  add(keys, ids.empty() ? value : ids.front());
}

void add_answered(Keys& keys, std::string_view value) {
  for (const auto id : identifiers(value) | std::views::take(most)) add(keys, id);
}

/// From the last, which is the nearest, to the first, which began the thread.
void add_references(Keys& keys, std::string_view value) {
  auto ids = identifiers(value);
  if (ids.size() > 2 * most) ids.erase(ids.begin() + most, ids.end() - most);
  for (const auto id : ids | std::views::reverse) add(keys, id);
}

std::string references_of(const Structure& message) {
  FieldReader fields(message.common_fields);
  while (const auto field = fields.next())
    if (ascii_iequal(field->name, "References")) return protocol::unfolded(field->value);
  return {};
}

}  // namespace

std::vector<std::uint64_t> thread_keys(const Structure& message) {
  Keys keys;
  const auto& envelope = message.parts.front().envelope;
  if (envelope && envelope->message_id) add_own(keys, *envelope->message_id);
  if (envelope && envelope->in_reply_to) add_answered(keys, *envelope->in_reply_to);
  add_references(keys, references_of(message));
  return keys;
}

}  // namespace postbag::mime
