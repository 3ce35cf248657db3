#include "protocol/mime/header/content_fields.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "core/ascii.h"
#include "core/number_in.h"
#include "protocol/text/charset/charset.h"
#include "protocol/text/charset/encoded_word.h"
#include "protocol/text/digits.h"
#include "protocol/text/header_lexer.h"

namespace postbag::mime {

namespace {

using protocol::HeaderLexer;

constexpr std::size_t most_continuations = 64;

/// token: RFC 2045 section 5.1.
bool is_token_char(char c) {
  const auto u = static_cast<unsigned char>(c);
  return u > 0x20 && u < 0x7f && std::string_view("()<>@,;:\\\"/[]?=").find(c) == std::string_view::npos;
}

std::string take_token(HeaderLexer& in) {
  std::string token;
  for (; is_token_char(in.peek()); in.skip()) token.push_back(ascii_lower(in.peek()));
  return token;
}

/// A value in quotes, or everything up to white space or the end of the parameter: unquoted "a/b=c" is common.
std::string take_value(HeaderLexer& in) {
  if (in.peek() == '"') return in.take_quoted();
  return std::string(in.take_until(" \t\r\n;(\""));
}

Parameters take_parameters(HeaderLexer& in, std::size_t most) {
  Parameters parameters;
  while (!in.at_end() && parameters.size() < most) {
    in.skip_to(";");
    in.take(';');
    in.skip_space();
    std::string name = take_token(in);
    in.skip_space();
    if (name.empty() || !in.take('=')) continue;
    in.skip_space();
    parameters.push_back({.name = std::move(name), .value = take_value(in)});
  }
  return parameters;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? protocol::hex_digit(text[i + 1]) : -1;
    const int low = high >= 0 ? protocol::hex_digit(text[i + 2]) : -1;
    out.push_back(low >= 0 ? static_cast<char>(high * 16 + low) : text[i]);
    if (low >= 0) i += 2;
  }
  return out;
}

/// One piece of a value: "name*", "name*3" or "name*3*". RFC 2231 sections 3 and 4.
struct Piece {
  std::size_t index = 0;
  bool encoded = false;
};

/// The meaning of `suffix`, the text after the plain name; nothing when it is not in RFC 2231's form.
std::optional<Piece> piece_of(std::string_view suffix) {
  Piece piece;
  if (!suffix.starts_with('*')) return std::nullopt;
  suffix.remove_prefix(1);
  piece.encoded = suffix.empty() || suffix.ends_with('*');
  if (suffix.empty()) return piece;
  if (piece.encoded) suffix.remove_suffix(1);
  const auto index = number_in(suffix, most_continuations - 1);
  if (!index) return std::nullopt;
  piece.index = *index;
  return piece;
}

/// Joins the pieces of one parameter.
class Joiner {
 public:
  void add(const Piece& piece, std::string_view value) {
    if (!pieces_[piece.index].present) pieces_[piece.index] = {true, piece.encoded, value};
  }

  /// The value, up to the first piece that is missing. Nothing without a first piece.
  std::optional<std::string> joined() const {
    if (!pieces_[0].present) return std::nullopt;
    std::string_view charset;
    std::string bytes;
    for (std::size_t i = 0; i < pieces_.size() && pieces_[i].present; ++i) {
      std::string_view value = pieces_[i].value;
      if (i == 0 && pieces_[i].encoded) charset = take_charset(value);
      bytes += pieces_[i].encoded ? percent_decoded(value) : std::string(value);
    }
    return protocol::to_utf8(bytes, charset);
  }

 private:
  /// Takes charset'language' off the front.
  static std::string_view take_charset(std::string_view& value) {
    const auto first = value.find('\'');
    const auto second = first == std::string_view::npos ? first : value.find('\'', first + 1);
    if (second == std::string_view::npos) return {};
    const std::string_view charset = value.substr(0, first);
    value.remove_prefix(second + 1);
    return charset;
  }

  struct Slot {
    bool present = false;
    bool encoded = false;
    std::string_view value;
  };
  std::array<Slot, most_continuations> pieces_;
};

}  // namespace

std::optional<ContentType> read_content_type(std::string_view value, std::size_t most_parameters) {
  HeaderLexer in(value);
  in.skip_space();
  ContentType type;
  type.type = take_token(in);
  in.skip_space();
  if (type.type.empty() || !in.take('/')) return std::nullopt;
  in.skip_space();
  type.subtype = take_token(in);
  if (type.subtype.empty()) return std::nullopt;
  type.parameters = take_parameters(in, most_parameters);
  return type;
}

std::optional<Disposition> read_disposition(std::string_view value, std::size_t most_parameters) {
  HeaderLexer in(value);
  in.skip_space();
  Disposition disposition{.type = take_token(in), .parameters = {}};
  if (disposition.type.empty()) return std::nullopt;
  disposition.parameters = take_parameters(in, most_parameters);
  return disposition;
}

std::vector<std::string> read_languages(std::string_view value, std::size_t most) {
  std::vector<std::string> languages;
  HeaderLexer in(value);
  while (!in.at_end() && languages.size() < most) {
    in.skip_space();
    std::string tag = take_token(in);
    if (!tag.empty()) languages.push_back(std::move(tag));
    in.skip_to(",");
    in.take(',');
  }
  return languages;
}

std::string read_token(std::string_view value) {
  HeaderLexer in(value);
  in.skip_space();
  return take_token(in);
}

std::optional<std::string> parameter(const Parameters& parameters, std::string_view name) {
  Joiner joiner;
  for (const Parameter& p : parameters) {
    if (p.name == name) return protocol::decoded_words(p.value).utf8;
    if (!p.name.starts_with(name)) continue;
    if (const auto piece = piece_of(std::string_view(p.name).substr(name.size()))) joiner.add(*piece, p.value);
  }
  return joiner.joined();
}

}  // namespace postbag::mime
