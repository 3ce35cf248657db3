// The numbers of IMAP as types that cannot be confused. RFC 9051 section 2.3.1, RFC 7162 section 3.1.
#pragma once

#include <compare>
#include <concepts>
#include <cstdint>
#include <functional>
#include <optional>

namespace postbag {

/// A number of one kind, from 1 to `Max`. Numbers of different kinds do not convert, compare or add to each other.
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
  /// For values known to be in range. Nothing is checked: convert what a client sent with from().
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
/// 63 bits: RFC 7162 section 3.1. A mailbox's first one is 1; 0 is never sent.
using ModSeq = Number<struct ModSeqTag, std::uint64_t, 0x7fff'ffff'ffff'ffffULL>;
/// Identifies a mailbox for its whole life, through every rename; never used again after DELETE.
using MailboxId = Number<struct MailboxIdTag, std::uint64_t, 0x7fff'ffff'ffff'ffffULL>;
/// Identifies the bytes of a message, which all its copies share. RFC 8474 calls it EMAILID.
using BodyId = Number<struct BodyIdTag, std::uint64_t, 0x7fff'ffff'ffff'ffffULL>;
/// Identifies a conversation by the number of the body that began it; stays valid after that body is deleted. RFC
/// 8474: THREADID.
using ThreadId = Number<struct ThreadIdTag, std::uint64_t, 0x7fff'ffff'ffff'ffffULL>;
/// Identifies an account for its whole life, through every change of its name.
using AccountId = Number<struct AccountIdTag, std::uint64_t, 0x7fff'ffff'ffff'ffffULL>;

}  // namespace postbag

template <class Tag, std::unsigned_integral Rep, Rep Max>
struct std::hash<postbag::Number<Tag, Rep, Max>> {
  std::size_t operator()(const postbag::Number<Tag, Rep, Max>& n) const noexcept {
    return std::hash<Rep>{}(n.value());
  }
};
