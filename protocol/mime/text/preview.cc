#include "protocol/mime/text/preview.h"

#include <algorithm>
#include <vector>

#include "protocol/mime/parser.h"
#include "protocol/mime/text/transfer_decoder.h"
#include "protocol/text/charset/charset.h"
#include "protocol/text/excerpt.h"

namespace postbag::mime {

namespace {

constexpr std::size_t most_characters = 200;  // RFC 8970 section 3.3
/// Texts that are tried, as some may be blank.
constexpr std::size_t most_texts = 8;

bool is_empty(const Part& part) { return part.body_range().size == 0; }
bool is_attachment(const Part& part) { return part.disposition && part.disposition->type == "attachment"; }

bool is_readable(const Part& part) {
  return part.kind == Kind::text && !is_attachment(part) &&
         (part.type.subtype == "plain" || part.type.subtype == "html" || part.type.subtype == "enriched");
}

/// True for each part that lies in an embedded message.
std::vector<bool> inner_parts(const Structure& message) {
  std::vector<bool> inner(message.parts.size(), false);
  for (std::size_t i = 1; i < inner.size(); ++i) {
    const std::size_t parent = message.parts[i].parent;
    inner[i] = inner[parent] || message.parts[parent].kind == Kind::message;
  }
  return inner;
}

/// The plain text beside `found` in the same alternative; `found` when there is none.
std::size_t plainest(const Structure& message, std::size_t found) {
  const std::size_t parent = message.parts[found].parent;
  if (parent == Part::none || message.parts[parent].type.subtype != "alternative") return found;
  for (std::size_t i = parent + 1; i < message.parts.size(); ++i) {
    const Part& part = message.parts[i];
    if (part.parent == parent && is_readable(part) && part.type.subtype == "plain") return i;
  }
  return found;
}

/// The texts that may be shown, the best first. The plain text of an alternative precedes the others, which are
/// kept because newsletters leave it blank.
std::vector<std::size_t> text_parts(const Structure& message) {
  const auto inner = inner_parts(message);
  std::vector<std::size_t> out;
  const auto add = [&](std::size_t part) {
    const bool known = std::ranges::find(out, part) != out.end();
    if (!known && out.size() < most_texts && !is_empty(message.parts[part])) out.push_back(part);
  };
  for (const bool within : {false, true})
    for (std::size_t i = 0; i < message.parts.size() && out.size() < most_texts; ++i) {
      // Empty texts are skipped first: looking for the plainest beside each of many would take long.
      if (inner[i] != within || !is_readable(message.parts[i]) || is_empty(message.parts[i])) continue;
      add(plainest(message, i));
      add(i);
    }
  return out;
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
  std::string text;
  std::uint64_t left = preview_reads;
  for (const std::size_t index : text_parts(message)) {
    const Part& part = message.parts[index];
    ByteRange range = part.body_range();
    range.size = std::min(range.size, left);
    if (range.size == 0) break;
    text = protocol::excerpt(readable(part, read(range)), most_characters);
    if (!text.empty()) break;
    left -= range.size;
  }
  return text;
}

std::string preview_of_beginning(std::string_view bytes) {
  return preview(parse(bytes),
                 [bytes](ByteRange range) { return std::string(bytes.substr(range.offset, range.size)); });
}

}  // namespace postbag::mime
