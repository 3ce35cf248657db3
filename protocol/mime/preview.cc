#include "protocol/mime/preview.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "protocol/mime/parser.h"
#include "protocol/mime/transfer_decoder.h"
#include "protocol/text/charset.h"
#include "protocol/text/plain.h"

namespace postbag::mime {

namespace {

constexpr std::size_t most_characters = 200;  // RFC 8970 section 3.3

bool is_attachment(const Part& part) { return part.disposition && part.disposition->type == "attachment"; }

bool is_readable(const Part& part) {
  return part.kind == Kind::text && !is_attachment(part) &&
         (part.type.subtype == "plain" || part.type.subtype == "html" || part.type.subtype == "enriched");
}

/// Which parts lie in a message within the message.
std::vector<bool> inner_parts(const Structure& message) {
  std::vector<bool> inner(message.parts.size(), false);
  for (std::size_t i = 1; i < inner.size(); ++i) {
    const std::size_t parent = message.parts[i].parent;
    inner[i] = inner[parent] || message.parts[parent].kind == Kind::message;
  }
  return inner;
}

/// The plain text beside `found` in the same alternative, if it has one.
std::size_t plainest(const Structure& message, std::size_t found) {
  const std::size_t parent = message.parts[found].parent;
  if (parent == Part::none || message.parts[parent].type.subtype != "alternative") return found;
  for (std::size_t i = parent + 1; i < message.parts.size(); ++i) {
    const Part& part = message.parts[i];
    if (part.parent == parent && is_readable(part) && part.type.subtype == "plain") return i;
  }
  return found;
}

std::optional<std::size_t> text_part(const Structure& message) {
  const auto inner = inner_parts(message);
  for (const bool within : {false, true})
    for (std::size_t i = 0; i < message.parts.size(); ++i)
      if (inner[i] == within && is_readable(message.parts[i])) return plainest(message, i);
  return std::nullopt;
}

std::string readable(const Part& part, std::string_view bytes) {
  const auto plain = decoded(bytes, part.encoding);
  if (!plain) return {};
  const std::string charset = parameter(part.type.parameters, "charset").value_or("");
  const std::string utf8 = protocol::to_utf8(*plain, charset);
  return part.type.subtype == "plain" ? protocol::without_quotes(utf8) : protocol::text_of_html(utf8);
}

}  // namespace

std::string preview(const Structure& message, const std::function<std::string(ByteRange)>& read) {
  const auto found = text_part(message);
  if (!found) return {};
  const Part& part = message.parts[*found];
  ByteRange range = part.body_range();
  range.size = std::min<std::uint64_t>(range.size, preview_reads);
  if (range.size == 0) return {};
  return protocol::glance(readable(part, read(range)), most_characters);
}

std::string preview_of_beginning(std::string_view bytes) {
  return preview(parse(bytes),
                 [bytes](ByteRange range) { return std::string(bytes.substr(range.offset, range.size)); });
}

}  // namespace postbag::mime
