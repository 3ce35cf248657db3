// The order of a SORT: each message becomes one string of bytes, and the strings are sorted. RFC 5256 section 3.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "commands/search/search_run.h"

namespace postbag {

/// RFC 5256 section 3, RFC 5957 section 4, RFC 6203 section 6.
enum class SortBy : std::uint8_t {
  arrival,
  cc,
  date,
  from,
  size,
  subject,
  to,
  display_from,
  display_to,
  relevancy
};

struct SortCriterion {
  SortBy by;
  bool reverse = false;
};

/// Those criteria that count: one that stands there again changes nothing.
std::vector<SortCriterion> without_repeats(const std::vector<SortCriterion>& criteria);

/// Appends the message's key: the keys compare as bytes, equal ones are in the order of the UIDs. On the account's
/// worker.
void append_sort_key(std::string& out, std::span<const SortCriterion> criteria, const storage::Message& message,
                     storage::ReadTransaction& tx, search::Relevancy relevancy);

/// Collects what a search finds and sorts it. Memory: 32 bytes a message and its keys, of which each takes 4 KiB at
/// most and all together 256 MiB. take() and sort_some() run on the account's worker, the rest on the loop, never
/// at the same time.
class SortedFinds : public search::Finds {
 public:
  explicit SortedFinds(std::vector<SortCriterion> criteria);

  void take(const storage::Message& message, storage::ReadTransaction& tx, search::Relevancy relevancy) override;
  /// Their keys take more memory than one command may have; what came later was left out.
  bool is_too_much() const { return keys_.size() > most_key_bytes; }
  /// Sorts a part, some milliseconds' worth. False when all is sorted.
  bool sort_some();

  struct Found {
    std::size_t key;
    std::uint32_t key_size;
    Uid uid;
    std::uint64_t modseq;
    std::uint8_t relevancy;
  };
  /// In order once sort_some() has said so; messages that compare equal by their UIDs. RFC 5256 section 3.
  const std::vector<Found>& found() const { return found_; }

 private:
  static constexpr std::size_t most_key_bytes = std::size_t{256} * 1024 * 1024;

  std::string_view key(const Found& found) const {
    return std::string_view(keys_).substr(found.key, found.key_size);
  }
  void sort_run(std::size_t begin, std::size_t end);

  std::vector<SortCriterion> criteria_;
  std::string keys_;  ///< one behind the other
  std::vector<Found> found_;
  std::size_t sorted_ = 0;  ///< messages in the runs that are sorted so far
  std::size_t width_;       ///< of those runs; it doubles with each pass of merging
};

}  // namespace postbag
