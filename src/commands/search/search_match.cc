#include "commands/search/search_match.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>

#include "core/ascii.h"
#include "protocol/mime/header/header_fields.h"
#include "protocol/mime/section.h"
#include "protocol/mime/stored_structure.h"
#include "protocol/mime/text/message_text.h"
#include "storage/errors.h"

namespace postbag::search {

namespace {

constexpr std::size_t piece = 64 * 1024;
/// Bytes of the fields that are searched, when they are not those we keep. core/limits.h
constexpr std::size_t fields_used = std::size_t{8} * 1024 * 1024;

bool compare(protocol::Day day, When when, protocol::Day wanted) {
  switch (when) {
    case When::before: return day < wanted;
    case When::on: return day == wanted;
    case When::since: break;
  }
  return day >= wanted;
}

/// Nothing: time is up.
using Answer = std::optional<bool>;

}  // namespace

/// Visits the tests, within one step.
class MessageMatch::Visit {
 public:
  Visit(MessageMatch& match, storage::ReadTransaction& tx, const Surroundings& around,
        std::chrono::steady_clock::time_point end)
      : match_(match), message_(match.message_), tx_(tx), around_(around), end_(end) {}

  Answer matches(const Key& key) {
    return std::visit([this](const auto& test) { return Answer(check(test)); }, key.test);
  }
  /// Of what matched.
  Relevancy relevancy() const { return fuzzy_keys_ == 0 ? 100 : scores_ / fuzzy_keys_; }

 private:
  bool check(const All&) { return true; }
  bool check(const HasFlag& test) { return message_.flags.system.has(test.flag); }
  bool check(const HasKeyword& test) {
    const auto keywords = around_.keywords;
    const auto it =
        std::ranges::find_if(keywords, [&](const std::string& k) { return ascii_iequal(k, test.name); });
    return it != keywords.end() && message_.flags.keywords.has(static_cast<std::size_t>(it - keywords.begin()));
  }
  bool check(const InSet& test) { return test.uids.contains(message_.uid); }
  bool check(const Recent&) { return around_.recent.contains(message_.uid); }
  bool check(const InternalDate& test) {
    return compare(protocol::local_day(message_.internal_date), test.when, test.day);
  }
  bool check(const Arrived& test) {
    const std::int64_t arrived = message_.internal_date.seconds;
    const std::int64_t target = around_.now - test.age;
    return test.when == When::before ? arrived <= target : arrived >= target;
  }
  bool check(const SentDate& test) {
    const auto sent = structure().sent();
    return sent && compare(protocol::local_day(*sent), test.when, test.day);
  }
  bool check(const SaveDate& test) {
    return compare(protocol::local_day({.seconds = message_.save_date, .zone_minutes = 0}), test.when, test.day);
  }
  bool check(const HasBody& test) { return message_.body == test.body; }
  bool check(const InThread& test) { return tx_.thread(message_.body) == test.thread; }
  bool check(const Larger& test) { return message_.size > test.bytes; }
  bool check(const Smaller& test) { return message_.size < test.bytes; }
  bool check(const ModSeqAtLeast& test) { return message_.modseq.value() >= test.modseq; }
  Answer check(const Fuzzy& test) { return matches(test.key.front()); }
  Answer check(const Not& test) {
    const auto [scores, keys] = std::pair(scores_, fuzzy_keys_);
    const Answer found = matches(test.key.front());
    std::tie(scores_, fuzzy_keys_) = std::pair(scores, keys);
    return found ? Answer(!*found) : std::nullopt;
  }
  Answer check(const Or& test) { return first(test.keys, true); }
  Answer check(const And& test) { return first(test.keys, false); }

  /// Whether one of the keys gives `wanted`; what is behind that one does not matter.
  Answer first(const Keys& keys, bool wanted) {
    for (const Key& key : keys) {
      const Answer answer = matches(key);
      if (answer != Answer(!wanted)) return answer;
    }
    return !wanted;
  }

  Answer check(const FieldContains& test) {
    const std::string_view names[] = {test.field};
    const mime::StoredStructure stored = structure();
    if (mime::common_fields_cover(stored, names))
      return count(test.sought, field_has(stored.common_fields(), test));
    if (const auto known = known_of(test)) return count(test.sought, *known);
    if (is_late()) return std::nullopt;
    const auto range = mime::section(stored, {}, mime::SectionText::header);
    return count(test.sought, match_.known_[&test] = field_has(fields_of(*range, test.field), test));
  }

  /// The fields of that name, wherever in the header they are.
  std::string fields_of(mime::ByteRange header, std::string_view name) {
    const std::string_view names[] = {name};
    mime::FieldFilter filter(names, mime::Pick::named, fields_used, mime::NoRoom::cut);
    for (std::uint64_t at = header.offset; at < header.end(); at += piece)
      filter.feed(read(at, std::min<std::uint64_t>(piece, header.end() - at)));
    return std::move(filter).finish();
  }

  static Relevancy field_has(std::string_view header, const FieldContains& test) {
    if (const auto* needle = std::get_if<protocol::Needle>(&test.sought))
      return mime::field_contains(header, test.field, test.what, *needle) ? 100 : 0;
    const auto texts = mime::field_texts(header, test.field, test.what);
    if (texts.empty()) return 0;
    protocol::FuzzyMatcher matcher(std::get<protocol::FuzzyNeedle>(test.sought));
    for (const protocol::DecodedText& text : texts) {
      matcher.feed(text.octets.value_or(text.utf8));
      matcher.end_text();
    }
    return matcher.score();
  }

  Answer check(const MessageContains& test) {
    if (const auto known = known_of(test)) return count(test.sought, *known);
    if (!match_.look_) match_.look_.emplace(test, structure());
    TextLook& look = *match_.look_;
    bool done = false;
    while (!done) {
      if (is_late()) return std::nullopt;
      done = look.take(read(look.wants(), std::min<std::uint64_t>(piece, message_.size - look.wants())));
    }
    const Relevancy relevancy = match_.known_[&test] = look.relevancy();
    match_.look_.reset();
    return count(test.sought, relevancy);
  }

  std::optional<Relevancy> known_of(const auto& test) const {
    const auto at = match_.known_.find(&test);
    return at == match_.known_.end() ? std::nullopt : std::optional(at->second);
  }

  /// Each step gets on a little.
  bool is_late() { return std::exchange(got_on_, true) && std::chrono::steady_clock::now() >= end_; }

  bool count(const Sought& sought, Relevancy relevancy) {
    if (relevancy != 0 && std::holds_alternative<protocol::FuzzyNeedle>(sought)) {
      scores_ += relevancy;
      ++fuzzy_keys_;
    }
    return relevancy != 0;
  }

  mime::StoredStructure structure() {
    std::optional<std::string>& bytes = match_.structure_;
    if (!bytes) bytes = tx_.structure(message_.body);
    if (!bytes) throw storage::Corrupt("a message's structure is missing");
    return mime::StoredStructure(*bytes);
  }

  std::string read(std::uint64_t offset, std::uint64_t size) {
    if (size == 0) return {};
    auto bytes = tx_.read_body(message_.body, offset, size);
    if (!bytes) throw storage::Corrupt("a message's bytes are missing");
    return std::move(*bytes);
  }

  MessageMatch& match_;
  const storage::Message& message_;
  storage::ReadTransaction& tx_;
  const Surroundings& around_;
  std::chrono::steady_clock::time_point end_;
  bool got_on_ = false;   ///< something was read
  Relevancy scores_ = 0;  ///< of the fuzzy keys that matched, together
  unsigned fuzzy_keys_ = 0;
};

std::optional<Relevancy> MessageMatch::step(storage::ReadTransaction& tx, const Surroundings& around,
                                            std::chrono::steady_clock::time_point end) {
  Visit visit(*this, tx, around, end);
  const Answer found = visit.matches(*key_);
  if (!found) return std::nullopt;
  return *found ? visit.relevancy() : 0;
}

}  // namespace postbag::search
