// Converts received bytes to commands: lines, literals, parser and limits, without a socket. RFC 9051 sections
// 2.2.1 and 4.3, RFC 7888.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "core/limits.h"
#include "protocol/command.h"
#include "protocol/framer.h"
#include "protocol/parse/machine.h"
#include "protocol/parse/values.h"

namespace postbag::protocol {

/// No event until more bytes are fed.
struct NeedMore {};

/// The bytes are not a command, or exceed a limit. The session answers `tag BAD text`. The reader drops the rest
/// of the command, with its non-synchronising literals; none of it is executed.
struct BadCommand {
  std::string tag;          ///< "*" when the line had no tag, and for raw lines
  std::string text;         ///< for people, in English, with the offset of the error
  std::string code = {};    ///< response code without its brackets; empty for none. RFC 9051 section 7.1
  bool must_close = false;  ///< the rest is too large to drop: the session must send BYE and close
};

/// The client wants to send a literal. Call accept_in_memory(), accept_as_stream() or refuse() before asking for
/// the next event. The bytes so far are a correct beginning of a command. The size is within Limits, unless
/// `message` is set: the session decides how large a message may be.
struct LiteralAnnounced {
  /// The command so far. Its tree ends at the literal: mandatory accessors for what follows yield empty views or
  /// an empty text.
  Command command;
  std::uint64_t size = 0;      ///< bytes
  bool synchronising = false;  ///< the client waits for "+", which the session sends after accepting
  bool message = false;        ///< the message of an APPEND: accept it as a stream
  bool binary = false;         ///< literal8: may contain NUL. RFC 3516 section 4.4
};

/// A piece of a literal that was accepted as a stream. Each such literal gives at least one; the last one is
/// marked.
struct LiteralBytes {
  std::string_view bytes;  ///< valid until the next event is asked for; may be empty
  bool last = false;
};

/// A line requested by expect_raw_line(), without its line end.
struct RawLine {
  std::string_view text;  ///< valid until the next event is asked for
};

using ReaderEvent = std::variant<NeedMore, Command, BadCommand, LiteralAnnounced, LiteralBytes, RawLine>;

/// The reading half of one connection, without I/O. Not thread-safe; must not be moved while an event is in use.
/// After warm-up, commands allocate nothing. Parsing happens only at line ends, and after a literal the parser
/// continues where it stopped, so the work is linear in the bytes.
///
///     reader.feed(bytes);
///     for (;;) std::visit(overloaded{[](NeedMore) { ... }, [](const Command& c) { ... }, ...}, reader.next());
class CommandReader {
 public:
  /// `limits` must outlive the reader.
  explicit CommandReader(const Limits& limits);

  /// Copies received bytes; events in use stay valid. The reader limits what it keeps, not what is fed: the caller
  /// stops receiving when buffered() is a few commands' worth.
  void feed(std::string_view bytes);

  /// The next event. The previous event becomes invalid.
  ReaderEvent next();

  /// Answers to LiteralAnnounced. A literal accepted in memory becomes part of the command's text; a NUL in it is
  /// BAD unless it is binary. A literal accepted as a stream arrives as LiteralBytes events (its View's text is
  /// the header only), after which parsing of the same command continues. Only a `message` may be accepted as a
  /// stream, and only other literals are limited in memory.
  void accept_in_memory();
  void accept_as_stream();
  /// Refuses the literal; the session itself answers the command with NO or BAD. A non-synchronising literal and
  /// the rest of its command are dropped. True when the session must close the connection because that is more
  /// than Limits::refused_literal_dropped, and after login also more than Limits::message.
  [[nodiscard]] bool refuse();
  /// Abandons a command after its literal was accepted, for example because the disk is full. The rest is dropped,
  /// whatever its size, because the client was asked to send it. The session answers the command.
  void abandon();

  /// The next event (other than NeedMore, and BadCommand for a line that is too long) is a RawLine instead of a
  /// command: SASL responses, DONE. RFC 9051 sections 6.2.2 and 6.3.13.
  void expect_raw_line();

  /// From now on the limits after login apply, or again those before it.
  void set_logged_in(bool logged_in) { logged_in_ = logged_in; }

  /// Bytes fed and not used yet.
  std::size_t buffered() const { return framer_.buffered(); }
  /// True when a command has begun and was not yet given out: some of its bytes are held.
  bool in_command() const { return !text_.empty() && !finished_; }
  /// Bytes of memory used by the reader's buffers.
  std::size_t memory() const;
  /// Frees all empty buffers. Call it before a long wait, so that an idle connection uses no memory. The previous
  /// event becomes invalid.
  void release_memory();

 private:
  enum class Mode : std::uint8_t { command, raw_line, literal_asked, literal_in_memory, literal_stream, dropping };

  void begin_command();
  ReaderEvent next_line();
  ReaderEvent take_line(std::string_view line);
  ReaderEvent next_literal_in_memory();
  ReaderEvent next_literal_piece();
  ReaderEvent next_raw_line();
  ReaderEvent drop();

  ReaderEvent parse();
  ReaderEvent announce();
  std::size_t argument_limit(grammar::Rule rule) const;
  struct Objection {
    std::string_view text, code;
  };
  /// Why the literal is refused without asking the session; nothing when the session decides.
  std::optional<Objection> objection(const LiteralAnnounced& literal) const;
  /// The limit for lines of a command that begins with `text`; empty for a raw line.
  std::size_t line_limit(std::string_view text) const;

  /// Ends the command as bad. Its last line was read completely: only a literal announced at the line's end must
  /// be dropped.
  ReaderEvent bad(std::string_view text, std::string_view code = {});
  ReaderEvent bad_at(std::string_view text, std::size_t offset);
  ReaderEvent whole_line_too_long(std::string_view text);
  ReaderEvent line_too_long();
  /// Starts to drop; true when `octets` is too much.
  bool drop_from(std::uint64_t octets);
  std::uint64_t most_dropped() const;
  void drop_parser_when_large();

  std::string tag() const;
  Command command() const;

  const Limits& limits_;
  Framer framer_;
  Machine machine_;
  std::string text_;                     ///< the command so far, without streamed literals; or a raw line
  std::string piece_;                    ///< of a streamed literal; or the end of a line that is being dropped
  std::optional<LiteralHeader> at_end_;  ///< the literal that the last line announced
  std::uint64_t octets_left_ = 0;        ///< of the literal being received or dropped
  std::uint64_t dropped_ = 0;            ///< octets of this command's literals that were dropped
  std::size_t line_bytes_ = 0;           ///< bytes of this command without its literals
  std::size_t reparsed_ = 0;             ///< bytes parsed again; see drop_parser_when_large()
  Mode mode_ = Mode::command;
  bool finished_ = true;   ///< the next line begins a command
  bool streamed_ = false;  ///< a literal of this command was streamed
  bool logged_in_ = false;
};

}  // namespace postbag::protocol
