#include "protocol/parse/machine.h"

#include "core/ascii.h"
#include "protocol/parse/values.h"

namespace postbag::protocol {

std::string_view to_string(ParseError error) {
  switch (error) {
    case ParseError::syntax: return "Syntax error";
    case ParseError::number_too_big: return "Number too big";
    case ParseError::too_deep: return "Nested too deeply";
    case ParseError::too_many_parts: return "Too many parts";
    case ParseError::nul_in_literal: return "NUL in literal";
  }
  return "";
}

Machine::Machine(const Program& program, std::size_t nesting) : program_(program), nesting_(nesting) {}

void Machine::reset() {
  pc_ = at_ = mark_ = 0;
  depth_ = 0;
  awaiting_literal_ = false;
  tape_.clear();
  calls_.clear();
  open_.clear();
}

void Machine::release() {
  reset();
  Tape().swap(tape_);
  std::vector<std::uint32_t>().swap(calls_);
  std::vector<std::uint32_t>().swap(open_);
}

bool Machine::fail(ParseError error, std::size_t offset) {
  error_ = error;
  error_offset_ = offset;
  return false;
}

Outcome Machine::run(std::string_view text) {
  text_ = text;
  awaiting_literal_ = false;
  for (;;) {
    const Instruction& i = program_.code[pc_++];
    if (i.op == Op::accept)
      return at_ == text_.size() || fail(ParseError::syntax, at_) ? Outcome::accepted : Outcome::bad;
    if (!step(i)) return Outcome::bad;
    if (awaiting_literal_) return stop_at_literal();
  }
}

// The machine's only long function: its cases are the instruction table.
inline bool Machine::step(const Instruction& i) {
  switch (i.op) {
    case Op::text: return match_text(i);
    case Op::set: return match_set(i);
    case Op::span: match_span(i); return true;
    case Op::decide: return decide(i);
    case Op::jump: pc_ = i.b; return true;
    case Op::call:
      calls_.push_back(pc_);
      pc_ = i.b;
      return true;
    case Op::ret:
      pc_ = calls_.back();
      calls_.pop_back();
      return true;
    case Op::open: open_.push_back(static_cast<std::uint32_t>(tape_.size())); return open_node(i.a);
    case Op::close:
      close_node();
      open_.pop_back();
      return true;
    case Op::leaf: return open_node(i.a);
    case Op::leaf_end: tape_.back().close(at_, 1); return true;
    case Op::kind: tape_[open_.back()].set_kind(static_cast<std::uint8_t>(i.a)); return true;
    case Op::leaf_kind: tape_.back().set_kind(static_cast<std::uint8_t>(i.a)); return true;
    case Op::mark: mark_ = at_; return true;
    case Op::max: return check_max(program_.numbers[i.b]);
    case Op::literal: return match_literal(i);
    case Op::enter: return enter();
    case Op::leave: --depth_; return true;
    case Op::accept: break;
  }
  return false;
}

inline bool Machine::match_text(const Instruction& i) {
  const std::string_view want = program_.texts.substr(i.b, i.a);
  const std::size_t there = std::min(text_.size() - at_, want.size());
  for (std::size_t k = 0; k < there; ++k)
    if (ascii_lower(text_[at_ + k]) != want[k]) return fail(ParseError::syntax, at_ + k);
  if (there < want.size()) return fail(ParseError::syntax, text_.size());
  at_ += i.a;
  return true;
}

inline bool Machine::match_set(const Instruction& i) {
  if (at_ == text_.size() || !program_.sets[i.b].has(text_[at_])) return fail(ParseError::syntax, at_);
  ++at_;
  return true;
}

inline void Machine::match_span(const Instruction& i) {
  const ByteSet& set = program_.sets[i.b];
  std::size_t at = at_;
  while (at < text_.size() && set.has(text_[at])) ++at;
  at_ = static_cast<std::uint32_t>(at);
}

inline bool Machine::decide(const Instruction& i) {
  const Decision& decision = program_.decisions[i.b];
  std::size_t state = decision.state;
  for (std::size_t at = at_;; ++at) {
    const std::size_t byte = at < text_.size() ? static_cast<unsigned char>(text_[at]) : 256;
    const std::uint16_t move = program_.moves[state * program_.class_count + program_.classes[byte]];
    if (move == Program::stuck) return fail(ParseError::syntax, std::min(at, text_.size()));
    if (move >= Program::chosen) {
      pc_ = program_.targets[decision.targets + (move - Program::chosen)];
      return true;
    }
    state = move;
  }
}

bool Machine::check_max(std::uint64_t max) {
  return number_value(text_.substr(mark_, at_ - mark_), max) || fail(ParseError::number_too_big, mark_);
}

bool Machine::match_literal(const Instruction& i) {
  const auto header = literal_header(text_.substr(at_));
  if (!header || header->binary != ((i.a & literal_binary) != 0)) return fail(ParseError::syntax, at_);
  const std::size_t begin = at_ + header->length;
  literal_ = {header->size, header->synchronising, header->binary, (i.a & literal_stream) != 0};
  if (begin == text_.size()) {
    at_ = static_cast<std::uint32_t>(begin);
    awaiting_literal_ = true;
    return true;
  }
  if (header->size > text_.size() - begin) return fail(ParseError::syntax, text_.size());
  const std::string_view content = text_.substr(begin, static_cast<std::size_t>(header->size));
  if (!header->binary && content.find('\0') != content.npos) return fail(ParseError::nul_in_literal, begin);
  at_ = static_cast<std::uint32_t>(begin + content.size());
  return true;
}

inline bool Machine::open_node(std::uint16_t rule) {
  if (tape_.size() == Node::max_nodes) return fail(ParseError::too_many_parts, at_);
  tape_.emplace_back(rule, at_);
  return true;
}

inline void Machine::close_node() {
  const std::uint32_t node = open_.back();
  tape_[node].close(at_, tape_.size() - node);
}

inline bool Machine::enter() { return ++depth_ <= nesting_ + 1 || fail(ParseError::too_deep, at_); }

Outcome Machine::stop_at_literal() {
  // Closes open nodes as if the text ended here, so that the tree can be read; they are closed again later.
  for (const std::uint32_t node : open_) tape_[node].close(at_, tape_.size() - node);
  return Outcome::literal;
}

}  // namespace postbag::protocol
