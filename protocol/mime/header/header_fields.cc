#include "protocol/mime/header/header_fields.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "core/ascii.h"
#include "protocol/mime/header/address.h"
#include "protocol/mime/parser.h"
#include "protocol/text/charset/encoded_word.h"

namespace postbag::mime {

namespace {

/// What Thunderbird, Apple Mail, Outlook, K-9, mutt, mbsync, Roundcube and offlineimap ask for in HEADER.FIELDS,
/// and what SEARCH has keys for. Adding a name changes what newly stored structures hold; older ones would lack it,
/// so that needs a new version of the stored form.
// clang-format off
constexpr std::string_view common_names[] = {
    "from", "to", "cc", "bcc", "subject", "date", "reply-to", "sender", "message-id", "in-reply-to", "references",
    "content-type", "content-transfer-encoding", "content-description", "mime-version",
    "priority", "x-priority", "x-msmail-priority", "importance",
    "newsgroups", "followup-to", "path", "lines", "content-mdn",
    "list-id", "list-post", "list-subscribe", "list-unsubscribe", "mail-followup-to", "mail-reply-to",
    "return-path", "delivered-to", "x-original-to", "disposition-notification-to",
    "x-mailer", "user-agent", "x-label", "x-draft-info", "x-k9mail-identity"};
// clang-format on

/// The first line of `text` with its line end.
std::string_view first_line(std::string_view text) {
  const auto end = text.find('\n');
  return text.substr(0, end == std::string_view::npos ? text.size() : end + 1);
}

std::string_view without_line_end(std::string_view line) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

/// The line that ends a header, CR CR LF too.
bool is_blank(std::string_view line) { return line.find_first_not_of("\r\n") == std::string_view::npos; }

bool has(std::span<const std::string_view> names, std::string_view name) {
  return std::ranges::any_of(names, [&](std::string_view n) { return ascii_iequal(n, name); });
}

bool is_fold(std::string_view line) { return line.starts_with(' ') || line.starts_with('\t'); }

/// The field name at the beginning of a line, without white space before the colon (obsolete: RFC 5322 section
/// 4.5); empty when the line has no colon.
std::string_view name_of(std::string_view line) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return {};
  const std::string_view name = line.substr(0, colon);
  return name.substr(0, name.find_last_not_of(" \t") + 1);
}

/// A line without a colon in its first bytes has no name that a client asks for.
constexpr std::size_t longest_name = 1024;

/// "Name <mailbox@host>"; the name for a group, an empty text for the end of one.
protocol::DecodedText address_text(const Address& address, protocol::Charsets& charsets) {
  if (!address.mailbox) return {};
  if (!address.host) return protocol::decoded_words(*address.mailbox, charsets);
  protocol::DecodedText text = protocol::decoded_words(address.name.value_or(""), charsets);
  const std::string bare = " <" + *address.mailbox + (address.host->empty() ? "" : "@" + *address.host) + ">";
  text.utf8 += bare;
  if (text.octets) *text.octets += bare;
  return text;
}

/// Calls visit(text) for each text of the fields `name` until it yields true; true when it did.
template <class Visit>
bool visit_texts(std::string_view header, std::string_view name, FieldText what, Visit&& visit) {
  FieldReader fields(header);
  protocol::Charsets charsets;
  while (const auto field = fields.next()) {
    if (!ascii_iequal(field->name, name)) continue;
    if (visit(protocol::header_text(field->value, charsets))) return true;
    Addresses addresses;
    if (what == FieldText::addresses)
      read_addresses(protocol::unfolded(field->value), ParserLimits().addresses, addresses);
    for (const Address& address : addresses)
      if (visit(address_text(address, charsets))) return true;
  }
  return false;
}

}  // namespace

std::optional<Field> FieldReader::next() {
  std::string_view line = first_line(rest_);
  if (is_blank(line)) return std::nullopt;
  std::size_t size = line.size();
  const std::string_view head = line;
  for (line = first_line(rest_.substr(size)); is_fold(line); line = first_line(rest_.substr(size)))
    size += line.size();
  Field field{.name = name_of(head), .value = {}, .whole = rest_.substr(0, size)};
  rest_.remove_prefix(size);
  if (head.contains(':')) field.value = without_line_end(field.whole.substr(head.find(':') + 1));
  return field;
}

FieldFilter::FieldFilter(std::span<const std::string_view> names, Pick pick, std::size_t most, NoRoom no_room)
    : pick_(pick), most_(most), no_room_(no_room) {
  for (const std::string_view name : names) {
    longest_ = std::max(longest_, name.size());
    names_.push_back(to_ascii_lower(name));
  }
  std::ranges::sort(names_);
}

bool FieldFilter::is_wanted(std::string_view name) const {
  const bool named = name.size() <= longest_ && std::ranges::binary_search(names_, to_ascii_lower(name));
  return named == (pick_ == Pick::named);
}

void FieldFilter::feed(std::string_view bytes) {
  while (!bytes.empty() && !ended_) {
    const std::string_view piece = first_line(bytes);
    take(piece);
    bytes.remove_prefix(piece.size());
  }
}

void FieldFilter::take(std::string_view piece) {
  if (in_line_) {
    keep(piece);
  } else {
    head_.append(piece);
    if (piece.contains(':') || piece.ends_with('\n') || head_.size() > longest_name) begin_line();
  }
  if (piece.ends_with('\n')) in_line_ = false;
}

void FieldFilter::begin_line() {
  ended_ = is_blank(head_);
  if (ended_) return;
  if (first_ || !is_fold(head_)) {
    wanted_ = is_wanted(name_of(head_));
    field_ = picked_.size();
  }
  first_ = false;
  in_line_ = true;
  keep(head_);
  head_.clear();
}

void FieldFilter::keep(std::string_view piece) {
  if (!wanted_) return;
  const std::size_t room = most_ - picked_.size();
  wanted_ = piece.size() <= room;
  if (wanted_ || no_room_ == NoRoom::cut) {
    picked_.append(piece.substr(0, room));
  } else {
    picked_.resize(field_);
  }
}

std::string FieldFilter::finish() && {
  if (!head_.empty() && !ended_) begin_line();
  if (!picked_.empty() && !picked_.ends_with('\n')) picked_.append("\r\n");  // a header without an end
  return std::move(picked_.append("\r\n"));
}

std::string header_fields(std::string_view header, std::span<const std::string_view> names, Pick pick) {
  FieldFilter filter(names, pick, header.size());
  filter.feed(header);
  return std::move(filter).finish();
}

bool is_common_field(std::string_view name) { return has(common_names, name); }

bool common_fields_cover(const StoredStructure& message, std::span<const std::string_view> names) {
  return message.common_fields_complete() && std::ranges::all_of(names, is_common_field);
}

bool field_contains(std::string_view header, std::string_view name, FieldText what,
                    const protocol::Needle& needle) {
  return visit_texts(header, name, what, [&](const protocol::DecodedText& text) {
    return protocol::contains_casefolded(text.utf8, needle) ||
           (text.octets && protocol::contains_casefolded(*text.octets, needle));
  });
}

std::vector<protocol::DecodedText> field_texts(std::string_view header, std::string_view name, FieldText what) {
  std::vector<protocol::DecodedText> out;
  visit_texts(header, name, what, [&](protocol::DecodedText text) {
    out.push_back(std::move(text));
    return false;
  });
  return out;
}

}  // namespace postbag::mime
