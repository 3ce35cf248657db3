#include "protocol/text/saslprep.h"

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include <string.h>
#include <utf8proc.h>

#include "core/utf8.h"
#include "core/wipe.h"

namespace postbag::protocol {

namespace {

struct Range {
  char32_t first, last;
};

bool is_in(std::span<const Range> ranges, char32_t point) {
  return std::ranges::any_of(ranges, [&](const Range& r) { return point >= r.first && point <= r.last; });
}

// The tables of RFC 3454, by their names there.
constexpr Range non_ascii_spaces[] = {  // C.1.2
    {0xa0, 0xa0}, {0x1680, 0x1680}, {0x2000, 0x200b}, {0x202f, 0x202f}, {0x205f, 0x205f}, {0x3000, 0x3000}};
constexpr Range mapped_to_nothing[] = {  // B.1
    {0xad, 0xad},     {0x34f, 0x34f},   {0x1806, 0x1806}, {0x180b, 0x180d},
    {0x200b, 0x200d}, {0x2060, 0x2060}, {0xfe00, 0xfe0f}, {0xfeff, 0xfeff}};
constexpr Range prohibited[] = {
    {0, 0x1f},          {0x7f, 0x9f},       {0x6dd, 0x6dd},       {0x70f, 0x70f},      // C.2
    {0x180e, 0x180e},   {0x200c, 0x200d},   {0x2028, 0x2029},     {0x2060, 0x2063},    // C.2
    {0x206a, 0x206f},   {0xfeff, 0xfeff},   {0xfff9, 0xfffc},     {0x1d173, 0x1d17a},  // C.2
    {0xe000, 0xf8ff},   {0xf0000, 0xffffd}, {0x100000, 0x10fffd},                      // C.3
    {0xfdd0, 0xfdef},                                                                  // C.4
    {0xfffd, 0xfffd},   {0x2ff0, 0x2ffb},                                              // C.6, C.7
    {0x340, 0x341},     {0x200e, 0x200f},   {0x202a, 0x202e},                          // C.8
    {0xe0001, 0xe0001}, {0xe0020, 0xe007f},                                            // C.9
};

bool is_prohibited(char32_t point) {
  return is_in(prohibited, point) || (point & 0xfffe) == 0xfffe;  // the end of each plane: C.4
}

/// RFC 4013 section 2.1; never longer than `text`. Nothing when it is not UTF-8.
std::optional<Secret> mapped(std::string_view text) {
  std::string out;
  out.reserve(text.size());  // no buffer is given back with a part of a password in it
  char32_t point = 0;
  while (take_code_point(text, point)) {
    if (is_in(mapped_to_nothing, point)) continue;
    append_utf8(out, is_in(non_ascii_spaces, point) ? U' ' : point);
  }
  Secret result(std::move(out));
  if (!text.empty()) return std::nullopt;
  return result;
}

/// Code points, or what utf8proc makes of them; overwritten when they go.
template <class Number>
class SecretNumbers {
 public:
  explicit SecretNumbers(std::size_t size) : numbers_(size) {}
  SecretNumbers(const SecretNumbers&) = delete;
  SecretNumbers& operator=(const SecretNumbers&) = delete;
  ~SecretNumbers() {
    if (!numbers_.empty()) explicit_bzero(numbers_.data(), numbers_.size() * sizeof(Number));
  }
  std::vector<Number>& get() { return numbers_; }

 private:
  std::vector<Number> numbers_;
};

/// RFC 4013 section 2.2. As utf8proc_NFKC(), which frees buffers with passwords in them.
std::optional<std::string> nfkc(std::string_view utf8) {
  constexpr auto options = static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT);
  const auto* const bytes = reinterpret_cast<const utf8proc_uint8_t*>(utf8.data());
  const auto size = static_cast<utf8proc_ssize_t>(utf8.size());
  const utf8proc_ssize_t points = utf8proc_decompose(bytes, size, nullptr, 0, options);
  if (points < 0) return std::nullopt;
  SecretNumbers<utf8proc_int32_t> buffer(static_cast<std::size_t>(points) + 1);  // it ends with a NUL
  utf8proc_int32_t* const room = buffer.get().data();
  if (utf8proc_decompose(bytes, size, room, points, options) != points) return std::nullopt;
  const utf8proc_ssize_t made = utf8proc_reencode(room, points, options);
  if (made < 0) return std::nullopt;
  return std::string(reinterpret_cast<const char*>(room), static_cast<std::size_t>(made));
}

bool is_right_to_left(char32_t point) {
  const auto bidi = utf8proc_get_property(static_cast<utf8proc_int32_t>(point))->bidi_class;
  return bidi == UTF8PROC_BIDI_CLASS_R || bidi == UTF8PROC_BIDI_CLASS_AL;
}

bool is_left_to_right(char32_t point) {
  return utf8proc_get_property(static_cast<utf8proc_int32_t>(point))->bidi_class == UTF8PROC_BIDI_CLASS_L;
}

/// RFC 3454 section 6: text from right to left begins and ends so, and has nothing of the other direction.
bool has_one_direction(const std::vector<char32_t>& points) {
  if (std::ranges::none_of(points, is_right_to_left)) return true;
  return std::ranges::none_of(points, is_left_to_right) && is_right_to_left(points.front()) &&
         is_right_to_left(points.back());
}

void take_points(std::string_view text, std::vector<char32_t>& points) {
  points.clear();  // its memory stays
  char32_t point = 0;
  while (take_code_point(text, point)) points.push_back(point);
}

}  // namespace

std::optional<std::string> saslprep(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  const auto spaces = mapped(text);
  auto out = spaces ? nfkc(spaces->text()) : std::nullopt;
  if (!out) return std::nullopt;
  SecretNumbers<char32_t> points(out->size());
  take_points(*out, points.get());
  if (!std::ranges::any_of(points.get(), is_prohibited) && has_one_direction(points.get())) return out;
  wipe(*out);
  return std::nullopt;
}

std::string prepared_password(std::string_view password) {
  return saslprep(password).value_or(std::string(password));
}

}  // namespace postbag::protocol
