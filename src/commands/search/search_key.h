// A search program as a value: what SEARCH asks, with nothing of the wire left in it. RFC 9051 section 6.4.4.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/flags.h"
#include "core/numbers.h"
#include "core/range_set.h"
#include "protocol/mime/header/header_fields.h"
#include "protocol/mime/text/message_text.h"
#include "protocol/parse/sequence_set.h"
#include "protocol/text/casefold.h"
#include "protocol/text/date.h"
#include "protocol/text/fuzzy.h"

namespace postbag::search {

struct Key;
using Keys = std::vector<Key>;

struct All {};
struct HasFlag {
  SystemFlag flag;
};
struct HasKeyword {
  std::string name;
};
/// Sequence sets, UID sets, `$`: what the session could resolve before the search began.
struct InSet {
  UidSet uids;
  /// What is resolved anew while results are kept up to date, since "*" is in it. RFC 5267 section 4.3.
  std::optional<protocol::SequenceSet> written = {};
};
/// Recent for the session that searches. RFC 3501 section 2.3.2.
struct Recent {};
enum class When : std::uint8_t { before, on, since };
struct InternalDate {
  When when;
  protocol::Day day;
};
/// Before or since an instant that lies so long ago, which matches both. RFC 5032 section 2.
struct Arrived {
  When when;
  std::int64_t age;  ///< seconds
};
struct SentDate {
  When when;
  protocol::Day day;
};
/// RFC 8514 section 4.3.
struct SaveDate {
  When when;
  protocol::Day day;
};
/// RFC 8474 section 6.
struct HasBody {
  BodyId body;
};
struct InThread {
  ThreadId thread;
};
struct Larger {
  std::uint64_t bytes;
};
struct Smaller {
  std::uint64_t bytes;
};
/// RFC 7162 section 3.1.5.
struct ModSeqAtLeast {
  std::uint64_t modseq;
};
/// What a string key looks for, as it is or nearly. RFC 6203 section 3.
using Sought = std::variant<protocol::Needle, protocol::FuzzyNeedle>;
struct FieldContains {
  std::string field;
  mime::FieldText what;
  Sought sought;
};
/// BODY and TEXT.
struct MessageContains {
  mime::SearchIn where;
  Sought sought;
};
/// A key whose strings are looked for nearly. RFC 6203 section 3.
struct Fuzzy {
  Keys key;  ///< exactly one
};
struct Not {
  Keys key;  ///< exactly one
};
struct Or {
  Keys keys;
};
struct And {
  Keys keys;
};

struct Key {
  std::variant<All, HasFlag, HasKeyword, InSet, Recent, InternalDate, Arrived, SentDate, SaveDate, HasBody,
               InThread, Larger, Smaller, ModSeqAtLeast, FieldContains, MessageContains, Fuzzy, Not, Or, And>
      test;
};

inline Key negated(Key key) {
  Not no;
  no.key.push_back(std::move(key));
  return Key{std::move(no)};
}

/// All of `keys`, the cheap ones first, so that a body is read only when nothing else decides.
Key all_of(Keys keys);

/// Whether MODSEQ stands anywhere in it: then the answer tells mod-sequences. RFC 7162 section 3.1.5.
bool mentions_modseq(const Key& key);

/// Whether FUZZY stands anywhere in it.
bool mentions_fuzzy(const Key& key);

/// Finds the messages that came to an age in the last `seconds` at which the key may match them or match them no
/// more. Nothing when it names no age. RFC 5032 section 2.
std::optional<Key> came_of_age(const Key& key, std::int64_t seconds);

/// Resolves the sets with "*" in them; `last` is the highest UID there is. Yields the UIDs that came to one of the
/// sets or went from it.
UidSet renew_sets(Key& key, std::optional<Uid> last);

/// What a test needs to look at; a test costs as much as its dearest part.
enum class Cost : std::uint8_t { entry, structure, body };
Cost cost(const Key& key);

/// The messages of `candidates` that `key` can match at most, by its sets alone.
UidSet narrowed(const Key& key, UidSet candidates);

}  // namespace postbag::search
