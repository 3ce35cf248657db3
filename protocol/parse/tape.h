// The parse tape: the tree of a parsed command or response as a flat sequence of nodes, parents before children.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace postbag::protocol {

/// One matched rule. Only twelve bytes, because the client decides how many there are.
class Node {
 public:
  static constexpr std::size_t max_rules = 512;
  static constexpr std::size_t max_kinds = 128;
  static constexpr std::size_t max_nodes = 0xffff;

  constexpr Node(std::uint16_t rule, std::uint32_t begin)
      : begin_(begin), end_(begin), rule_and_kind_(static_cast<std::uint16_t>(rule << 7)) {}

  /// Byte offsets into the parsed text; end is one after the last.
  constexpr std::uint32_t begin() const { return begin_; }
  constexpr std::uint32_t end() const { return end_; }
  /// A grammar's Rule as a number.
  constexpr std::uint16_t rule() const { return rule_and_kind_ >> 7; }
  /// Which alternative of the rule matched, from 0 in the order of the grammar; 0 for a rule with only one.
  constexpr std::uint8_t kind() const { return rule_and_kind_ & 127; }
  /// The number of nodes in the subtree, including this one: `this + size()` is the next sibling.
  constexpr std::uint16_t size() const { return size_; }

  constexpr void set_kind(std::uint8_t kind) {
    rule_and_kind_ = static_cast<std::uint16_t>((rule_and_kind_ & 0xff80) | (kind & 127));
  }
  constexpr void close(std::uint32_t end, std::size_t size) {
    end_ = end;
    size_ = static_cast<std::uint16_t>(size);
  }

 private:
  std::uint32_t begin_;
  std::uint32_t end_;
  std::uint16_t rule_and_kind_;
  std::uint16_t size_ = 1;
};
static_assert(sizeof(Node) == 12);

using Tape = std::vector<Node>;

}  // namespace postbag::protocol
