// Flags of a message. RFC 9051 section 2.3.2.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace postbag {

/// The system flags that are stored. \Recent belongs to a session and is never stored here.
enum class SystemFlag : std::uint8_t { answered = 1, flagged = 2, deleted = 4, seen = 8, draft = 16 };

/// A set of system flags.
class SystemFlags {
 public:
  constexpr SystemFlags() = default;
  explicit constexpr SystemFlags(std::uint8_t bits) : bits_(bits & all_bits) {}
  static constexpr SystemFlags all() { return SystemFlags(all_bits); }
  constexpr bool has(SystemFlag f) const { return (bits_ & static_cast<std::uint8_t>(f)) != 0; }
  constexpr void add(SystemFlag f) { bits_ = static_cast<std::uint8_t>(bits_ | static_cast<std::uint8_t>(f)); }
  constexpr void add(SystemFlags f) { bits_ = static_cast<std::uint8_t>(bits_ | f.bits_); }
  constexpr void remove(SystemFlags f) { bits_ = static_cast<std::uint8_t>(bits_ & ~f.bits_); }
  constexpr std::uint8_t bits() const { return bits_; }
  constexpr bool operator==(const SystemFlags&) const = default;

 private:
  static constexpr std::uint8_t all_bits = 31;
  std::uint8_t bits_ = 0;
};

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
