// What SORT finds, put in order. RFC 5256 section 3.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "search/finds.h"
#include "search/order/sort_key.h"

namespace postbag::search {

/// Messages that compare equal come in the order of their UIDs. Memory: 32 bytes a message and its keys, of which
/// each takes 4 KiB at most and all together 256 MiB.
class SortedFinds final : public Finds {
 public:
  explicit SortedFinds(const SortOrder& order);

  void take(const storage::Message& message, storage::ReadTransaction& tx, Relevancy relevancy) override;
  bool is_arranged() const override { return sorted_ >= found_.size() && width_ >= found_.size(); }
  void arrange() override;
  bool is_too_much() const override { return keys_.size() > most_key_bytes; }

  /// In order, once it is arranged.
  Results results(bool with_scores) const;

 private:
  static constexpr std::size_t most_key_bytes = std::size_t{256} * 1024 * 1024;

  struct Found {
    std::size_t key;
    std::uint32_t key_size;
    Uid uid;
    std::uint64_t modseq;
    std::uint8_t relevancy;
  };
  std::string_view key(const Found& found) const {
    return std::string_view(keys_).substr(found.key, found.key_size);
  }
  void sort_run(std::size_t begin, std::size_t end);
  FoundModSeqs modseqs() const;

  SortOrder order_;
  std::string keys_;  ///< one after the other
  std::vector<Found> found_;
  std::size_t sorted_ = 0;  ///< messages in the runs that are sorted so far
  std::size_t width_;       ///< of those runs; it doubles with each pass of merging
};

}  // namespace postbag::search
