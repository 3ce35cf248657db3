#include "commands/search_program.h"

#include <array>
#include <string_view>
#include <utility>

#include "commands/arguments.h"
#include "core/ascii.h"
#include "core/utf8.h"
#include "protocol/parse/values.h"
#include "protocol/text/charset.h"
#include "session/session.h"

namespace postbag {

namespace {

namespace grammar = protocol::grammar;
using search::Key;
using search::Keys;
using search::When;
using KeyResult = std::expected<Key, Reply>;

/// Keys that only ask for a flag; `wanted` false for the UN… forms.
struct FlagRow {
  std::string_view word;
  SystemFlag flag;
  bool wanted;
};
constexpr auto flag_rows = std::to_array<FlagRow>({
    {"ANSWERED", SystemFlag::answered, true},   {"UNANSWERED", SystemFlag::answered, false},
    {"DELETED", SystemFlag::deleted, true},     {"UNDELETED", SystemFlag::deleted, false},
    {"DRAFT", SystemFlag::draft, true},         {"UNDRAFT", SystemFlag::draft, false},
    {"FLAGGED", SystemFlag::flagged, true},     {"UNFLAGGED", SystemFlag::flagged, false},
    {"SEEN", SystemFlag::seen, true},           {"UNSEEN", SystemFlag::seen, false},
});

struct DateRow {
  std::string_view word;
  When when;
  bool sent;
};
constexpr auto date_rows = std::to_array<DateRow>({
    {"BEFORE", When::before, false},    {"ON", When::on, false},     {"SINCE", When::since, false},
    {"SENTBEFORE", When::before, true}, {"SENTON", When::on, true},  {"SENTSINCE", When::since, true},
});

/// Keys that look into one header field.
constexpr auto field_words = std::to_array<std::string_view>({"BCC", "CC", "FROM", "SUBJECT", "TO"});

/// The word a key begins with; empty for a sequence set or a parenthesis.
std::string_view first_word(std::string_view text) {
  const auto end = text.find(' ');
  return text.substr(0, end);
}

/// Whether "RETURN (" stands behind "SEARCH"; an empty list of options leaves no other trace.
bool starts_with_return(std::string_view text) {
  constexpr std::string_view search = "SEARCH RETURN (";
  return ascii_iequal(text.substr(0, search.size()), search);
}

/// Builds keys from their views; one object for one SEARCH.
class Builder {
 public:
  Builder(Session& session, std::string charset) : session_(session), charset_(std::move(charset)) {}

  KeyResult build(grammar::SearchKey view) {
    if (++count_ > session_.context().limits.search_keys)
      return std::unexpected(Reply::no("Too many search keys", "LIMIT"));
    const std::string_view word = first_word(view.text());
    for (const FlagRow& row : flag_rows)
      if (ascii_iequal(word, row.word)) return flag(row);
    for (const DateRow& row : date_rows)
      if (ascii_iequal(word, row.word)) return date(view, row);
    for (const std::string_view field : field_words)
      if (ascii_iequal(word, field)) return field_key(std::string(field), view);
    return rest(view, word);
  }

  /// All of these keys together.
  template <class Views>
  KeyResult all(const Views& views) {
    Keys keys;
    for (const auto view : views) {
      KeyResult key = build(view);
      if (!key) return key;
      keys.push_back(std::move(*key));
    }
    return search::all_of(std::move(keys));
  }

 private:
  KeyResult flag(const FlagRow& row) const {
    Key key{search::HasFlag{row.flag}};
    return row.wanted ? std::move(key) : search::negated(std::move(key));
  }

  KeyResult date(grammar::SearchKey view, const DateRow& row) const {
    const auto day = protocol::date_value(view.date()->text());
    if (!day) return std::unexpected(Reply::bad("No such day"));
    const auto number = static_cast<protocol::Day>(std::chrono::sys_days(*day).time_since_epoch().count());
    if (row.sent) return Key{search::SentDate{row.when, number}};
    return Key{search::InternalDate{row.when, number}};
  }

  /// The key's string in UTF-8.
  std::expected<protocol::Needle, Reply> needle(std::string_view argument) const {
    const std::string bytes = protocol::string_value(argument);
    std::string utf8 = protocol::to_utf8(bytes, charset_);
    if (!is_utf8(utf8)) return std::unexpected(Reply::bad("String is not of the charset"));
    return protocol::Needle(utf8);
  }

  KeyResult field_key(std::string field, grammar::SearchKey view) const {
    auto text = needle(view.astring()->text());
    if (!text) return std::unexpected(text.error());
    return Key{search::FieldContains{std::move(field), std::move(*text)}};
  }

  KeyResult message_key(mime::SearchIn where, grammar::SearchKey view) const {
    auto text = needle(view.astring()->text());
    if (!text) return std::unexpected(text.error());
    return Key{search::MessageContains{where, std::move(*text)}};
  }

  KeyResult header_key(grammar::SearchKey view) const {
    return field_key(protocol::string_value(view.header_fld_name()->text()), view);
  }

  KeyResult size_key(grammar::SearchKey view, bool larger) const {
    const auto bytes = protocol::number_value(view.number64()->text(), ~std::uint64_t{0});
    if (!bytes) return std::unexpected(Reply::bad("Number too large"));
    if (larger) return Key{search::Larger{*bytes}};
    return Key{search::Smaller{*bytes}};
  }

  KeyResult keyword_key(grammar::SearchKey view, bool wanted) const {
    Key key{search::HasKeyword{std::string(view.flag_keyword()->text())}};
    return wanted ? std::move(key) : search::negated(std::move(key));
  }

  KeyResult set_key(std::string_view text, ByUid by_uid) const {
    auto uids = message_set(session_, text, by_uid);
    if (!uids) return std::unexpected(uids.error());
    return Key{search::InSet{std::move(*uids)}};
  }

  Key recent() const { return Key{search::InSet{session_.selected().recent}}; }

  KeyResult new_key() const {  // NEW = RECENT UNSEEN. RFC 3501 section 6.4.4
    Keys keys;
    keys.push_back(recent());
    keys.push_back(search::negated(Key{search::HasFlag{SystemFlag::seen}}));
    return search::all_of(std::move(keys));
  }

  KeyResult not_key(grammar::SearchKey view) {
    KeyResult key = build(*view.search_key().begin());
    if (key) return search::negated(std::move(*key));
    return key;
  }

  KeyResult or_key(grammar::SearchKey view) {
    search::Or either;
    for (const auto child : view.search_key()) {
      KeyResult key = build(child);
      if (!key) return key;
      either.keys.push_back(std::move(*key));
    }
    return Key{std::move(either)};
  }

  /// Keys that are unlike all others.
  KeyResult rest(grammar::SearchKey view, std::string_view word) {
    const auto is = [word](std::string_view name) { return ascii_iequal(word, name); };
    if (is("ALL")) return Key{search::All{}};
    if (is("RECENT")) return recent();
    if (is("OLD")) return search::negated(recent());
    if (is("NEW")) return new_key();
    if (is("BODY")) return message_key(mime::SearchIn::body, view);
    if (is("TEXT")) return message_key(mime::SearchIn::text, view);
    if (is("HEADER")) return header_key(view);
    if (is("LARGER") || is("SMALLER")) return size_key(view, is("LARGER"));
    if (is("KEYWORD") || is("UNKEYWORD")) return keyword_key(view, is("KEYWORD"));
    if (is("UID")) return set_key(view.sequence_set()->text(), ByUid::yes);
    if (is("NOT")) return not_key(view);
    if (is("OR")) return or_key(view);
    if (const auto set = view.sequence_set()) return set_key(set->text(), ByUid::no);
    return all(view.search_key());
  }

  Session& session_;
  std::string charset_;
  std::size_t count_ = 0;
};

}  // namespace

std::expected<SearchReturn, Reply> search_return(grammar::Search command) {
  SearchReturn out;
  out.extended = starts_with_return(command.text());
  const std::pair<std::string_view, bool*> known[] = {
      {"MIN", &out.min}, {"MAX", &out.max}, {"ALL", &out.all}, {"COUNT", &out.count}, {"SAVE", &out.save}};
  for (const auto option : command.search_return_opt()) {
    bool* wanted = nullptr;
    for (const auto& [name, flag] : known)
      if (ascii_iequal(option.text(), name)) wanted = flag;
    if (wanted == nullptr) return std::unexpected(Reply::bad("Unknown RETURN option"));
    *wanted = true;
  }
  // Nothing asked for means ALL: RFC 4731 section 3.1. SAVE alone asks for no answer: RFC 5182 section 2.1.
  if (!out.wants_answer() && !out.save) out.all = true;
  return out;
}

std::expected<Key, Reply> search_program(Session& session, grammar::Search command) {
  std::string charset;
  if (const auto named = command.charset()) charset = protocol::string_value(named->text());
  if (!charset.empty() && !protocol::is_known_charset(charset))
    return std::unexpected(Reply::no("Unknown charset", "BADCHARSET (US-ASCII UTF-8)"));
  return Builder(session, std::move(charset)).all(command.search_key());
}

}  // namespace postbag
