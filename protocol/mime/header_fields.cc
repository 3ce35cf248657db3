#include "protocol/mime/header_fields.h"

#include <algorithm>
#include <vector>

#include "core/ascii.h"
#include "protocol/text/encoded_word.h"

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

bool has(std::span<const std::string_view> names, std::string_view name) {
  return std::ranges::any_of(names, [&](std::string_view n) { return ascii_iequal(n, name); });
}

/// Names to look for in many fields: a client may ask for thousands, and a header have as many.
class NameSet {
 public:
  explicit NameSet(std::span<const std::string_view> names) {
    for (const std::string_view name : names) {
      longest_ = std::max(longest_, name.size());
      names_.push_back(to_ascii_lower(name));
    }
    std::ranges::sort(names_);
  }
  bool has(std::string_view name) const {
    return name.size() <= longest_ && std::ranges::binary_search(names_, to_ascii_lower(name));
  }

 private:
  std::vector<std::string> names_;
  std::size_t longest_ = 0;
};

}  // namespace

std::optional<Field> FieldReader::next() {
  std::string_view line = first_line(rest_);
  if (without_line_end(line).empty()) return std::nullopt;
  std::size_t size = line.size();
  const std::string_view head = line;
  for (line = first_line(rest_.substr(size)); line.starts_with(' ') || line.starts_with('\t');
       line = first_line(rest_.substr(size)))
    size += line.size();
  Field field{.name = {}, .value = {}, .whole = rest_.substr(0, size)};
  rest_.remove_prefix(size);
  const auto colon = head.find(':');
  if (colon == std::string_view::npos) return field;
  field.name = head.substr(0, colon);
  field.name = field.name.substr(0, field.name.find_last_not_of(" \t") + 1);  // obsolete: RFC 5322 section 4.5
  field.value = without_line_end(field.whole.substr(colon + 1));
  return field;
}

std::string header_fields(std::string_view header, std::span<const std::string_view> names, Pick pick) {
  const NameSet wanted(names);
  std::string out;
  FieldReader fields(header);
  while (const auto field = fields.next()) {
    if (wanted.has(field->name) != (pick == Pick::named)) continue;
    out.append(field->whole);
    if (!out.ends_with('\n')) out.append("\r\n");  // a header without an end
  }
  return out.append("\r\n");
}

bool is_common_field(std::string_view name) { return has(common_names, name); }

bool common_fields_cover(const StoredStructure& message, std::span<const std::string_view> names) {
  return message.common_fields_complete() && std::ranges::all_of(names, is_common_field);
}

std::vector<protocol::DecodedText> field_texts(std::string_view header, std::string_view name) {
  std::vector<protocol::DecodedText> out;
  FieldReader fields(header);
  protocol::Charsets charsets;
  while (const auto field = fields.next())
    if (ascii_iequal(field->name, name)) out.push_back(protocol::header_text(field->value, charsets));
  return out;
}

bool field_contains(std::string_view header, std::string_view name, const protocol::Needle& needle) {
  FieldReader fields(header);
  protocol::Charsets charsets;
  while (const auto field = fields.next()) {
    if (!ascii_iequal(field->name, name)) continue;
    if (needle.empty()) return true;
    const protocol::DecodedText text = protocol::header_text(field->value, charsets);
    if (protocol::contains_casefolded(text.utf8, needle)) return true;
    if (text.octets && protocol::contains_casefolded(*text.octets, needle)) return true;
  }
  return false;
}

}  // namespace postbag::mime
