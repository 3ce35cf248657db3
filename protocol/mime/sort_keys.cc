#include "protocol/mime/sort_keys.h"

#include <string_view>
#include <utility>

#include "core/utf8.h"
#include "protocol/mime/header/base_subject.h"
#include "protocol/mime/header/message_ids.h"
#include "protocol/mime/parser.h"
#include "protocol/text/casefold.h"
#include "protocol/text/charset/encoded_word.h"

namespace postbag::mime {

namespace {

/// Bytes of a text that are compared; later ones do not change the order.
constexpr std::size_t longest = 4096;
constexpr Most kept_references{.first = 32, .last = 96};

/// A NUL can only come from encoded words; keys must not contain one because it would change their order.
std::string as_key(std::string text) {
  if (text.size() > longest) text.resize(longest);
  std::erase(text, '\0');
  return text;
}

/// A text in an unknown charset, or invalid in its own, sorts by its octets after all readable ones: no text
/// begins with this byte. RFC 5255 section 4.6 (c).
std::string octet_key(std::string_view octets) { return as_key("\xff" + std::string(octets.substr(0, longest))); }

std::string key_text(std::string_view utf8) {
  if (!is_utf8(utf8)) return octet_key(utf8);
  return as_key(protocol::casefolded(utf8.substr(0, longest)));
}

std::string mailbox_key(const Addresses& list) {
  return list.empty() ? std::string() : key_text(list.front().mailbox.value_or(""));
}

/// RFC 5957 section 3.
std::string display_key(const Addresses& list) {
  if (list.empty()) return {};
  const Address& address = list.front();
  if (address.name) {
    const protocol::DecodedText name = protocol::decoded_words(*address.name);
    if (name.octets) return octet_key(*name.octets);
    if (!name.utf8.empty()) return key_text(name.utf8);
  }
  if (!address.mailbox) return {};
  return key_text(address.host ? *address.mailbox + "@" + *address.host : *address.mailbox);
}

std::vector<std::uint64_t> references_key(const Structure& message, const Envelope& envelope) {
  auto keys = message_id_keys(message.references, kept_references);
  if (keys.empty() && envelope.in_reply_to) keys = message_id_keys(*envelope.in_reply_to, {.first = 1, .last = 0});
  return keys;
}

}  // namespace

SortKeys sort_keys(const Structure& message) {
  SortKeys keys;
  if (!message.parts.front().envelope) return keys;
  const Envelope& envelope = *message.parts.front().envelope;
  // Decoded completely before it is cut: an encoded word must not be divided.
  const protocol::DecodedText subject = protocol::decoded_words(envelope.subject.value_or(""));
  BaseSubject base = base_subject(subject.octets.value_or(subject.utf8));
  keys.subject = subject.octets ? octet_key(base.text) : key_text(base.text);
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
