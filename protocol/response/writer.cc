#include "protocol/response/writer.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <cstddef>

#include "core/ascii.h"
#include "core/utf8.h"
#include "protocol/text/charset/utf7.h"
#include "protocol/text/date.h"

namespace postbag::protocol {

namespace {

/// Longer texts are sent as literals: a client would have to scan a quoted string for its end.
constexpr std::size_t longest_quoted = 4096;

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }
bool is_eight_bit(char c) { return static_cast<unsigned char>(c) >= 0x80; }

bool is_unquotable(char c) { return is_control(c) && c != '\t'; }

/// RFC 9051 section 9: quoted-specials.
bool is_escaped_when_quoted(char c) { return c == '"' || c == '\\'; }

/// ASTRING-CHAR: no atom-specials but "]". RFC 9051 section 9.
bool is_astring_char(char c) {
  return !is_control(c) && !is_eight_bit(c) && std::string_view(" (){%*\"\\").find(c) == std::string_view::npos;
}

struct NamedSystemFlag {
  SystemFlag flag;
  std::string_view name;
};
constexpr std::array<NamedSystemFlag, 5> system_flags = {{{SystemFlag::answered, "\\Answered"},
                                                          {SystemFlag::flagged, "\\Flagged"},
                                                          {SystemFlag::deleted, "\\Deleted"},
                                                          {SystemFlag::seen, "\\Seen"},
                                                          {SystemFlag::draft, "\\Draft"}}};

/// Writes words between parentheses with single spaces.
class FlagList {
 public:
  explicit FlagList(std::string& out) : out_(&out) { out_->push_back('('); }
  void add(std::string_view flag) {
    if (!first_) out_->push_back(' ');
    first_ = false;
    out_->append(flag);
  }
  void add(SystemFlags flags) {
    for (const auto& [flag, name] : system_flags)
      if (flags.has(flag)) add(name);
  }
  void close() { out_->push_back(')'); }

 private:
  std::string* out_;
  bool first_ = true;
};

}  // namespace

Writer& Writer::number(std::uint64_t n) {
  std::array<char, 20> digits;  // NOLINT: to_chars fills it
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), n).ptr;
  out_->append(digits.data(), end);
  return *this;
}

Writer& Writer::atom(std::string_view name) {
  assert(!name.empty() && std::ranges::all_of(name.substr(name.starts_with('\\') ? 1 : 0), is_astring_char));
  return raw(name);
}

Writer& Writer::string(std::string_view bytes) {
  if (fits_quoted(bytes)) {
    quoted(bytes);
    return *this;
  }
  if (bytes.find('\0') == std::string_view::npos) return literal(bytes);
  std::string without_nul(bytes);
  std::erase(without_nul, '\0');
  return string(without_nul);
}

Writer& Writer::nstring(std::optional<std::string_view> bytes) { return bytes ? string(*bytes) : nil(); }

Writer& Writer::astring(std::string_view bytes) {
  const bool atom = !bytes.empty() && bytes.size() <= longest_quoted &&
                    std::ranges::all_of(bytes, is_astring_char) && !ascii_iequal(bytes, "NIL");
  return atom ? raw(bytes) : string(bytes);
}

Writer& Writer::literal(std::string_view bytes) { return literal_header(bytes.size()).raw(bytes); }

Writer& Writer::literal_header(std::uint64_t bytes) { return raw("{").number(bytes).raw("}\r\n"); }

Writer& Writer::literal8_header(std::uint64_t bytes) { return raw("~{").number(bytes).raw("}\r\n"); }

Writer& Writer::flags(const Flags& flags, std::span<const std::string> names, bool recent) {
  FlagList list(*out_);
  list.add(flags.system);
  if (recent) list.add("\\Recent");
  flags.keywords.for_each([&](std::size_t i) {
    if (i < names.size()) list.add(names[i]);
  });
  list.close();
  return *this;
}

Writer& Writer::flag_list(SystemFlags system, std::span<const std::string> keywords, bool new_keywords) {
  FlagList list(*out_);
  list.add(system);
  for (const std::string& keyword : keywords) list.add(keyword);
  if (new_keywords) list.add("\\*");
  list.close();
  return *this;
}

Writer& Writer::date_time(const DateTime& t) { return raw("\"").raw(internal_date(t)).raw("\""); }

Writer& Writer::mailbox(std::string_view utf8) {
  return charset_ == Charset::utf8 ? astring(utf8) : astring(utf7_from_utf8(utf8));
}

Writer& Writer::text(std::string_view words) {
  const bool keep_eight_bit = charset_ == Charset::utf8 && is_utf8(words);
  std::string clean;
  for (const char c : words) {
    if (is_control(c)) continue;
    clean.push_back(is_eight_bit(c) && !keep_eight_bit ? '?' : c);
  }
  // A text that begins with "[" would be read as a response code. RFC 9051 section 9: resp-text.
  if (clean.empty() || clean.front() == '[') clean.insert(0, clean.empty() ? "-" : " ");
  return raw(clean);
}

void Writer::range(std::uint64_t first, std::uint64_t last) {
  number(first);
  if (first != last) raw(":").number(last);
}

/// True when every byte may appear in a quoted string. RFC 3501 section 9: QUOTED-CHAR has neither CR, LF, NUL nor
/// 8-bit; RFC 9051 section 9 adds UTF-8. Of the other control characters only TAB is quoted: it is common, and
/// harmless to a terminal.
bool Writer::fits_quoted(std::string_view bytes) const {
  if (bytes.size() > longest_quoted) return false;
  bool eight_bit = false;
  for (const char c : bytes) {
    if (is_unquotable(c)) return false;
    eight_bit |= is_eight_bit(c);
  }
  return !eight_bit || (charset_ == Charset::utf8 && is_utf8(bytes));
}

void Writer::quoted(std::string_view bytes) {
  out_->push_back('"');
  while (!bytes.empty()) {
    const std::size_t plain = std::ranges::find_if(bytes, is_escaped_when_quoted) - bytes.begin();
    out_->append(bytes.substr(0, plain));
    bytes.remove_prefix(plain);
    if (bytes.empty()) break;
    out_->push_back('\\');
    out_->push_back(bytes.front());
    bytes.remove_prefix(1);
  }
  out_->push_back('"');
}

}  // namespace postbag::protocol
