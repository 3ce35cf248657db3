// Runs a grammar's program over a text: no recursion, no backtracking, and no allocation once its buffers have
// grown.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "protocol/parse/program.h"
#include "protocol/parse/tape.h"
#include "protocol/parse/view.h"

namespace postbag::protocol {

/// How a run ended.
enum class Outcome : std::uint8_t {
  accepted,  ///< all of the text matches
  bad,       ///< see Machine::error() and error_offset()
  literal,   ///< the text ends after the header of a literal: see Machine::literal()
};

/// Why a text is bad, as a text for people.
enum class ParseError : std::uint8_t { syntax, number_too_big, too_deep, too_many_parts, nul_in_literal };
std::string_view to_string(ParseError error);

/// The parser. It looks ahead as far as the grammar needs (usually an atom) and never returns to what it has
/// matched, so the work is linear in the text. Not thread-safe; `program` must outlive it.
class Machine {
 public:
  /// The literal at which it stopped.
  struct Literal {
    std::uint64_t size = 0;  ///< octets
    bool synchronising = true;
    bool binary = false;  ///< "~{": may contain NUL
    bool stream = false;  ///< the grammar marks it as a message
  };

  /// `nesting`: how many levels of rules inside themselves (lists, search keys) are allowed.
  Machine(const Program& program, std::size_t nesting);

  /// Starts again and keeps the buffers.
  void reset();

  /// Matches `text` from where the last run stopped; from its beginning after reset(). The text matched before
  /// must have the same content (it may have moved). After a literal the caller calls skip() first. Literals whose
  /// octets are already in the text are matched without stopping.
  Outcome run(std::string_view text);

  /// Takes the `octets` after the literal's header, which are now in the text, as its content. 0 when the literal
  /// was streamed elsewhere.
  void skip(std::uint64_t octets) { at_ += static_cast<std::uint32_t>(octets); }

  const Literal& literal() const { return literal_; }
  ParseError error() const { return error_; }
  std::size_t error_offset() const { return error_offset_; }

  /// The root of the tree over `text`, the text given to run(). After Outcome::literal all open nodes end where
  /// the text ends. Valid until the next run() or reset(). Empty before a run.
  View root(std::string_view text) const { return tape_.empty() ? View() : View(text.data(), tape_.data()); }

  /// All nodes of the tree, parents before children. Valid as long as the root.
  const Tape& tape() const { return tape_; }

  /// Bytes of its buffers in use, and allocated.
  std::size_t used() const { return tape_.size() * sizeof(Node) + (calls_.size() + open_.size()) * 4; }
  std::size_t memory() const {
    return tape_.capacity() * sizeof(Node) + (calls_.capacity() + open_.capacity()) * 4;
  }
  /// Starts again and frees the buffers.
  void release();

 private:
  bool match_text(const Instruction& i);
  bool match_set(const Instruction& i);
  void match_span(const Instruction& i);
  bool decide(const Instruction& i);
  bool check_max(std::uint64_t max);
  bool match_literal(const Instruction& i);
  bool open_node(std::uint16_t rule);
  void close_node();
  bool enter();
  bool step(const Instruction& i);
  bool fail(ParseError error, std::size_t offset);
  Outcome stop_at_literal();

  const Program& program_;
  std::size_t nesting_;
  std::string_view text_;
  std::uint32_t pc_ = 0;
  std::uint32_t at_ = 0;
  std::uint32_t mark_ = 0;
  std::size_t depth_ = 0;
  bool awaiting_literal_ = false;
  Tape tape_;
  std::vector<std::uint32_t> calls_;
  std::vector<std::uint32_t> open_;
  Literal literal_;
  ParseError error_ = ParseError::syntax;
  std::size_t error_offset_ = 0;
};

}  // namespace postbag::protocol
