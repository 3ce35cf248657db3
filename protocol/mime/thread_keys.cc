#include "protocol/mime/thread_keys.h"

#include <algorithm>
#include <ranges>

#include "protocol/mime/header/message_ids.h"

namespace postbag::mime {

namespace {

constexpr std::size_t most = 20;

using Keys = std::vector<std::uint64_t>;

void add(Keys& keys, std::uint64_t key) {
  if (std::ranges::find(keys, key) == keys.end()) keys.push_back(key);
}

}  // namespace

std::vector<std::uint64_t> thread_keys(const Structure& message) {
  Keys keys;
  const auto& envelope = message.parts.front().envelope;
  if (envelope && envelope->message_id)
    for (const auto key : own_message_id_key(*envelope->message_id)) add(keys, key);
  if (envelope && envelope->in_reply_to)
    for (const auto key : message_id_keys(*envelope->in_reply_to, {.first = most, .last = 0})) add(keys, key);
  // From the last identifier, the nearest message, to the first, which began the thread.
  const Keys referred = message_id_keys(message.references, {.first = most, .last = most});
  for (const auto key : referred | std::views::reverse) add(keys, key);
  return keys;
}

}  // namespace postbag::mime
