#include "commands/search/search_program.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

#include "commands/arguments.h"
#include "commands/object_id.h"
#include "commands/search/search_charset.h"
#include "core/ascii.h"
#include "protocol/parse/values.h"
#include "protocol/text/charset/charset.h"
#include "session/client.h"

namespace postbag {

namespace {

namespace grammar = protocol::grammar;
using search::Key;
using search::Keys;
using search::When;
using KeyResult = std::expected<Key, Reply>;

using Kind = grammar::SearchKey::Kind;

/// Keys that only ask for a flag; `wanted` false for the UN… forms.
struct FlagRow {
  Kind kind;
  SystemFlag flag;
  bool wanted;
};
constexpr auto flag_rows = std::to_array<FlagRow>({
    {Kind::answered, SystemFlag::answered, true},
    {Kind::unanswered, SystemFlag::answered, false},
    {Kind::deleted, SystemFlag::deleted, true},
    {Kind::undeleted, SystemFlag::deleted, false},
    {Kind::draft, SystemFlag::draft, true},
    {Kind::undraft, SystemFlag::draft, false},
    {Kind::flagged, SystemFlag::flagged, true},
    {Kind::unflagged, SystemFlag::flagged, false},
    {Kind::seen, SystemFlag::seen, true},
    {Kind::unseen, SystemFlag::seen, false},
});

enum class DateOf : std::uint8_t { arrival, sending, saving };

struct DateRow {
  Kind kind;
  When when;
  DateOf which;
};
constexpr auto date_rows = std::to_array<DateRow>({
    {Kind::before, When::before, DateOf::arrival},
    {Kind::on, When::on, DateOf::arrival},
    {Kind::since, When::since, DateOf::arrival},
    {Kind::sentbefore, When::before, DateOf::sending},
    {Kind::senton, When::on, DateOf::sending},
    {Kind::sentsince, When::since, DateOf::sending},
    {Kind::savedbefore, When::before, DateOf::saving},
    {Kind::savedon, When::on, DateOf::saving},
    {Kind::savedsince, When::since, DateOf::saving},
});

/// Keys that look into one header field.
struct FieldRow {
  Kind kind;
  std::string_view field;
  mime::FieldText what;
};
constexpr auto field_rows = std::to_array<FieldRow>({
    {Kind::bcc, "Bcc", mime::FieldText::addresses},
    {Kind::cc, "Cc", mime::FieldText::addresses},
    {Kind::from, "From", mime::FieldText::addresses},
    {Kind::subject, "Subject", mime::FieldText::written},
    {Kind::to, "To", mime::FieldText::addresses},
});

/// Builds keys from their views; one object for one SEARCH.
class Builder {
 public:
  Builder(Client& client, const SearchScope& scope, std::string charset)
      : client_(client), scope_(scope), charset_(std::move(charset)) {}

  KeyResult build(grammar::SearchKey view) {
    if (++count_ > client_.context().limits.search_keys)
      return std::unexpected(Reply::no("Too many search keys", "LIMIT"));
    for (const FlagRow& row : flag_rows)
      if (view.kind() == row.kind) return flag(row);
    for (const DateRow& row : date_rows)
      if (view.kind() == row.kind) return date(view, row);
    for (const FieldRow& row : field_rows)
      if (view.kind() == row.kind) return field_key(std::string(row.field), row.what, view);
    return rest(view);
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
    switch (row.which) {
      case DateOf::sending: return Key{search::SentDate{row.when, number}};
      case DateOf::saving: return Key{search::SaveDate{row.when, number}};
      case DateOf::arrival: break;
    }
    return Key{search::InternalDate{row.when, number}};
  }

  /// The key's string, made UTF-8.
  std::expected<search::Sought, Reply> sought(std::string_view argument) const {
    const auto utf8 = search_string(protocol::string_value(argument), charset_);
    if (!utf8) return std::unexpected(Reply::bad("String is not valid in the charset"));
    if (is_fuzzy_) return protocol::FuzzyNeedle(*utf8);
    return protocol::Needle(*utf8);
  }

  /// Strings are looked for nearly, all else as it is: RFC 6203 section 5 leaves that to us.
  KeyResult fuzzy_key(grammar::SearchKey view) {
    const bool was_fuzzy = std::exchange(is_fuzzy_, true);
    KeyResult key = build(*view.search_key().begin());
    is_fuzzy_ = was_fuzzy;
    if (!key) return key;
    search::Fuzzy fuzzy;
    fuzzy.key.push_back(std::move(*key));
    return Key{std::move(fuzzy)};
  }

  KeyResult field_key(std::string field, mime::FieldText what, grammar::SearchKey view) const {
    auto text = sought(view.astring()->text());
    if (!text) return std::unexpected(text.error());
    return Key{search::FieldContains{std::move(field), what, std::move(*text)}};
  }

  KeyResult message_key(mime::SearchIn where, grammar::SearchKey view) {
    if (++body_keys_ > client_.context().limits.search_body_keys)
      return std::unexpected(Reply::no("Too many keys that read whole messages", "LIMIT"));
    auto text = sought(view.astring()->text());
    if (!text) return std::unexpected(text.error());
    return Key{search::MessageContains{where, std::move(*text)}};
  }

  KeyResult header_key(grammar::SearchKey view) const {
    return field_key(protocol::string_value(view.header_fld_name()->text()), mime::FieldText::written, view);
  }

  KeyResult size_key(grammar::SearchKey view, bool larger) const {
    const auto bytes = protocol::number_value(view.number64()->text(), ~std::uint64_t{0});
    if (!bytes) return std::unexpected(Reply::bad("Number too large"));
    if (larger) return Key{search::Larger{*bytes}};
    return Key{search::Smaller{*bytes}};
  }

  /// RFC 5032 section 2.
  static KeyResult within_key(grammar::SearchKey view, When when) {
    const auto seconds = protocol::number_value(view.nz_number()->text(), ~std::uint32_t{0});
    if (!seconds) return std::unexpected(Reply::bad("Number too large"));
    return Key{search::Arrived{when, static_cast<std::int64_t>(*seconds)}};
  }

  /// Mod-sequences are kept for a message, not for each of its flags: the entry's name is passed over. RFC 7162
  /// section 3.1.5.
  KeyResult modseq_key(grammar::SearchKey view) const {
    return Key{
        search::ModSeqAtLeast{*protocol::number_value(view.mod_sequence_valzer()->text(), ModSeq::max_value)}};
  }

  KeyResult keyword_key(grammar::SearchKey view, bool wanted) const {
    Key key{search::HasKeyword{std::string(view.flag_keyword()->text())}};
    return wanted ? std::move(key) : search::negated(std::move(key));
  }

  /// Each set holds its part of the view; a few times the whole view is all that an honest search needs.
  std::size_t most_ranges() const {
    return 4 * scope_.view.uids().ranges().size() + client_.context().limits.set_ranges;
  }

  KeyResult set_key(std::string_view text, ByUid by_uid) {
    if (scope_.reaches_on && by_uid == ByUid::yes) return open_set_key(text);
    auto uids = message_set(client_, scope_.view, scope_.saved, text, by_uid, Beyond::nothing);
    if (by_uid == ByUid::no) client_.command().hold_removals();  // UID SEARCH may name numbers too
    if (!uids) return std::unexpected(uids.error());
    ranges_ += uids->ranges().size();
    if (ranges_ > most_ranges()) return std::unexpected(Reply::no("Too many sets of messages", "LIMIT"));
    return Key{search::InSet{std::move(*uids)}};
  }

  /// UIDs as they are written: what is still to come is among them.
  KeyResult open_set_key(std::string_view text) {
    const std::size_t most = client_.context().limits.set_ranges;
    auto set = protocol::SequenceSet::from(text, most);
    if (!set) return std::unexpected(Reply::no("Too many ranges in the set", "LIMIT"));
    if (set->is_saved_result()) return Key{search::InSet{scope_.saved.intersect(scope_.view.uids())}};
    UidSet uids = set->resolve<Uid>(scope_.view.last_uid());
    ranges_ += uids.ranges().size();
    if (ranges_ > most) return std::unexpected(Reply::no("Too many sets of messages", "LIMIT"));
    if (!set->has_star()) set.reset();
    return Key{search::InSet{std::move(uids), std::move(set)}};
  }

  /// An identifier that no object of ours can have matches nothing. RFC 8474 sections 6 and 7.
  template <class Test, class Id>
  static KeyResult object_key(grammar::SearchKey view, std::optional<Id> (*parsed)(std::string_view)) {
    const std::string_view text = view.objectid()->text();
    if (text.size() > longest_object_id) return std::unexpected(Reply::bad("Identifier too long"));
    const std::optional<Id> id = parsed(text);
    return id ? Key{Test{*id}} : Key{search::InSet{}};
  }

  static KeyResult new_key() {  // NEW = RECENT UNSEEN. RFC 3501 section 6.4.4
    Keys keys;
    keys.push_back(Key{search::Recent{}});
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
  KeyResult rest(grammar::SearchKey view) {
    switch (view.kind()) {
      case Kind::recent: return Key{search::Recent{}};
      case Kind::old: return search::negated(Key{search::Recent{}});
      case Kind::new_: return new_key();
      case Kind::body: return message_key(mime::SearchIn::body, view);
      case Kind::text_: return message_key(mime::SearchIn::text, view);
      case Kind::header: return header_key(view);
      case Kind::larger: return size_key(view, true);
      case Kind::smaller: return size_key(view, false);
      case Kind::older: return within_key(view, When::before);
      case Kind::younger: return within_key(view, When::since);
      case Kind::keyword: return keyword_key(view, true);
      case Kind::unkeyword: return keyword_key(view, false);
      case Kind::modseq: return modseq_key(view);
      case Kind::uid: return set_key(view.sequence_set()->text(), ByUid::yes);
      case Kind::sequence_set: return set_key(view.sequence_set()->text(), ByUid::no);
      case Kind::emailid: return object_key<search::HasBody>(view, body_of);
      case Kind::threadid: return object_key<search::InThread>(view, thread_of);
      case Kind::fuzzy: return fuzzy_key(view);
      case Kind::not_: return not_key(view);
      case Kind::or_: return or_key(view);
      case Kind::search_key: return all(view.search_key());
      default: return Key{search::All{}};  // ALL and SAVEDATESUPPORTED; the tables took the rest
    }
  }

  Client& client_;
  const SearchScope& scope_;
  std::string charset_;
  bool is_fuzzy_ = false;  ///< within FUZZY
  std::size_t count_ = 0;
  std::size_t body_keys_ = 0;
  std::size_t ranges_ = 0;
};

template <class Keys>
SearchProgram program_of(Client& client, const SearchScope& scope, std::string_view charset_argument,
                         const Keys& keys) {
  std::string charset = charset_argument.empty() ? std::string() : protocol::string_value(charset_argument);
  if (!charset_argument.empty() && !protocol::is_known_charset(charset))
    return std::unexpected(Reply::no("Unknown charset", bad_charset_code()));
  return Builder(client, scope, std::move(charset)).all(keys);
}

SearchScope selected_scope(Client& client, const SearchReturn& wanted) {
  const SelectedMailbox& selected = client.selected();
  return {.view = selected.view(), .saved = selected.saved(), .reaches_on = wanted.update};
}

}  // namespace

SearchProgram search_program(Client& client, grammar::Search command, const SearchReturn& wanted) {
  const auto named = command.charset();
  return program_of(client, selected_scope(client, wanted), named ? named->text() : std::string_view(),
                    command.search_key());
}
SearchProgram search_program(Client& client, grammar::Esearch command, const SearchScope& scope) {
  const auto named = command.charset();
  return program_of(client, scope, named ? named->text() : std::string_view(), command.search_key());
}
SearchProgram search_program(Client& client, grammar::Sort command, const SearchReturn& wanted) {
  return program_of(client, selected_scope(client, wanted), command.charset().text(), command.search_key());
}
SearchProgram search_program(Client& client, grammar::Thread command) {
  return program_of(client, selected_scope(client, {}), command.charset().text(), command.search_key());
}

std::optional<Reply> lacks_fuzzy(const search::Key& program, bool wants_relevancy) {
  if (!wants_relevancy || search::mentions_fuzzy(program)) return std::nullopt;
  return Reply::bad("RELEVANCY requires FUZZY");
}

std::expected<search::Job, Reply> search_job(Client& client, SearchProgram program, const SearchReturn& wanted) {
  SelectedMailbox& selected = client.selected();
  if (!program) {
    if (wanted.save && program.error().status == Reply::Status::no) selected.save({});
    return std::unexpected(program.error());
  }
  if (auto refused = lacks_fuzzy(*program, wanted.relevancy)) return std::unexpected(std::move(*refused));
  if (search::mentions_modseq(*program)) client.enable(Feature::condstore);
  UidSet candidates = search::narrowed(*program, selected.view().uids());
  return search::Job{.mailbox = selected.id(),
                     .key = std::move(*program),
                     .recent = selected.recent(),
                     .now = client.context().clock.now().seconds,
                     .candidates = std::move(candidates)};
}

}  // namespace postbag
