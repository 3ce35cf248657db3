// Typed construction of responses: the only place that chooses between atom, quoted string and literal. RFC 9051
// section 4.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "core/flags.h"
#include "core/mailbox_name.h"
#include "core/range_set.h"

namespace postbag::protocol {

/// What the client may be sent.
enum class Charset : std::uint8_t {
  seven_bit,  ///< IMAP4rev1: bytes above 127 only in literals, mailbox names in modified UTF-7
  utf8,       ///< quoted strings and mailbox names may be UTF-8. RFC 9051 section 5.1, RFC 6855
};

/// Appends to a buffer that belongs to the caller and must outlive it. Every method returns *this, so that a line
/// reads like its ABNF:
///
///     Writer(out).raw("* ").number(12).raw(" FETCH (UID ").number(uid.value()).raw(")").crlf();
///
/// The order of the calls is not checked. One thread at a time.
class Writer {
 public:
  explicit Writer(std::string& out, Charset charset = Charset::seven_bit) : out_(&out), charset_(charset) {}

  std::string& out() { return *out_; }
  Charset charset() const { return charset_; }

  /// Bytes that are already in wire form: our own keywords and punctuation, a rendered ENVELOPE. Never bytes from
  /// a client.
  Writer& raw(std::string_view wire) {
    out_->append(wire);
    return *this;
  }
  Writer& sp() {
    out_->push_back(' ');
    return *this;
  }
  Writer& crlf() {
    out_->append("\r\n");
    return *this;
  }
  Writer& nil() {
    out_->append("NIL");
    return *this;
  }
  Writer& number(std::uint64_t n);
  /// A name that is known to be an atom or a flag: a stored keyword, a capability. Asserted, so check names from
  /// clients first.
  Writer& atom(std::string_view name);

  /// string: quoted if possible, else a literal. A literal cannot contain NUL (CHAR8), so NUL bytes are left out.
  Writer& string(std::string_view bytes);
  /// nstring: NIL for nothing.
  Writer& nstring(std::optional<std::string_view> bytes);
  /// astring: an atom if possible (never for "NIL"), else string().
  Writer& astring(std::string_view bytes);
  /// Always a literal: header and bytes. For message data; the bytes are written unchanged.
  Writer& literal(std::string_view bytes);
  /// Only "{n}" CRLF: the caller streams the n bytes after it.
  Writer& literal_header(std::uint64_t bytes);
  /// Only "~{n}" CRLF, for data that may contain NUL. RFC 3516 section 4.2.
  Writer& literal8_header(std::uint64_t bytes);

  /// A flag list with its parentheses. Keywords that are not in the mailbox's table `names` (by index) are left
  /// out.
  Writer& flags(const Flags& flags, std::span<const std::string> names, bool recent = false);
  /// A flag list of all system flags and the given keywords, for FLAGS and PERMANENTFLAGS; `new_keywords` adds
  /// "\*". RFC 9051 section 7.1.
  Writer& flag_list(SystemFlags system, std::span<const std::string> keywords, bool new_keywords = false);

  /// "1:3,7". The set must not be empty: the wire form has no empty set.
  template <class N>
  Writer& set(const RangeSet<N>& numbers) {
    return ranges(std::span(numbers.ranges()));
  }
  /// The same for a part of a set.
  template <class N>
  Writer& ranges(std::span<const Range<N>> part) {
    char separator = 0;
    for (const auto& r : part) {
      if (separator != 0) out_->push_back(separator);
      range(r.first.value(), r.last.value());
      separator = ',';
    }
    return *this;
  }

  /// date-time in its quotes, in the zone in which it was written.
  Writer& date_time(const DateTime& t);
  /// A mailbox name as an astring: in modified UTF-7 or UTF-8, depending on the charset. RFC 3501 section 5.1.3,
  /// RFC 9051 section 5.1.
  Writer& mailbox(const MailboxName& name) { return mailbox(name.utf8()); }
  /// The same for names that are not mailboxes: a prefix, the pattern of a NAMESPACE. `utf8` must be valid UTF-8.
  Writer& mailbox(std::string_view utf8);
  /// A response code in its brackets, with the space after it; nothing for an empty one. RFC 9051 section 7.1.
  Writer& code(std::string_view code) { return code.empty() ? *this : raw("[").raw(code).raw("] "); }
  /// Text for people, up to the end of the line (resp-text). Control characters and ESC are left out; bytes above
  /// 127 become '?' unless the charset is UTF-8 and the text is valid; a leading '[' gets a space before it. Never
  /// empty: RFC 9051 text = 1*.
  Writer& text(std::string_view words);

 private:
  void range(std::uint64_t first, std::uint64_t last);
  bool fits_quoted(std::string_view bytes) const;
  void quoted(std::string_view bytes);

  std::string* out_;
  Charset charset_;
};

}  // namespace postbag::protocol
