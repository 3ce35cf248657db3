// A grammar as tools/abnfc.py compiles it: instructions and tables for the Machine.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace postbag::protocol {

enum class Op : std::uint8_t {
  text,    ///< the bytes texts[b .. b+a), letters in either case
  set,     ///< one byte of sets[b]
  span,    ///< any number of bytes of sets[b]
  decide,  ///< look ahead with decisions[b] and continue as it decides
  jump,    ///< continue at b
  call,    ///< continue at b until `ret`
  ret,
  open,   ///< a node of rule a begins; its children follow
  close,  ///< the innermost open node ends
  leaf,   ///< a node of rule a that has no children begins
  leaf_end,
  kind,       ///< alternative a of the innermost open node
  leaf_kind,  ///< alternative a of the leaf
  mark,       ///< a number begins here
  max,        ///< and ends here: it must be at most numbers[b]
  literal,    ///< a literal: header, then the octets it counts. a: LiteralOption bits
  enter,      ///< one level deeper into a rule that can contain itself
  leave,
  accept,  ///< the end
};

/// Bits of Instruction::a at Op::literal.
enum LiteralOption : std::uint8_t { literal_binary = 1, literal_stream = 2 };

struct Instruction {
  Op op;
  std::uint16_t a;
  std::uint32_t b;
};

/// A set of bytes.
class ByteSet {
 public:
  constexpr ByteSet(std::uint64_t w0, std::uint64_t w1, std::uint64_t w2, std::uint64_t w3)
      : words_{w0, w1, w2, w3} {}
  constexpr bool has(char c) const {
    const auto byte = static_cast<unsigned char>(c);
    return (words_[byte / 64] >> (byte % 64) & 1) != 0;
  }

 private:
  std::array<std::uint64_t, 4> words_;
};

/// An automaton for looking ahead. `moves` has a row for each state and a column for each class of bytes.
struct Decision {
  std::uint32_t state;    ///< the first state
  std::uint32_t targets;  ///< the index in Program::targets of its choices' instructions
};

/// Everything in it has static storage.
struct Program {
  /// Values in `moves`: a state, or `chosen + number of the choice`, or `stuck`.
  static constexpr std::uint16_t chosen = 0x8000;
  static constexpr std::uint16_t stuck = 0xffff;

  std::span<const Instruction> code;
  std::string_view texts;  ///< lower case
  std::span<const ByteSet> sets;
  std::span<const std::uint64_t> numbers;
  std::span<const Decision> decisions;
  std::span<const std::uint32_t> targets;
  std::span<const std::uint16_t> moves;
  std::span<const std::uint8_t> classes;  ///< of each byte, and at 256 of the end of the text
  std::uint16_t class_count;
  std::span<const std::string_view> rule_names;
};

}  // namespace postbag::protocol
