// What the client reads for messages: sequence numbers or UIDs, in the order of an answer.
#pragma once

#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "commands/arguments.h"
#include "core/numbers.h"
#include "core/range_set.h"
#include "session/selected/view.h"

namespace postbag {

/// As ranges: only rising neighbours are in one. RFC 5267 section 3.2. Of UIDs too, since both are written alike.
class Numbers {
 public:
  Numbers() = default;
  /// Messages that are not in the view have no sequence number and are left out.
  Numbers(const View& view, const UidSet& uids, ByUid by_uid);
  Numbers(const View& view, const std::vector<Uid>& uids, ByUid by_uid);

  bool empty() const { return ranges_.empty(); }
  std::uint64_t size() const;
  std::uint32_t front() const { return ranges_.front().first.value(); }
  std::uint32_t back() const { return ranges_.back().last.value(); }
  std::span<const SeqRange> ranges() const { return ranges_; }

  /// Those at the places [begin, end), as far as there are so many.
  Numbers at_places(std::uint64_t begin, std::uint64_t end) const;

 private:
  void add(SeqRange range);

  std::vector<SeqRange> ranges_;
};

}  // namespace postbag
