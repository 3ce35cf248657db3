#include "protocol/text/charset/encoded_word.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "core/ascii.h"
#include "protocol/text/digits.h"

namespace postbag::protocol {

namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/// The "Q" encoding. RFC 2047 section 4.2.
std::string decode_q(std::string_view in) {
  std::string out;
  for (std::size_t i = 0; i < in.size(); ++i) {
    const int high = in[i] == '=' && i + 2 < in.size() ? hex_digit(in[i + 1]) : -1;
    const int low = high >= 0 ? hex_digit(in[i + 2]) : -1;
    if (low >= 0) {
      out.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    } else {
      out.push_back(in[i] == '_' ? ' ' : in[i]);
    }
  }
  return out;
}

/// The "B" encoding. RFC 2047 section 4.1.
std::string decode_b(std::string_view in) {
  std::string out;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : in) {
    const int digit = base64_digit(c);
    if (digit < 0) continue;
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out.push_back(static_cast<char>(bits >> count & 0xffU));
  }
  return out;
}

/// The fields of an encoded word; `rest` is the text after it.
struct Word {
  std::string_view charset;
  std::string bytes;
  std::string_view rest;
};

/// The encoded word that `text` begins with: "=?" charset ["*" language] "?" encoding "?" text "?=".
std::optional<Word> take_word(std::string_view text) {
  if (!text.starts_with("=?")) return std::nullopt;
  const auto charset_end = text.find('?', 2);
  if (charset_end == std::string_view::npos || charset_end == 2) return std::nullopt;
  if (charset_end + 2 >= text.size() || text[charset_end + 2] != '?') return std::nullopt;
  const auto begin = charset_end + 3;
  const auto end = text.find('?', begin);
  if (end == std::string_view::npos || end + 1 >= text.size() || text[end + 1] != '=') return std::nullopt;
  const char encoding = ascii_lower(text[charset_end + 1]);
  if (encoding != 'q' && encoding != 'b') return std::nullopt;
  const std::string_view charset = text.substr(2, charset_end - 2);
  const std::string_view coded = text.substr(begin, end - begin);
  return Word{.charset = charset.substr(0, charset.find('*')),  // RFC 2231 section 5
              .bytes = encoding == 'q' ? decode_q(coded) : decode_b(coded),
              .rest = text.substr(end + 2)};
}

/// The length of the white space that `text` begins with.
std::size_t leading_space(std::string_view text) {
  std::size_t n = 0;
  while (n < text.size() && is_space(text[n])) ++n;
  return n;
}

/// A run of encoded words in one charset: decoded together, because some programs divide characters between words
/// against the rules. convert(bytes, charset) yields the text.
template <class Convert>
class Run {
 public:
  explicit Run(Convert& convert) : convert_(convert) {}

  void add(const Word& word, std::string& out) {
    if (!ascii_iequal(word.charset, charset_)) flush(out);
    charset_ = word.charset;
    bytes_ += word.bytes;
  }
  void flush(std::string& out) {
    if (!bytes_.empty()) out += convert_(bytes_, charset_);
    bytes_.clear();
  }

 private:
  Convert& convert_;
  std::string_view charset_;
  std::string bytes_;
};

template <class Convert>
std::string replace_words(std::string_view text, Convert&& convert) {
  std::string out;
  Run run(convert);
  while (!text.empty()) {
    const auto start = std::min(text.find("=?"), text.size());
    out.append(text.substr(0, start));
    text.remove_prefix(start);
    std::optional<Word> word = take_word(text);
    if (!word) {
      out.append(text.substr(0, 2));
      text.remove_prefix(std::min<std::size_t>(2, text.size()));
      continue;
    }
    // White space between two encoded words is removed. RFC 2047 section 6.2.
    while (word) {
      run.add(*word, out);
      text = word->rest;
      const auto space = leading_space(text);
      word = take_word(text.substr(space));
    }
    run.flush(out);
  }
  return out;
}

std::string without_line_ends(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (c == '\n' && out.ends_with('\r')) out.pop_back();
    if (c != '\n') out.push_back(c);
  }
  return out;
}

}  // namespace

std::string unfolded(std::string_view value) {
  std::string out;
  out.reserve(value.size());
  for (const char c : value)
    if (c != '\r' && c != '\n') out.push_back(c);
  const auto last = out.find_last_not_of(" \t");
  out.erase(last == std::string::npos ? 0 : last + 1);
  out.erase(0, leading_space(out));
  return out;
}

DecodedText decoded_words(std::string_view text, Charsets& charsets) {
  DecodedText out;
  bool whole = true;
  out.utf8 = replace_words(text, [&](std::string_view bytes, std::string_view charset) {
    Converted converted = charsets.convert(bytes, charset);
    whole = whole && converted.whole;
    return std::move(converted.utf8);
  });
  if (!whole) out.octets = replace_words(text, [](std::string_view bytes, std::string_view) { return bytes; });
  return out;
}

DecodedText decoded_words(std::string_view text) {
  Charsets charsets;
  return decoded_words(text, charsets);
}

DecodedText header_text(std::string_view raw_value, Charsets& charsets) {
  std::string text = without_line_ends(raw_value);
  if (!text.contains("=?")) return {.utf8 = std::move(text), .octets = {}};
  return decoded_words(text, charsets);
}

}  // namespace postbag::protocol
