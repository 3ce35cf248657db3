// BINARY[section] and BINARY.SIZE[section]: a part without its transfer encoding. RFC 3516.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "commands/fetch/fetch_answer.h"
#include "commands/fetch/items/rows.h"
#include "commands/fetch/items/section.h"
#include "protocol/mime/section.h"

namespace postbag {

namespace {

void read(protocol::grammar::FetchAtt att, FetchItem& item) {
  set_section(item, protocol::section_value(*att.section_binary()), att);
}

std::uint64_t decoded_size(const StoredMessage& message, mime::ByteRange encoded, mime::TransferDecoder decoder) {
  std::uint64_t size = 0;
  std::string decoded;
  message.each_piece(encoded, [&](std::string_view bytes) {
    decoder.feed(bytes, decoded);
    size += std::exchange(decoded, {}).size();
  });
  decoder.finish(decoded);
  return size + decoded.size();
}

void write_size(FetchAnswer& a) {
  const auto body = mime::binary_section(a.message.structure(), a.item.section.part);
  if (!body) {
    a.out.number(0);
    return;
  }
  const auto decoder = mime::TransferDecoder::make(body->encoding);
  a.unknown_encoding = !decoder;
  if (decoder) a.out.number(decoded_size(a.message, body->range, *decoder));
}

/// Decodes twice: once to know how long the result is, and once, in pieces, to send it.
void write(FetchAnswer& a) {
  const auto body = mime::binary_section(a.message.structure(), a.item.section.part);
  if (!body) {
    a.out.nil();
    return;
  }
  const auto decoder = mime::TransferDecoder::make(body->encoding);
  a.unknown_encoding = !decoder;
  if (!decoder) return;
  const mime::ByteRange wanted = cut({0, decoded_size(a.message, body->range, *decoder)}, a.item.partial);
  a.out.literal8_header(wanted.size);
  a.literal.emplace(body->range, *decoder, wanted);
}

constexpr FetchNeeds needs = FetchNeeds::structure;

}  // namespace

const FetchRow binary_row{.label = "BINARY", .needs = needs, .sets_seen = true, .read = read, .write = write};

const FetchRow binary_peek_row{.label = "BINARY", .needs = needs, .read = read, .write = write};

const FetchRow binary_size_row{.label = "BINARY.SIZE", .needs = needs, .read = read, .write = write_size};

}  // namespace postbag
