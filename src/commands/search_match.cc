#include "commands/search_match.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "core/ascii.h"
#include "protocol/mime/header_fields.h"
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

/// Visits the tests for one message.
class Matcher {
 public:
  Matcher(const storage::Message& message, storage::ReadTransaction& tx, const Surroundings& around)
      : message_(message), tx_(tx), around_(around) {}

  bool matches(const Key& key) {
    return std::visit([this](const auto& test) { return check(test); }, key.test);
  }

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
    const std::int64_t target = around_.now - std::int64_t{test.age};
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
  bool check(const Not& test) { return !matches(test.key.front()); }
  bool check(const Or& test) {
    return std::ranges::any_of(test.keys, [this](const Key& key) { return matches(key); });
  }
  bool check(const And& test) {
    return std::ranges::all_of(test.keys, [this](const Key& key) { return matches(key); });
  }

  bool check(const FieldContains& test) {
    const std::string_view names[] = {test.field};
    const mime::StoredStructure stored = structure();
    if (mime::common_fields_cover(stored, names))
      return mime::field_contains(stored.common_fields(), test.field, test.needle);
    const auto range = mime::section(stored, {}, mime::SectionText::header);
    const std::uint64_t used = std::min(range->size, header_used);
    return mime::field_contains(read(range->offset, used), test.field, test.needle);
  }

  bool check(const MessageContains& test) {
    mime::MessageSearch search(structure(), test.needle, test.where);
    for (std::uint64_t done = 0; done < message_.size; done += piece)
      if (search.feed(read(done, std::min<std::uint64_t>(piece, message_.size - done)))) return true;
    return search.finish();
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
};

}  // namespace

bool matches(const Key& key, const storage::Message& message, storage::ReadTransaction& tx,
             const Surroundings& around) {
  return Matcher(message, tx, around).matches(key);
}

}  // namespace postbag::search
