// The numbers of IMAP as types that cannot be mixed up. RFC 9051 section 2.3.1, RFC 7162 section 3.1.
#pragma once

#include <compare>
#include <concepts>
#include <cstdint>
#include <functional>
#include <optional>

namespace postbag {

/// A number from 1 to `Max` of one kind; kinds neither convert, compare nor add to each other.
template <class Tag, std::unsigned_integral Rep, Rep Max>
class Number {
 public:
  using rep = Rep;
  static constexpr Rep max_value = Max;

  /// Nothing when `v` is 0 or above Max.
  static constexpr std::optional<Number> from(std::uint64_t v) {
    if (v == 0 || v > Max) return std::nullopt;
    return Number(static_cast<Rep>(v));
  }
  /// For values known to be in range; asserts nothing, so check what a stranger sent with from().
  explicit constexpr Number(Rep v) : v_(v) {}
  static constexpr Number min() { return Number(1); }
  static constexpr Number max() { return Number(Max); }

  constexpr Rep value() const { return v_; }
  constexpr auto operator<=>(const Number&) const = default;

  /// The number after this one. Must not be called on max().
  constexpr Number next() const { return Number(static_cast<Rep>(v_ + 1)); }
  /// The number before this one. Must not be called on min().
  constexpr Number previous() const { return Number(static_cast<Rep>(v_ - 1)); }

 private:
  Rep v_;
};

using Uid = Number<struct UidTag, std::uint32_t, 0xffff'ffffU>;
using SeqNum = Number<struct SeqNumTag, std::uint32_t, 0xffff'ffffU>;
using UidValidity = Number<struct UidValidityTag, std::uint32_t, 0xffff'ffffU>;
/// 63 bits: RFC 7162 section 3.1. The first one a mailbox has is 1; 0 is never announced.
using ModSeq = Number<struct ModSeqTag, std::uint64_t, 0x7fff'ffff'ffff'ffffULL>;
/// A mailbox for its whole life, over every rename; never used again after DELETE.
using MailboxId = Number<struct MailboxIdTag, std::uint64_t, 0x7fff'ffff'ffff'ffffULL>;
/// The bytes of a message, shared by every copy of it. RFC 8474 calls it EMAILID.
using BodyId = Number<struct BodyIdTag, std::uint64_t, 0x7fff'ffff'ffff'ffffULL>;
/// A conversation: the body that began it gave it its number, which that body's end does not end. RFC 8474:
/// THREADID.
using ThreadId = Number<struct ThreadIdTag, std::uint64_t, 0x7fff'ffff'ffff'ffffULL>;
/// An account for its whole life, over every change of its name.
using AccountId = Number<struct AccountIdTag, std::uint64_t, 0x7fff'ffff'ffff'ffffULL>;

}  // namespace postbag

template <class Tag, std::unsigned_integral Rep, Rep Max>
struct std::hash<postbag::Number<Tag, Rep, Max>> {
  std::size_t operator()(const postbag::Number<Tag, Rep, Max>& n) const noexcept {
    return std::hash<Rep>{}(n.value());
  }
};
