// Received bytes -> commands: lines, literals, the parser and the limits, without a socket. RFC 9051 sections 2.2.1
// and 4.3, RFC 7888.
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

/// What was sent is not a command, or breaks a limit. The session answers `tag BAD text`. The rest of the command
/// is dropped by the reader, with the literals that come unasked in it; none of it is run.
struct BadCommand {
  std::string tag;          ///< "*" when the line had none, and for raw lines
  std::string text;         ///< for people, in English, with the offset of the error
  bool must_close = false;  ///< the rest is too much to drop: the session must say BYE and close
};

/// The client wants to send a literal. Answer with accept_in_memory(), accept_as_stream() or refuse() before asking
/// for the next event. What was sent so far is known to be correct, and the size is within the limits of Limits
/// unless `message` is set: the size of a message is the session's to judge.
struct LiteralAnnounced {
  /// The command so far. Its tree ends at the literal: of what comes there or behind, mandatory accessors yield
  /// views of nothing or of an empty text.
  Command command;
  std::uint64_t size = 0;      ///< bytes
  bool synchronising = false;  ///< the client waits for "+": the session sends it after accepting
  bool message = false;        ///< the message of an APPEND: take it as a stream
  bool binary = false;         ///< literal8: may hold NUL. RFC 3516 section 4.4
};

/// A piece of a literal accepted as a stream. At least one comes for each such literal, and the last one says so.
struct LiteralBytes {
  std::string_view bytes;  ///< valid until the next event is asked for; may be empty
  bool last = false;
};

/// A line asked for by expect_raw_line(), without its line end.
struct RawLine {
  std::string_view text;  ///< valid until the next event is asked for
};

using ReaderEvent = std::variant<NeedMore, Command, BadCommand, LiteralAnnounced, LiteralBytes, RawLine>;

/// The reading half of one connection, sans I/O. Not thread-safe, not movable while an event is looked at. After
/// warm-up, commands allocate nothing. Parsing happens at line ends only, and the parser goes on where it stopped
/// at a literal, so the work is linear in the bytes.
///
///     reader.feed(bytes);
///     for (;;) std::visit(overloaded{[](NeedMore) { ... }, [](const Command& c) { ... }, ...}, reader.next());
class CommandReader {
 public:
  /// `limits` must outlive the reader.
  explicit CommandReader(const Limits& limits);

  /// Takes received bytes; copies them; what an event looks at stays as it is. The reader does not bound what is
  /// fed to it, only what it keeps: the caller stops receiving when buffered() has a few commands' worth.
  void feed(std::string_view bytes);

  /// The next event. What the event before looked at is no longer valid.
  ReaderEvent next();

  /// Answers to LiteralAnnounced. Accepted in memory, the literal becomes part of the command's text; a NUL in it
  /// is BAD unless it is binary. Accepted as a stream, it comes as LiteralBytes events (its View's text is the
  /// header only), and then parsing of the same command goes on behind it. Only a `message` may be taken as a
  /// stream, and only what is not is bounded in memory.
  void accept_in_memory();
  void accept_as_stream();
  /// The literal is not wanted; the session answers the command with NO or BAD itself. A non-synchronising literal
  /// and the rest of its command are dropped unseen. Returns whether the session must close the connection, since
  /// that is more than Limits::refused_literal_dropped.
  [[nodiscard]] bool refuse();
  /// Gives up a command after its literal was accepted, for instance when the disk is full: what is left of it is
  /// dropped unseen, whatever its size, since the client was asked for it. The session answers the command.
  void abandon();

  /// The next event (but for NeedMore and BadCommand, when the line is too long) is a RawLine instead of a command:
  /// SASL responses, DONE. RFC 9051 sections 6.2.2 and 6.3.13.
  void expect_raw_line();

  /// From now on the limits after login hold.
  void set_logged_in() { logged_in_ = true; }

  /// Bytes fed and not yet used.
  std::size_t buffered() const { return framer_.buffered(); }
  /// Whether a command has been begun and not been handed out: bytes of it are held.
  bool in_command() const { return !text_.empty() && !finished_; }
  /// Bytes of memory the reader holds for its buffers.
  std::size_t memory() const;
  /// Gives back all buffers that hold nothing. Call it before waiting long, so that an idle connection holds
  /// nothing. What an event looked at is no longer valid.
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
  /// Why the literal is not even offered to the session; empty when it is.
  std::size_t argument_limit(grammar::Rule rule) const;
  std::string_view objection(const LiteralAnnounced& literal) const;
  /// For the lines of a command that begins with `text`; empty for a raw line.
  std::size_t line_limit(std::string_view text) const;

  /// Ends the command as bad. The line was taken whole: only a literal announced at its end is left to drop.
  ReaderEvent bad(std::string_view text);
  ReaderEvent bad_at(std::string_view text, std::size_t offset);
  ReaderEvent line_too_long();
  /// Begins to drop; returns whether `octets` is too much.
  bool drop_from(std::uint64_t octets);
  void drop_parser_when_large();

  std::string tag() const;
  Command command() const;

  const Limits& limits_;
  Framer framer_;
  Machine machine_;
  std::string text_;                     ///< of the command so far, without streamed literals; or a raw line
  std::string piece_;                    ///< of a streamed literal; the end of a line being dropped
  std::optional<LiteralHeader> at_end_;  ///< the literal that the last line announced
  std::uint64_t octets_left_ = 0;        ///< of the literal being received or dropped
  std::uint64_t dropped_ = 0;            ///< octets of literals dropped of this command
  std::size_t line_bytes_ = 0;           ///< of this command without its literals
  std::size_t reparsed_ = 0;             ///< bytes parsed again; see drop_parser_when_large()
  Mode mode_ = Mode::command;
  bool finished_ = true;   ///< the next line begins a command
  bool streamed_ = false;  ///< a literal of this command went elsewhere
  bool logged_in_ = false;
};

}  // namespace postbag::protocol
