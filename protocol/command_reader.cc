// A command is read line by line. At the end of each line the parser runs on the text so far. Where it stops at a
// literal, the reader announces it and waits for the session's answer (Mode::literal_asked). A literal in memory is
// appended to the text, and the parser goes on after its header; a streamed one never enters the text. So each
// byte is parsed once, except after large literals (drop_parser_when_large()).
//
// What is refused is dropped by its announced lengths: a literal that comes unasked may hold lines that look like
// commands, and none of them is run (Mode::dropping).

#include "protocol/command_reader.h"

#include <algorithm>
#include <cassert>

#include "core/ascii.h"
#include "core/growing_secret.h"
#include "core/wipe.h"

namespace postbag::protocol {

namespace {

/// A buffer up to this size is kept in addition to a command's text.
constexpr std::size_t small = 8 * 1024;

constexpr std::size_t longest_tag = 256;

/// "a1" of "a1 NOOP"; "*" when the text does not begin with a tag. RFC 9051 section 9 (tag).
std::string_view tag_of(std::string_view text) {
  const std::size_t end = std::min(text.find_first_of(" \r"), text.size());
  const std::string_view word = text.substr(0, end);
  const bool good = !word.empty() && std::ranges::all_of(word, [](char c) {
    return c > ' ' && c < 0x7f && std::string_view("(){%*\"\\+").find(c) == std::string_view::npos;
  });
  return good && word.size() <= longest_tag ? word : "*";
}

/// RFC 2971 section 3.3: an ID has up to 30 pairs of 30 and 1 024 octets, and each octet may take two in a quoted
/// string.
constexpr std::size_t longest_id = 64 * 1024;

/// True for a command that begins like ID, which is used before login too and is long.
bool begins_as_id(std::string_view text) {
  const std::size_t space = text.find(' ');
  return space <= longest_tag && ascii_iequal(text.substr(space + 1, 3), "ID ");
}

/// The literal announced at the end of a line, whatever precedes it.
std::optional<LiteralHeader> announced_by(std::string_view line) {
  const std::size_t open = line.rfind('{');
  if (open == line.npos || !line.ends_with('}') || line.size() - open > Framer::tail_length) return std::nullopt;
  return literal_header(std::string(line.substr(open)) + "\r\n");
}

/// True when the parser failed inside the word after the tag, and not because something is missing after that
/// word.
bool in_command_word(std::string_view text, std::size_t offset) {
  const std::size_t space = text.find(' ');
  if (space == text.npos || offset <= space || text.substr(offset).find_first_of(" \r") == 0) return false;
  const std::string_view before = text.substr(space + 1, offset - space - 1);
  return before.find(' ') == before.npos;
}

std::string place(std::size_t offset) { return " at offset " + std::to_string(offset); }

}  // namespace

CommandReader::CommandReader(const Limits& limits)
    : limits_(limits), machine_(grammar::program(), limits.nesting) {}

void CommandReader::feed(std::string_view bytes) { framer_.feed(bytes); }

ReaderEvent CommandReader::next() {
  switch (mode_) {
    case Mode::command: return next_line();
    case Mode::raw_line: return next_raw_line();
    case Mode::literal_in_memory: return next_literal_in_memory();
    case Mode::literal_stream: return next_literal_piece();
    case Mode::dropping: return drop();
    case Mode::literal_asked: break;
  }
  assert(!"a literal was announced and not answered");
  return NeedMore{};
}

void CommandReader::begin_command() {
  text_.clear();
  machine_.reset();
  line_bytes_ = reparsed_ = 0;
  dropped_ = 0;
  finished_ = streamed_ = false;
}

// Lines

ReaderEvent CommandReader::next_line() {
  if (finished_) begin_command();
  const auto line = framer_.take_line();
  if (line) return take_line(*line);
  const std::string_view begun = text_.empty() ? framer_.front(longest_tag + 4) : text_;
  if (line_bytes_ + framer_.buffered() > line_limit(begun)) return line_too_long();
  finished_ = text_.empty();
  return NeedMore{};
}

ReaderEvent CommandReader::take_line(std::string_view line) {
  at_end_ = announced_by(line);
  line_bytes_ += line.size() + 2;
  const std::size_t nul = line.find('\0');
  const std::size_t before = text_.size();
  const bool fits = line_bytes_ <= line_limit(text_.empty() ? line : text_);
  if (fits && nul == line.npos) {
    append_secret(text_, line);
    append_secret(text_, "\r\n");
    return parse();
  }
  if (text_.empty()) text_ = line.substr(0, 512);  // for the tag
  return fits ? bad("NUL in command" + place(before + nul)) : whole_line_too_long("Command line too long");
}

/// The same is said to one whose end has not come: the network may cut it anywhere.
ReaderEvent CommandReader::whole_line_too_long(std::string_view text) {
  ReaderEvent event = bad(text);
  if (!logged_in_) std::get<BadCommand>(event).must_close = true;
  return event;
}

ReaderEvent CommandReader::line_too_long() {
  if (text_.empty()) framer_.take(512, text_);  // for the tag; longer than any literal's header
  BadCommand event{.tag = tag(), .text = "Command line too long", .must_close = !logged_in_};
  piece_.clear();
  at_end_.reset();
  octets_left_ = 0;
  mode_ = Mode::dropping;
  finished_ = true;
  return event;
}

ReaderEvent CommandReader::next_raw_line() {
  finished_ = true;
  const auto line = framer_.take_line();
  if (!line && framer_.buffered() <= line_limit({})) return NeedMore{};
  text_.clear();
  mode_ = Mode::command;
  if (!line) {
    const ReaderEvent event = line_too_long();
    // Such a line has no tag.
    return BadCommand{.tag = "*", .text = "Line too long", .must_close = std::get<BadCommand>(event).must_close};
  }
  at_end_ = announced_by(*line);
  if (line->size() + 2 > line_limit({})) return whole_line_too_long("Line too long");
  text_ = *line;
  return RawLine{text_};
}

void CommandReader::expect_raw_line() {
  assert(mode_ == Mode::command);
  mode_ = Mode::raw_line;
}

// The parser

ReaderEvent CommandReader::parse() {
  switch (machine_.run(text_)) {
    case Outcome::literal: return announce();
    case Outcome::bad: return bad_at(to_string(machine_.error()), machine_.error_offset());
    case Outcome::accepted: break;
  }
  finished_ = true;
  return command();
}

Command CommandReader::command() const {
  const View root = machine_.root(text_);
  View view = root.child(1);
  const bool by_uid = grammar::is_by_uid(static_cast<grammar::Rule>(view.rule_number()));
  if (by_uid) view = view.child(0);
  return {root.child(0).text(), static_cast<grammar::Rule>(view.rule_number()), by_uid, view};
}

std::string CommandReader::tag() const { return std::string(tag_of(text_)); }

ReaderEvent CommandReader::announce() {
  const Machine::Literal& literal = machine_.literal();
  const LiteralAnnounced event{command(), literal.size, literal.synchronising, literal.stream, literal.binary};
  if (const auto why_not = objection(event)) return bad(why_not->text, why_not->code);
  mode_ = Mode::literal_asked;
  octets_left_ = literal.size;
  return event;
}

/// The text between the messages of a long APPEND may be longer than a line of another command.
std::size_t CommandReader::line_limit(std::string_view text) const {
  if (!logged_in_)
    return begins_as_id(text) ? std::max(limits_.line_before_login, longest_id) : limits_.line_before_login;
  return streamed_ ? std::max(limits_.arguments, limits_.line_after_login) : limits_.line_after_login;
}

std::size_t CommandReader::argument_limit(grammar::Rule rule) const {
  if (!logged_in_ && rule == grammar::Rule::id) return std::max(limits_.line_before_login, longest_id);
  if (!logged_in_) return limits_.line_before_login + 2 * limits_.literal_before_login;
  return limits_.*grammar::argument_limit(rule);
}

std::optional<CommandReader::Objection> CommandReader::objection(const LiteralAnnounced& literal) const {
  const grammar::Rule rule = literal.command.rule;
  if (!logged_in_ && rule != grammar::Rule::login && rule != grammar::Rule::id)
    return Objection{"This command allows no literals before login", {}};
  if (!logged_in_ && literal.size > limits_.literal_before_login)
    return Objection{"Literal too big before login", {}};
  const bool must_ask = !literal.synchronising && literal.size > limits_.non_sync_literal;
  // LITERAL- limits messages too, and TOOBIG tells who appends that it has to ask. RFC 7888 section 5.
  const bool appends = literal.message || rule == grammar::Rule::append;
  if (must_ask && appends && limits_.is_literal_minus())
    return Objection{"Non-synchronising literal too big", "TOOBIG"};
  if (literal.message) return std::nullopt;
  if (must_ask) return Objection{"Non-synchronising literal too big", {}};
  const std::size_t most = argument_limit(rule);
  if (text_.size() > most || literal.size > most - text_.size()) return Objection{"Command too long", {}};
  if (reparsed_ > 4 * most) return Objection{"Too many literals", {}};
  return std::nullopt;
}

// Literals

void CommandReader::accept_in_memory() {
  assert(mode_ == Mode::literal_asked);
  mode_ = Mode::literal_in_memory;
}

void CommandReader::accept_as_stream() {
  assert(mode_ == Mode::literal_asked && machine_.literal().stream);
  mode_ = Mode::literal_stream;
  streamed_ = true;
}

bool CommandReader::refuse() {
  assert(mode_ == Mode::literal_asked);
  const bool comes_anyway = !machine_.literal().synchronising;
  mode_ = Mode::command;
  finished_ = true;
  return comes_anyway && drop_from(octets_left_);
}

void CommandReader::abandon() {
  assert(!finished_);
  finished_ = true;
  if (mode_ == Mode::command) octets_left_ = 0;
  piece_.clear();
  mode_ = Mode::dropping;
}

/// A tree may be larger than its text. While the command waits for a literal, a large tree is dropped and its text
/// parsed again later, which objection() limits. A small tree is kept, so that this is rare.
void CommandReader::drop_parser_when_large() {
  if (streamed_ || machine_.used() <= text_.size() + small) return;
  machine_.release();
  reparsed_ += text_.size();
}

ReaderEvent CommandReader::next_literal_in_memory() {
  const std::uint64_t size = machine_.literal().size;
  if (octets_left_ == size) drop_parser_when_large();
  framer_.take(octets_left_, piece_);
  octets_left_ -= piece_.size();
  append_secret(text_, piece_);
  const bool nul = !machine_.literal().binary && piece_.find('\0') != piece_.npos;
  piece_.clear();
  if (nul) {
    BadCommand event{tag(), "NUL in literal"};
    abandon();
    return event;
  }
  if (octets_left_ != 0) {
    framer_.release_memory();
    if (piece_.capacity() > small) std::string().swap(piece_);
    return NeedMore{};
  }
  if (machine_.used() != 0) machine_.skip(size);
  mode_ = Mode::command;
  return next_line();
}

ReaderEvent CommandReader::next_literal_piece() {
  framer_.take(octets_left_, piece_);
  octets_left_ -= piece_.size();
  if (octets_left_ == 0) mode_ = Mode::command;
  if (piece_.empty() && octets_left_ != 0) return NeedMore{};
  return LiteralBytes{piece_, octets_left_ == 0};
}

// Dropping

ReaderEvent CommandReader::bad(std::string_view text, std::string_view code) {
  BadCommand event{tag(), std::string(text), std::string(code)};
  finished_ = true;
  mode_ = Mode::command;
  if (at_end_ && !at_end_->synchronising) event.must_close = drop_from(at_end_->size);
  return event;
}

ReaderEvent CommandReader::bad_at(std::string_view text, std::size_t offset) {
  if (in_command_word(text_, offset)) return bad("Unknown command");
  return bad(std::string(text) + place(offset));
}

bool CommandReader::drop_from(std::uint64_t octets) {
  piece_.clear();
  octets_left_ = octets;
  dropped_ += octets;
  mode_ = Mode::dropping;
  return octets > most_dropped() || dropped_ > most_dropped();
}

/// Whoever has logged in may send as much in a message. So what is refused need not cost the connection, as when
/// the mailbox for a copy of a sent message does not exist yet.
std::uint64_t CommandReader::most_dropped() const {
  return logged_in_ ? std::max<std::uint64_t>(limits_.refused_literal_dropped, limits_.message)
                    : limits_.refused_literal_dropped;
}

ReaderEvent CommandReader::drop() {
  for (;;) {
    octets_left_ -= framer_.drop(octets_left_);
    if (octets_left_ != 0 || !framer_.drop_line(piece_)) return NeedMore{};
    if (piece_.ends_with('\r')) piece_.pop_back();
    at_end_ = announced_by(piece_);
    if (!at_end_ || at_end_->synchronising) break;
    if (drop_from(at_end_->size))
      return BadCommand{.tag = "*", .text = "Refused data too large", .must_close = true};
  }
  piece_.clear();
  mode_ = Mode::command;
  return next_line();
}

// Memory

std::size_t CommandReader::memory() const {
  return framer_.memory() + machine_.memory() + text_.capacity() + piece_.capacity();
}

void CommandReader::release_memory() {
  framer_.release_memory();
  if (!finished_ || (mode_ != Mode::command && mode_ != Mode::raw_line)) return;
  machine_.release();
  wipe(text_);
  wipe(piece_);
  std::string().swap(text_);
  std::string().swap(piece_);
}

}  // namespace postbag::protocol
