#include "protocol/mime/text/transfer_decoder.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "core/ascii.h"
#include "protocol/text/digits.h"

namespace postbag::mime {

namespace {

using protocol::hex_digit;

/// White space that may end its line is held back up to this; more of it is text. RFC 2045 allows 76 a line.
constexpr std::size_t most_held = 1000;

bool is_blank(char c) { return c == ' ' || c == '\t'; }

}  // namespace

Encoding encoding_named(std::string_view name) {
  static constexpr struct {
    std::string_view name;
    Encoding encoding;
  } known[] = {{"", Encoding::seven_bit},     {"7bit", Encoding::seven_bit},
               {"8bit", Encoding::eight_bit}, {"binary", Encoding::binary},
               {"base64", Encoding::base64},  {"quoted-printable", Encoding::quoted_printable}};
  for (const auto& k : known)
    if (ascii_iequal(k.name, name)) return k.encoding;
  return Encoding::unknown;
}

Result<TransferDecoder> TransferDecoder::make(Encoding encoding) {
  if (encoding == Encoding::unknown) return std::unexpected(Error::unknown_encoding);
  return TransferDecoder(encoding);
}

void TransferDecoder::feed(std::string_view in, std::string& out) {
  switch (encoding_) {
    case Encoding::base64: return base64(in, out);
    case Encoding::quoted_printable: return quoted_printable(in, out);
    default: out.append(in);
  }
}

void TransferDecoder::finish(std::string& out) {
  bits_ = 0;
  bit_count_ = 0;
  // White space at the end is removed. An incomplete escape is kept, except a lone "=", which is a soft break
  // without its line end.
  if (held_.size() > 1 && held_[0] == '=' && hex_digit(held_[1]) >= 0) out.append(held_);
  held_.clear();
}

void TransferDecoder::base64(std::string_view in, std::string& out) {
  for (const char c : in) {
    if (c == '=') bit_count_ = 0;  // the bits left of an incomplete unit are padding
    const int digit = protocol::base64_digit(c);
    if (digit < 0) continue;
    bits_ = bits_ << 6 | static_cast<std::uint32_t>(digit);
    bit_count_ += 6;
    if (bit_count_ < 8) continue;
    bit_count_ -= 8;
    out.push_back(static_cast<char>(bits_ >> bit_count_ & 0xffU));
  }
}

void TransferDecoder::quoted_printable(std::string_view in, std::string& out) {
  while (!in.empty()) {
    if (held_.empty()) {
      const auto plain = std::min(in.find_first_of("= \t"), in.size());
      out.append(in.substr(0, plain));
      in.remove_prefix(plain);
      if (in.empty()) return;
    }
    quoted_printable_byte(in.front(), out);
    in.remove_prefix(1);
  }
}

/// `held_` is empty, or begins with white space or '=' and may still become an escape, a soft line break or white
/// space at a line's end.
void TransferDecoder::quoted_printable_byte(char c, std::string& out) {
  held_.push_back(c);
  const bool escape = held_[0] == '=';
  if (held_.size() == 1 && (escape || is_blank(c))) return;
  const bool digits = escape && hex_digit(held_[1]) >= 0;  // "=4": no longer a soft line break
  if (c == '\n' && !digits) {
    // "=" white space line end is a soft break; otherwise the white space is removed and the line end kept.
    const bool cr = held_.size() > 1 && held_[held_.size() - 2] == '\r';
    if (!escape) out.append(cr ? "\r\n" : "\n");
    return held_.clear();
  }
  const bool after_cr = held_.size() > 1 && held_[held_.size() - 2] == '\r';
  // CR CR LF is a line end too, from programs that put a CR before each LF.
  const bool may_end = !after_cr || (escape && c == '\r');
  if (may_end && !digits && (is_blank(c) || c == '\r') && held_.size() < most_held) return;
  if (digits && held_.size() == 2) return;
  if (digits && held_.size() == 3 && hex_digit(c) >= 0) {
    out.push_back(static_cast<char>(hex_digit(held_[1]) * 16 + hex_digit(c)));
    return held_.clear();
  }
  // Neither an escape nor a line end: the bytes are text; the last one may begin something.
  held_.pop_back();
  out.append(held_);
  held_.clear();
  if (c == '=' || is_blank(c))
    held_.push_back(c);
  else
    out.push_back(c);
}

Result<std::string> decoded(std::string_view body, Encoding encoding) {
  auto decoder = TransferDecoder::make(encoding);
  if (!decoder) return std::unexpected(decoder.error());
  std::string out;
  decoder->feed(body, out);
  decoder->finish(out);
  return out;
}

}  // namespace postbag::mime
