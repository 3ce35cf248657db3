#include "protocol/mime/sort_keys.h"

#include <utility>

#include "protocol/mime/base_subject.h"
#include "protocol/mime/message_ids.h"
#include "protocol/mime/parser.h"
#include "protocol/mime/thread_keys.h"
#include "protocol/text/casefold.h"
#include "protocol/text/encoded_word.h"

namespace postbag::mime {

namespace {

/// Of a text that is compared; what lies behind it does not change the order.
constexpr std::size_t longest = 4096;
constexpr Most kept_references{.first = 32, .last = 96};

/// A NUL can only come from encoded words; the order of keys needs texts without one.
std::string key_text(std::string_view utf8) {
  std::string folded = protocol::casefolded(utf8.substr(0, longest));
  if (folded.size() > longest) folded.resize(longest);
  std::erase(folded, '\0');
  return folded;
}

std::string mailbox_key(const Addresses& list) {
  return list.empty() ? std::string() : key_text(list.front().mailbox.value_or(""));
}

/// RFC 5957 section 3.
std::string display_key(const Addresses& list) {
  if (list.empty()) return {};
  const Address& address = list.front();
  if (address.name) {
    if (const std::string name = protocol::decoded_words(*address.name); !name.empty()) return key_text(name);
  }
  if (!address.mailbox) return {};
  return key_text(address.host ? *address.mailbox + "@" + *address.host : *address.mailbox);
}

std::vector<std::uint64_t> references_key(const Structure& message, const Envelope& envelope) {
  auto keys = message_id_keys(references_of(message), kept_references);
  if (keys.empty() && envelope.in_reply_to) keys = message_id_keys(*envelope.in_reply_to, {.first = 1, .last = 0});
  return keys;
}

}  // namespace

SortKeys sort_keys(const Structure& message) {
  SortKeys keys;
  if (!message.parts.front().envelope) return keys;
  const Envelope& envelope = *message.parts.front().envelope;
  // Decoded whole and then cut: an encoded word must not be torn.
  BaseSubject base = base_subject(protocol::decoded_words(envelope.subject.value_or("")));
  keys.subject = key_text(base.text);
  keys.reply_or_forward = base.reply_or_forward;
  keys.from = mailbox_key(envelope.from);
  keys.to = mailbox_key(envelope.to);
  keys.cc = mailbox_key(envelope.cc);
  keys.display_from = display_key(envelope.from);
  keys.display_to = display_key(envelope.to);
  if (envelope.message_id) keys.id = own_message_id_key(*envelope.message_id);
  keys.references = references_key(message, envelope);
  return keys;
}

SortKeys sort_keys_of_fields(std::string_view common_fields) {
  Parser parser;
  parser.feed(common_fields);
  return sort_keys(std::move(parser).finish());
}

}  // namespace postbag::mime
