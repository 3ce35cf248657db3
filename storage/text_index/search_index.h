// The index that narrows searches for texts. Beside the store in a database of its own, search.db: all of it can be
// made again from the mail, so nothing waits for it and nothing is lost with it. FORMAT.md, "search.db".
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/numbers.h"
#include "storage/options.h"
#include "storage/read_transaction.h"
#include "storage/text_index/body_source.h"

namespace postbag::storage {

/// A body's text, to be entered or taken out; no text: nothing is known of that body.
struct IndexedText {
  BodyId body;
  std::optional<std::string> text;
};

/// Runs on the account's thread. When its database fails it is removed, and out of use until the store is opened
/// again: all of it is made of the mail, so it is the first to go on a full disk. Nobody but the searches notices.
class SearchIndex {
 public:
  /// Opens or makes it; with Indexing::when_searched one that is not there is made by begin(). One that does not
  /// belong to this mail, or was made by another version of `texts`, is made again.
  SearchIndex(std::filesystem::path directory, SearchTexts texts, const BodySource& mail);
  ~SearchIndex();
  SearchIndex(const SearchIndex&) = delete;
  SearchIndex& operator=(const SearchIndex&) = delete;

  /// Removes what lies in the directory of an index.
  static void remove(const std::filesystem::path& directory);

  /// Makes one that waits for the first search. Until catch_up() it knows nothing.
  void begin(const BodySource& mail);
  /// Whether begin() has made it; asked again, false.
  bool has_just_begun() { return std::exchange(begun_, false); }
  /// Enters bodies that are not in it yet, for some `time`. Whether there are more.
  bool catch_up(const BodySource& mail, std::chrono::milliseconds time);
  /// The bodies above `after` that may have all of `trigrams` (16 at most, at least one), for some `time`. Nothing
  /// when the index knows nothing.
  std::optional<IndexedBodies> find(std::span<const std::string> trigrams, std::optional<BodyId> after,
                                    std::chrono::milliseconds time);
  /// What was entered of those bodies, as long as they are there.
  std::vector<IndexedText> texts(const BodySource& mail, std::span<const BodyId> bodies);
  /// Takes that out once the bodies are gone. Left out, it only takes room.
  void forget(const BodySource& mail, std::span<const IndexedText> texts);
  /// Copies its log into its database.
  void checkpoint();
  /// Removes it, and does without it until the store is opened again.
  void give_up();

 private:
  class Database;
  void open(const BodySource& mail);
  bool fits(const BodySource& mail);
  void start_anew(const BodySource& mail);
  /// Shortens its database by some pages that are free.
  void give_room_back();
  std::optional<std::string> text_of(const BodySource& mail, BodyId body) const;
  /// The next bodies that are not in the index, entered. Whether there may be more.
  bool enter_some(const BodySource& mail);
  /// Runs f() with the database there; false when it is out of use, before or by that.
  template <class F>
  bool guarded(F&& f);

  std::filesystem::path directory_;
  SearchTexts texts_;
  std::unique_ptr<Database> database_;  ///< null: out of use, or not begun
  bool waits_ = false;                  ///< for the first search
  bool begun_ = false;
};

}  // namespace postbag::storage
