// Flags of a message. RFC 9051 section 2.3.2.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/enum_set.h"

namespace postbag {

/// The system flags that are stored, where each is the bit of its place. \Recent belongs to a session and is never
/// stored here.
enum class SystemFlag : std::uint8_t { answered, flagged, deleted, seen, draft };

using SystemFlags = EnumSet<SystemFlag, SystemFlag::draft>;

/// A set of keywords, each an index into the keyword table of its mailbox. A mailbox has at most 256 keywords, and
/// an index keeps its meaning as long as the mailbox lives.
class KeywordSet {
 public:
  static constexpr std::size_t capacity = 256;
  constexpr bool has(std::size_t i) const { return (words_[i / 64] >> (i % 64) & 1) != 0; }
  constexpr void add(std::size_t i) { words_[i / 64] |= std::uint64_t{1} << (i % 64); }
  constexpr void remove(std::size_t i) { words_[i / 64] &= ~(std::uint64_t{1} << (i % 64)); }
  constexpr void add(const KeywordSet& o) {
    for (std::size_t w = 0; w < words_.size(); ++w) words_[w] |= o.words_[w];
  }
  constexpr void remove(const KeywordSet& o) {
    for (std::size_t w = 0; w < words_.size(); ++w) words_[w] &= ~o.words_[w];
  }
  constexpr bool empty() const { return *this == KeywordSet{}; }
  constexpr bool operator==(const KeywordSet&) const = default;
  /// Calls f(index) for each keyword in rising order.
  template <class F>
  constexpr void for_each(F&& f) const {
    for (std::size_t w = 0; w < words_.size(); ++w)
      for (std::uint64_t rest = words_[w]; rest != 0; rest &= rest - 1)
        f(w * 64 + static_cast<std::size_t>(std::countr_zero(rest)));
  }

 private:
  std::array<std::uint64_t, capacity / 64> words_{};
};

/// The flags of a stored message. The keywords are indexes into the keyword table of the message's mailbox.
struct Flags {
  SystemFlags system;
  KeywordSet keywords;
  constexpr bool operator==(const Flags&) const = default;
};

/// Flags as a client names them: keywords by name, compared without regard to ASCII case.
struct NamedFlags {
  SystemFlags system;
  std::vector<std::string> keywords;
  bool operator==(const NamedFlags&) const = default;
};

}  // namespace postbag
