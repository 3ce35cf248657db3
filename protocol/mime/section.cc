#include "protocol/mime/section.h"

#include <cstddef>
#include <vector>

namespace postbag::mime {

namespace {

using Parts = std::vector<StoredStructure::Entry>;

/// A position in the tree: a part, and whether its number meant its body (the "1" of a message that is not
/// multipart).
struct Place {
  std::size_t part = 0;
  bool numbered = false;
};

/// The `n`-th child of `parent`, from 1.
std::optional<std::size_t> child(const Parts& parts, std::size_t parent, std::uint32_t n) {
  for (std::size_t i = parent + 1; i < parts.size(); ++i)
    if (parts[i].parent == parent && --n == 0) return i;
  return std::nullopt;
}

/// The message whose HEADER and TEXT a position has: the whole one, or an embedded one.
std::optional<std::size_t> message_at(const Parts& parts, const Place& place) {
  if (!place.numbered) return place.part;
  if (parts[place.part].kind != Kind::message || place.part + 1 >= parts.size()) return std::nullopt;
  return place.part + 1;
}

/// Follows one part number. RFC 9051 section 6.4.5.1: numbers count the parts of a multipart; the numbers below an
/// embedded message are those of the message; a message that is not multipart has one part, 1.
std::optional<Place> step(const Parts& parts, Place place, std::uint32_t number) {
  if (place.numbered) {
    if (const auto embedded = message_at(parts, place)) place = {.part = *embedded, .numbered = false};
  }
  if (parts[place.part].kind == Kind::multipart) {
    const auto part = child(parts, place.part, number);
    if (!part) return std::nullopt;
    return Place{.part = *part, .numbered = true};
  }
  if (place.numbered || number != 1) return std::nullopt;
  return Place{.part = place.part, .numbered = true};
}

std::optional<Place> find(const Parts& parts, std::span<const std::uint32_t> numbers) {
  std::optional<Place> place = Place{};
  for (const std::uint32_t number : numbers) {
    if (number == 0) return std::nullopt;
    place = step(parts, *place, number);
    if (!place) return std::nullopt;
  }
  return place;
}

}  // namespace

std::optional<ByteRange> section(const StoredStructure& message, std::span<const std::uint32_t> numbers,
                                 SectionText text) {
  const Parts parts = message.parts();
  const auto place = find(parts, numbers);
  if (!place) return std::nullopt;
  const auto& part = parts[place->part];
  if (text == SectionText::all) return place->numbered ? part.body : ByteRange{0, message.size()};
  if (text == SectionText::mime) return place->numbered ? std::optional(part.header) : std::nullopt;
  const auto owner = message_at(parts, *place);
  if (!owner) return std::nullopt;
  return text == SectionText::header ? parts[*owner].header : parts[*owner].body;
}

std::optional<EncodedBody> binary_section(const StoredStructure& message, std::span<const std::uint32_t> numbers) {
  const Parts parts = message.parts();
  const auto place = find(parts, numbers);
  if (!place) return std::nullopt;
  if (!place->numbered) return EncodedBody{.range = {0, message.size()}, .encoding = Encoding::binary};
  const auto& part = parts[place->part];
  const bool leaf = part.kind != Kind::multipart && part.kind != Kind::message;
  return EncodedBody{.range = part.body, .encoding = leaf ? part.encoding : Encoding::binary};
}

}  // namespace postbag::mime
