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

namespace postbag::protocol {

/// No event until more bytes are fed.
struct NeedMore {};

/// What was sent is not a command, or breaks a limit. The session answers `tag BAD text`. The rest of the line is
/// dropped by the reader, with the literals that come unasked in it; none of it is run.
struct BadCommand {
  std::string tag;          ///< "*" when the line had none
  std::string text;         ///< for people, in English, with the offset of the error
  bool must_close = false;  ///< the rest is too much to drop: the session must say BYE and close
};

/// The client wants to send a literal. Answer with accept_in_memory(), accept_as_stream() or refuse() before asking for
/// the next event. What was sent so far is already known to be correct.
struct LiteralAnnounced {
  /// The command so far: its tree ends at the literal, so a mandatory accessor may yield a View of nothing. Nothing
  /// when not even the command's word is known.
  std::optional<Command> command;
  std::string_view tag;
  std::uint64_t size = 0;      ///< bytes
  bool synchronising = false;  ///< the client waits for "+": the session sends it after accepting
  bool message = false;        ///< the message of an APPEND: take it as a stream
  bool binary = false;         ///< literal8: may hold NUL. RFC 3516 section 4.4
};

/// A piece of a literal accepted as a stream. At least one comes for each such literal, and the last one says so.
struct LiteralBytes {
  std::string_view bytes;  ///< valid until the next event is asked for
  bool last = false;
};

/// A line asked for by expect_raw_line(), without its line end.
struct RawLine {
  std::string_view text;  ///< valid until the next event is asked for
};

using ReaderEvent = std::variant<NeedMore, Command, BadCommand, LiteralAnnounced, LiteralBytes, RawLine>;

/// The reading half of one connection, sans I/O. Not thread-safe. After warm-up, commands without literals allocate
/// nothing. Parsing happens at line ends only, and each byte is parsed once (but see Machine for how much may be
/// parsed again after a literal).
///
///     reader.feed(bytes);
///     for (;;) std::visit(overloaded{[](NeedMore) { … read more … }, [](const Command& c) { … }, …}, reader.next());
class CommandReader {
 public:
  /// `limits` must outlive the reader.
  explicit CommandReader(const Limits& limits);

  /// Takes received bytes; copies them. The caller holds back while a command runs: the reader does not bound what is
  /// fed to it, only what it keeps of it. See buffered().
  void feed(std::string_view bytes);

  /// The next event. A Command, a view of a tree and bytes handed out before are no longer valid afterwards.
  ReaderEvent next();

  /// Answers to LiteralAnnounced. Accepted in memory, the literal becomes part of the command's text; a NUL in it is
  /// BAD. Accepted as a stream, it comes as LiteralBytes events, and then parsing of the same command goes on behind it.
  void accept_in_memory();
  void accept_as_stream();
  /// The literal is not wanted; the session answers the command with NO or BAD itself. A non-synchronising literal and
  /// the rest of its command are dropped unseen. Returns whether the session must close the connection since there is
  /// too much to drop (Limits::refused_literal_dropped).
  [[nodiscard]] bool refuse();
  /// Ends a command whose message literal was already accepted: the rest of it is dropped unseen, whatever its size,
  /// since the client has been asked for it.
  void abandon();

  /// The next event is a RawLine instead of a command: SASL responses, DONE. RFC 9051 sections 6.2.2 and 6.3.13.
  void expect_raw_line();

  /// From now on the limits after login hold.
  void set_logged_in();

  /// Bytes fed and not yet used. A session stops reading from its client when a few commands are waiting.
  std::size_t buffered() const;
  /// Bytes of memory the reader holds for its buffers.
  std::size_t memory() const;
  /// Gives back all buffers that hold nothing. Call it before waiting long, so that an idle connection holds nothing.
  void release_memory();

 private:
  enum class Mode { command, raw_line, literal_asked, literal_in_memory, literal_stream, dropping };

  ReaderEvent next_line();
  ReaderEvent next_literal_in_memory();
  ReaderEvent next_literal_piece();
  ReaderEvent next_raw_line();
  /// Nothing when the dropping is over.
  std::optional<ReaderEvent> drop();
  ReaderEvent parse();
  ReaderEvent announce(const Machine::Literal& literal);
  ReaderEvent bad(std::string text);
  Command command() const;

  const Limits& limits_;
  Framer framer_;
  Machine machine_;
  std::string text_;  ///< of the command so far, without streamed literals
  Mode mode_ = Mode::command;
  bool logged_in_ = false;
};

}  // namespace postbag::protocol
