#include "protocol/text/excerpt.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <span>
#include <utility>

#include <utf8proc.h>

#include "core/ascii.h"
#include "core/utf8.h"

namespace postbag::protocol {

namespace {

struct Entity {
  std::string_view name;
  char32_t code_point;
};
/// Those in the first lines of mail; others stay as written. HTML 4.01 section 24.
constexpr auto entities = std::to_array<Entity>({
    {"amp", '&'},       {"lt", '<'},        {"gt", '>'},        {"quot", '"'},     {"apos", '\''},
    {"nbsp", 0xa0},     {"iexcl", 0xa1},    {"cent", 0xa2},     {"pound", 0xa3},   {"yen", 0xa5},
    {"sect", 0xa7},     {"copy", 0xa9},     {"laquo", 0xab},    {"shy", 0xad},     {"reg", 0xae},
    {"deg", 0xb0},      {"middot", 0xb7},   {"raquo", 0xbb},    {"frac12", 0xbd},  {"iquest", 0xbf},
    {"Agrave", 0xc0},   {"Aacute", 0xc1},   {"Acirc", 0xc2},    {"Atilde", 0xc3},  {"Auml", 0xc4},
    {"Aring", 0xc5},    {"AElig", 0xc6},    {"Ccedil", 0xc7},   {"Egrave", 0xc8},  {"Eacute", 0xc9},
    {"Ecirc", 0xca},    {"Ntilde", 0xd1},   {"Oacute", 0xd3},   {"Ouml", 0xd6},    {"Oslash", 0xd8},
    {"Uuml", 0xdc},     {"szlig", 0xdf},    {"agrave", 0xe0},   {"aacute", 0xe1},  {"acirc", 0xe2},
    {"atilde", 0xe3},   {"auml", 0xe4},     {"aring", 0xe5},    {"aelig", 0xe6},   {"ccedil", 0xe7},
    {"egrave", 0xe8},   {"eacute", 0xe9},   {"ecirc", 0xea},    {"euml", 0xeb},    {"igrave", 0xec},
    {"iacute", 0xed},   {"icirc", 0xee},    {"iuml", 0xef},     {"ntilde", 0xf1},  {"ograve", 0xf2},
    {"oacute", 0xf3},   {"ocirc", 0xf4},    {"otilde", 0xf5},   {"ouml", 0xf6},    {"oslash", 0xf8},
    {"ugrave", 0xf9},   {"uacute", 0xfa},   {"ucirc", 0xfb},    {"uuml", 0xfc},    {"yacute", 0xfd},
    {"ensp", 0x2002},   {"emsp", 0x2003},   {"thinsp", 0x2009}, {"zwnj", 0x200c},  {"zwj", 0x200d},
    {"ndash", 0x2013},  {"mdash", 0x2014},  {"lsquo", 0x2018},  {"rsquo", 0x2019}, {"sbquo", 0x201a},
    {"ldquo", 0x201c},  {"rdquo", 0x201d},  {"bdquo", 0x201e},  {"bull", 0x2022},  {"hellip", 0x2026},
    {"lsaquo", 0x2039}, {"rsaquo", 0x203a}, {"euro", 0x20ac},   {"trade", 0x2122},
});
constexpr std::size_t longest_entity = 10;

/// Tags that do not separate words.
constexpr auto inline_tags =
    std::to_array<std::string_view>({"a", "abbr", "b", "big", "code", "em", "font", "i", "ins", "mark", "s",
                                     "small", "span", "strong", "sub", "sup", "tt", "u", "wbr"});
/// Elements whose content is not shown.
constexpr auto unread_elements =
    std::to_array<std::string_view>({"head", "noscript", "script", "style", "template", "title"});

bool is_one_of(std::string_view name, std::span<const std::string_view> names) {
  return std::ranges::any_of(names, [name](std::string_view one) { return ascii_iequal(name, one); });
}

std::optional<char32_t> code_point_of(std::string_view entity) {
  if (entity.starts_with('#')) {
    const bool hex = entity.size() > 1 && ascii_lower(entity[1]) == 'x';
    const std::string digits(entity.substr(hex ? 2 : 1));
    char* end = nullptr;
    const unsigned long value = std::strtoul(digits.c_str(), &end, hex ? 16 : 10);
    const bool is_number = !digits.empty() && *end == '\0';
    const bool is_character = value > 0 && value <= 0x10ffff && (value < 0xd800 || value > 0xdfff);
    return is_number && is_character ? std::optional(static_cast<char32_t>(value)) : std::nullopt;
  }
  const auto it = std::ranges::find(entities, entity, &Entity::name);
  return it == entities.end() ? std::nullopt : std::optional(it->code_point);
}

/// Reads the bytes once.
class HtmlReader {
 public:
  explicit HtmlReader(std::string_view html) : rest_(html) {}

  std::string text() {
    while (!rest_.empty()) {
      if (rest_.front() == '<') {
        take_markup();
      } else if (rest_.front() == '&') {
        take_entity();
      } else {
        take_words();
      }
    }
    return std::move(out_);
  }

 private:
  void put(std::string_view text) {
    if (unread_.empty()) out_.append(text);
  }

  void take_words() {
    const std::size_t size = std::min(rest_.find_first_of("<&"), rest_.size());
    put(rest_.substr(0, size));
    rest_.remove_prefix(size);
  }

  void take_entity() {
    const auto end = rest_.substr(0, longest_entity + 2).find(';');
    const auto code_point = end == std::string_view::npos ? std::nullopt : code_point_of(rest_.substr(1, end - 1));
    if (!code_point) {
      put("&");
      rest_.remove_prefix(1);
      return;
    }
    if (unread_.empty()) append_utf8(out_, *code_point);
    rest_.remove_prefix(end + 1);
  }

  /// "<" that does not begin a tag is text.
  void take_markup() {
    const char next = rest_.size() > 1 ? rest_[1] : ' ';
    if (rest_.starts_with("<!--")) {
      skip_behind("-->");
    } else if (next == '!' || next == '?') {
      skip_behind(">");
    } else if (next == '/' || (ascii_lower(next) >= 'a' && ascii_lower(next) <= 'z')) {
      take_tag();
    } else {
      put("<");
      rest_.remove_prefix(1);
    }
  }

  void skip_behind(std::string_view end) {
    const auto at = rest_.find(end);
    rest_.remove_prefix(at == std::string_view::npos ? rest_.size() : at + end.size());
  }

  void take_tag() {
    const bool closing = rest_[1] == '/';
    rest_.remove_prefix(closing ? 2 : 1);
    const std::string_view name = rest_.substr(0, std::min(rest_.find_first_of(" \t\r\n/>"), rest_.size()));
    skip_behind(">");
    note(name, closing);
    if (!is_one_of(name, inline_tags)) put(" ");
  }

  /// Hidden content ends with the element's end tag, or at the body if the tag is missing.
  void note(std::string_view name, bool closing) {
    const bool ends = closing ? ascii_iequal(name, unread_) : ascii_iequal(name, "body");
    if (ends) unread_ = {};
    if (unread_.empty() && !closing && is_one_of(name, unread_elements)) unread_ = name;
  }

  std::string_view rest_;
  std::string_view unread_;  ///< the open element whose content is left out
  std::string out_;
};

/// Takes the next line with its end.
std::string_view take_line(std::string_view& text) {
  const auto end = text.find('\n');
  const std::string_view line = text.substr(0, end == std::string_view::npos ? text.size() : end + 1);
  text.remove_prefix(line.size());
  return line;
}

bool is_blank(std::string_view line) { return line.find_first_not_of(" \t\r\n") == std::string_view::npos; }

/// Joiners, soft hyphens, direction marks: they matter only within a word, and advertising fills lines with them.
bool is_invisible(char32_t c) {
  return c == 0xad || c == 0x34f || c == 0xfeff || (c >= 0x200b && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) ||
         (c >= 0x2060 && c <= 0x2064) || (c >= 0x2066 && c <= 0x206f);
}
bool is_joiner(char32_t c) { return c == 0x200c || c == 0x200d; }

/// Collects characters and the positions where the text may be cut.
class Excerpt {
 public:
  explicit Excerpt(std::size_t most) : most_(most) {}
  bool is_full() const { return count_ > most_; }

  void add(char32_t c) {
    const auto category = utf8proc_category(static_cast<utf8proc_int32_t>(c));
    const bool white = category == UTF8PROC_CATEGORY_ZS || category == UTF8PROC_CATEGORY_ZL ||
                       category == UTF8PROC_CATEGORY_ZP || (c >= '\t' && c <= '\r');
    if (white) {
      space_ = !out_.empty();
    } else if (c >= ' ' && category != UTF8PROC_CATEGORY_CC && !(is_invisible(c) && (space_ || !is_joiner(c)))) {
      if (std::exchange(space_, false)) append(' ');
      append(c);
    }
  }

  std::string text() && {
    if (is_full()) out_.resize(cut_);
    while (out_.ends_with(' ')) out_.pop_back();
    return std::move(out_);
  }

 private:
  void append(char32_t c) {
    const auto next = static_cast<utf8proc_int32_t>(c);
    const bool boundary = out_.empty() || utf8proc_grapheme_break_stateful(last_, next, &state_);
    if (boundary && count_ <= most_) cut_ = out_.size();
    append_utf8(out_, c);
    last_ = next;
    ++count_;
  }

  std::size_t most_;
  std::size_t count_ = 0;  ///< characters in out_
  std::size_t cut_ = 0;    ///< the last position at or before `most_` characters where a grapheme begins
  bool space_ = false;
  utf8proc_int32_t last_ = 0;
  utf8proc_int32_t state_ = 0;
  std::string out_;
};

}  // namespace

std::string text_of_html(std::string_view html_utf8) { return HtmlReader(html_utf8).text(); }

std::string without_quotes(std::string_view text_utf8) {
  std::string kept;
  for (std::string_view rest = text_utf8; !rest.empty();)
    if (const std::string_view line = take_line(rest); !line.starts_with('>')) kept.append(line);
  return is_blank(kept) ? std::string(text_utf8) : kept;
}

std::string excerpt(std::string_view text_utf8, std::size_t most) {
  Excerpt out(most);
  while (!text_utf8.empty() && !out.is_full()) {
    char32_t c = 0;
    if (take_code_point(text_utf8, c)) {
      out.add(c);
    } else {
      text_utf8.remove_prefix(1);
    }
  }
  return std::move(out).text();
}

}  // namespace postbag::protocol
