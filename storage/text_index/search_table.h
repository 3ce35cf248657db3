// The index that narrows searches of an account's bodies, in a database of its own. Derived data: losing it costs
// building it again, no more.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/numbers.h"
#include "core/range_set.h"
#include "storage/sqlite/connection/connection.h"
#include "storage/text_index/search_index.h"

namespace postbag::storage {

/// How far the index has come: a body, and its checksum.
struct LastIndexed {
  BodyId body;
  std::string checksum;
};

/// Which runs of three characters each body's text has. Bodies are entered once, rising, and never change.
class SearchTable {
 public:
  /// Makes what is missing in the database.
  explicit SearchTable(sqlite::Connection& connection);

  /// How the texts were made that are in it; empty when nothing is.
  std::string version();
  void set_version(std::string_view version);
  /// Bodies up to this one have been entered or passed over; nothing at first.
  std::optional<LastIndexed> last();
  /// In one transaction: `texts`, each above last(), rising. A text is valid UTF-8 without NUL.
  void add(std::span<const IndexedText> texts, const LastIndexed& last);
  /// In one transaction: takes out what was entered, the same texts.
  void remove(std::span<const IndexedText> texts);
  /// Adds to `found`, rising, the bodies above `after` that have all of `trigrams` (16 at most, at least one), but
  /// no more than `limit`; says how many.
  std::size_t with_all(std::span<const std::string> trigrams, std::optional<BodyId> after, std::size_t limit,
                       RangeSet<BodyId>& found);
  /// Bodies without a text: each may have any.
  RangeSet<BodyId> unknown();

 private:
  sqlite::Connection& connection_;
  sqlite::Statement version_, set_version_, last_, set_last_, add_, remove_, add_unknown_, remove_unknown_, find_,
      unknown_;
};

}  // namespace postbag::storage
