// A set of the values of an enum.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <type_traits>

namespace postbag {

/// `E` counts from 0 to `last`. The set takes as many bytes as it has bits to hold.
template <class E, E last>
  requires std::is_enum_v<E>
class EnumSet {
  static constexpr std::size_t count = static_cast<std::size_t>(last) + 1;
  static_assert(count <= 64);

 public:
  using Bits =
      std::conditional_t<count <= 8, std::uint8_t,
                         std::conditional_t<count <= 16, std::uint16_t,
                                            std::conditional_t<count <= 32, std::uint32_t, std::uint64_t>>>;

  constexpr EnumSet() = default;
  /// One value is a set too, so this converts.
  constexpr EnumSet(E value) : bits_(bit(value)) {}
  constexpr EnumSet(std::initializer_list<E> values) {
    for (const E value : values) add(value);
  }
  static constexpr EnumSet all() { return from_bits(~std::uint64_t{0}); }
  /// Bit n, counted from the lowest, stands for the value n. Bits above that of `last` are left out.
  static constexpr EnumSet from_bits(std::uint64_t bits) {
    EnumSet out;
    out.bits_ = static_cast<Bits>(bits & (~std::uint64_t{0} >> (64 - count)));
    return out;
  }

  constexpr Bits bits() const { return bits_; }
  constexpr bool has(E value) const { return (bits_ & bit(value)) != 0; }
  constexpr bool empty() const { return bits_ == 0; }
  /// True when a value is in both.
  constexpr bool overlaps(EnumSet other) const { return (bits_ & other.bits_) != 0; }
  constexpr void add(EnumSet other) { bits_ = static_cast<Bits>(bits_ | other.bits_); }
  constexpr void remove(EnumSet other) { bits_ = static_cast<Bits>(bits_ & ~other.bits_); }
  constexpr bool operator==(const EnumSet&) const = default;

 private:
  static constexpr Bits bit(E value) {
    return static_cast<Bits>(std::uint64_t{1} << static_cast<std::size_t>(value));
  }

  Bits bits_ = 0;
};

}  // namespace postbag
