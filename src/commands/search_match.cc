#include "commands/search_match.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>

#include "core/ascii.h"
#include "protocol/mime/header_fields.h"
#include "protocol/mime/message_text.h"
#include "protocol/mime/section.h"
#include "protocol/mime/stored.h"
#include "storage/errors.h"

namespace postbag::search {

namespace {

constexpr std::size_t piece = 64 * 1024;
/// Of a header that is searched for a field we do not keep; more of it is opaque. core/limits.h
constexpr std::uint64_t header_used = 8ULL * 1024 * 1024;

bool compare(protocol::Day day, When when, protocol::Day wanted) {
  switch (when) {
    case When::before: return day < wanted;
    case When::on: return day == wanted;
    case When::since: break;
  }
  return day >= wanted;
}

/// Hands a message's texts to a StreamMatcher or a FuzzyMatcher.
template <class Text>
class Look final : public mime::TextSink {
 public:
  explicit Look(Text& matcher) : matcher_(matcher) {}
  bool text(std::string_view utf8) override { return matcher_.feed(utf8); }
  void end_text() override { matcher_.end_text(); }

 private:
  Text& matcher_;
};

/// Visits the tests for one message.
class Matcher {
 public:
  Matcher(const storage::Message& message, storage::ReadTransaction& tx, const Surroundings& around)
      : message_(message), tx_(tx), around_(around) {}

  bool matches(const Key& key) {
    return std::visit([this](const auto& test) { return check(test); }, key.test);
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
  bool check(const Fuzzy& test) { return matches(test.key.front()); }
  bool check(const Not& test) {
    const auto [scores, keys] = std::pair(scores_, fuzzy_keys_);
    const bool found = matches(test.key.front());
    std::tie(scores_, fuzzy_keys_) = std::pair(scores, keys);
    return !found;
  }
  bool check(const Or& test) {
    return std::ranges::any_of(test.keys, [this](const Key& key) { return matches(key); });
  }
  bool check(const And& test) {
    return std::ranges::all_of(test.keys, [this](const Key& key) { return matches(key); });
  }

  bool check(const FieldContains& test) {
    const std::string_view names[] = {test.field};
    const mime::StoredStructure stored = structure();
    if (mime::common_fields_cover(stored, names)) return field_has(stored.common_fields(), test);
    const auto range = mime::section(stored, {}, mime::SectionText::header);
    const std::uint64_t used = std::min(range->size, header_used);
    return field_has(read(range->offset, used), test);
  }

  bool field_has(std::string_view header, const FieldContains& test) {
    if (const auto* needle = std::get_if<protocol::Needle>(&test.sought))
      return mime::field_contains(header, test.field, *needle);
    const auto texts = mime::field_texts(header, test.field);
    if (texts.empty()) return false;
    protocol::FuzzyMatcher matcher(std::get<protocol::FuzzyNeedle>(test.sought));
    for (const protocol::DecodedText& text : texts) {
      matcher.feed(text.octets.value_or(text.utf8));
      matcher.end_text();
    }
    return count(matcher.score());
  }

  bool check(const MessageContains& test) {
    if (const auto* needle = std::get_if<protocol::Needle>(&test.sought)) {
      protocol::StreamMatcher matcher(*needle);
      look_into(test.where, matcher);
      return matcher.found();
    }
    protocol::FuzzyMatcher matcher(std::get<protocol::FuzzyNeedle>(test.sought));
    look_into(test.where, matcher);
    return count(matcher.score());
  }

  template <class Text>
  void look_into(mime::SearchIn where, Text& matcher) {
    Look<Text> look(matcher);
    mime::read_texts(mime::MessageText(structure(), where), message_.size, look, [this](std::uint64_t from) {
      return read(from, std::min<std::uint64_t>(piece, message_.size - from));
    });
  }

  bool count(Relevancy score) {
    scores_ += score;
    fuzzy_keys_ += score == 0 ? 0 : 1;
    return score != 0;
  }

  mime::StoredStructure structure() {
    if (!structure_) structure_ = tx_.structure(message_.body);
    if (!structure_) throw storage::Corrupt("a message's structure is missing");
    return mime::StoredStructure(*structure_);
  }

  std::string read(std::uint64_t offset, std::uint64_t size) {
    if (size == 0) return {};
    auto bytes = tx_.read_body(message_.body, offset, size);
    if (!bytes) throw storage::Corrupt("a message's bytes are missing");
    return std::move(*bytes);
  }

  const storage::Message& message_;
  storage::ReadTransaction& tx_;
  const Surroundings& around_;
  std::optional<std::string> structure_;
  Relevancy scores_ = 0;  ///< of the fuzzy keys that matched, together
  unsigned fuzzy_keys_ = 0;
};

}  // namespace

Relevancy relevancy(const Key& key, const storage::Message& message, storage::ReadTransaction& tx,
                    const Surroundings& around) {
  Matcher matcher(message, tx, around);
  return matcher.matches(key) ? matcher.relevancy() : 0;
}

}  // namespace postbag::search
