#include "protocol/text/charset/charset.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <string>
#include <utility>

#include <iconv.h>

#include "protocol/text/charset/charset_names.h"

namespace postbag::protocol {

namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";     // U+FFFD
const iconv_t no_converter = reinterpret_cast<iconv_t>(-1);  // NOLINT: iconv's own error value

bool passes_as_it_is(std::string_view charset) {
  const auto names = names_for_iconv(charset);
  return !names.empty() && (names.front() == "utf-8" || names.front() == "us-ascii");
}

iconv_t open_converter(std::string_view charset) {
  for (const std::string& name : names_for_iconv(charset)) {
    const iconv_t descriptor = iconv_open("UTF-8", name.c_str());
    if (descriptor != no_converter) return descriptor;
  }
  return no_converter;
}

}  // namespace

/// Owns an iconv descriptor and the bytes of an incomplete character.
struct CharsetDecoder::Converter {
  explicit Converter(iconv_t descriptor) : iconv(descriptor) {}
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;
  ~Converter() { iconv_close(iconv); }

  /// Converts as much of `in` as possible; yields the rest: the beginning of a character, or nothing.
  std::string_view convert(std::string_view in, std::string& out) {
    while (!in.empty() && step(in, out)) {
    }
    return in;
  }

  /// Writes what iconv holds back: some charsets (windows-1258, TCVN) join a letter with the mark after it.
  void flush(std::string& out) const {
    std::array<char, 64> buffer;  // NOLINT: iconv fills it
    char* to = buffer.data();
    std::size_t left = buffer.size();
    ::iconv(iconv, nullptr, nullptr, &to, &left);
    out.append(buffer.data(), buffer.size() - left);
  }

  /// One call of iconv. False when the rest of `in` is the beginning of a character.
  bool step(std::string_view& in, std::string& out) {
    std::array<char, 4096> buffer;              // NOLINT: iconv fills it
    char* from = const_cast<char*>(in.data());  // NOLINT: iconv does not write there
    char* to = buffer.data();
    std::size_t from_left = in.size();
    std::size_t to_left = buffer.size();
    const bool failed = ::iconv(iconv, &from, &from_left, &to, &to_left) == static_cast<std::size_t>(-1);
    const int error = failed ? errno : 0;
    out.append(buffer.data(), buffer.size() - to_left);
    in.remove_prefix(in.size() - from_left);
    if (error == EILSEQ && !in.empty()) {
      replace(out);
      in.remove_prefix(1);
    }
    return error != EINVAL;
  }

  void replace(std::string& out) {
    out.append(replacement);
    lost_some = true;
  }

  iconv_t iconv;
  std::string held;
  bool lost_some = false;
};

bool is_known_charset(std::string_view charset) {
  if (passes_as_it_is(charset)) return true;
  const iconv_t descriptor = open_converter(charset);
  if (descriptor == no_converter) return false;
  iconv_close(descriptor);
  return true;
}

CharsetDecoder::CharsetDecoder(std::string_view charset) {
  if (charset.empty() || passes_as_it_is(charset)) return;
  const iconv_t descriptor = open_converter(charset);
  if (descriptor != no_converter) converter_ = std::make_unique<Converter>(descriptor);
}

CharsetDecoder::CharsetDecoder(CharsetDecoder&&) noexcept = default;
CharsetDecoder& CharsetDecoder::operator=(CharsetDecoder&&) noexcept = default;
CharsetDecoder::~CharsetDecoder() = default;

void CharsetDecoder::feed(std::string_view in, std::string& out) {
  if (!converter_) {
    out.append(in);
    return;
  }
  std::string& held = converter_->held;
  // No charset has characters of 32 bytes, including shifts; this also limits what is held.
  while (!held.empty() && !in.empty()) {
    held.push_back(in.front());
    in.remove_prefix(1);
    const std::string_view rest = converter_->convert(held, out);
    if (rest.size() >= 32) converter_->replace(out);
    held = rest.size() >= 32 ? std::string() : std::string(rest);
  }
  if (!in.empty()) held = std::string(converter_->convert(in, out));
}

void CharsetDecoder::finish(std::string& out) {
  if (!converter_) return;
  converter_->flush(out);
  if (!std::exchange(converter_->held, {}).empty()) converter_->replace(out);
}

bool CharsetDecoder::lost_some() const { return converter_ && converter_->lost_some; }

namespace {

Converted converted(CharsetDecoder decoder, std::string_view bytes, std::string_view charset) {
  if (decoder.passes()) return {.utf8 = std::string(bytes), .whole = charset.empty() || passes_as_it_is(charset)};
  Converted out;
  decoder.feed(bytes, out.utf8);
  decoder.finish(out.utf8);
  out.whole = !decoder.lost_some();
  return out;
}

}  // namespace

/// The one that is stored only keeps the charset loaded. It converts nothing, because glibc's UTF-16 remembers the
/// byte order of the last text. The plain name bounds their number: names may differ in any punctuation.
CharsetDecoder Charsets::decoder(std::string_view charset) {
  CharsetDecoder decoder(charset);
  if (!decoder.passes()) loaded_.try_emplace(names_for_iconv(charset).back(), charset);
  return decoder;
}

Converted Charsets::convert(std::string_view bytes, std::string_view charset) {
  return converted(decoder(charset), bytes, charset);
}

std::string to_utf8(std::string_view bytes, std::string_view charset) {
  return converted(CharsetDecoder(charset), bytes, charset).utf8;
}

}  // namespace postbag::protocol
