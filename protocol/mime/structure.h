// The structure of a message: parts with their positions in the stored bytes, envelopes, fields. RFC 2045, 2046,
// 5322.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/enum_set.h"

namespace postbag::mime {

/// A range of bytes of the stored message.
struct ByteRange {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
  constexpr std::uint64_t end() const { return offset + size; }
  constexpr bool operator==(const ByteRange&) const = default;
};

/// Content-Transfer-Encoding. RFC 2045 section 6.
enum class Encoding : std::uint8_t { seven_bit, eight_bit, binary, base64, quoted_printable, unknown };

/// How a part is treated. A multipart or message that is nested too deeply, or comes after the limit of parts, is
/// `other`.
enum class Kind : std::uint8_t {
  other,      ///< one opaque range of bytes
  text,       ///< text/*: is searched, has lines in BODY
  multipart,  ///< its children are its parts; always at least one
  message,    ///< message/rfc822, message/global: its one child is the embedded message
  readable,   ///< a range of bytes like `other`, but a text that is searched: delivery reports, encoded messages
};

/// A parameter as written, with its name in lower case: RFC 2231 names ("filename*0*") stay separate.
struct Parameter {
  std::string name;
  std::string value;
  bool operator==(const Parameter&) const = default;
};
using Parameters = std::vector<Parameter>;

/// Content-Type, type and subtype in lower case. RFC 2045 section 5.
struct ContentType {
  std::string type = "text";
  std::string subtype = "plain";
  Parameters parameters;
  bool operator==(const ContentType&) const = default;
};

/// Content-Disposition, type in lower case. RFC 2183.
struct Disposition {
  std::string type;
  Parameters parameters;
  bool operator==(const Disposition&) const = default;
};

/// An address as in ENVELOPE; an absent field is NIL. A group begins with an entry that has a mailbox (the group's
/// name) and no host, and ends with one that has neither. RFC 9051 section 7.5.2.
struct Address {
  std::optional<std::string> name;   ///< as written, without quoting; encoded words are kept
  std::optional<std::string> route;  ///< obsolete source route
  std::optional<std::string> mailbox;
  std::optional<std::string> host;
  bool operator==(const Address&) const = default;
};
using Addresses = std::vector<Address>;

/// The fields of ENVELOPE; texts are unfolded and otherwise as written. RFC 9051 section 7.5.2.
struct Envelope {
  std::optional<std::string> date;
  std::optional<std::string> subject;
  Addresses from, sender, reply_to, to, cc,
      bcc;  ///< sender and reply_to as written: renderers use From's when they are empty
  std::optional<std::string> in_reply_to;
  std::optional<std::string> message_id;
  bool operator==(const Envelope&) const = default;
};

/// A part, in the order of the message. Its header lies from `header` to `body`, its body from `body` to `end`.
struct Part {
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  std::size_t parent = none;  ///< index of the part that contains this one; none for the message itself
  std::size_t depth = 0;
  Kind kind = Kind::text;
  Encoding encoding = Encoding::seven_bit;
  std::uint64_t header = 0;
  std::uint64_t body = 0;
  std::uint64_t end = 0;
  std::uint64_t lines = 0;  ///< line ends in the body (LF, with or without CR)

  ContentType type;
  std::string encoding_name = "7bit";  ///< lower case
  std::optional<std::string> id, description, md5, location;
  std::optional<Disposition> disposition;
  std::vector<std::string> languages;
  std::optional<Envelope> envelope;  ///< of the message itself and of embedded ones

  ByteRange header_range() const { return {header, body - header}; }
  ByteRange body_range() const { return {body, end - body}; }
  bool operator==(const Part&) const = default;
};

/// A limit that a message exceeded: what lies beyond it is missing from the structure.
enum class Limit : std::uint8_t {
  depth,       ///< deeper parts are opaque
  parts,       ///< no more parts are distinguished
  field,       ///< the rest of a header field
  headers,     ///< header fields of parts
  addresses,   ///< of one field
  parameters,  ///< of one field, languages too
};

using LimitsMet = EnumSet<Limit, Limit::parameters>;

/// The log event for a message that exceeded limits.
inline constexpr std::string_view limits_met_event = "message structure incomplete";

/// The limits' names, as in the configuration where they can be set: "mime_depth, addresses". Empty for none.
std::string names(LimitsMet limits);

/// Everything about a message except its bodies. parts[0] is the message itself; a parent precedes its children,
/// which are in order. Never empty.
struct Structure {
  std::vector<Part> parts;
  std::uint64_t size = 0;        ///< of the message in bytes
  std::optional<DateTime> sent;  ///< the Date field; nothing when missing or unreadable
  std::string references;        ///< the message's References, unfolded; the beginning and the end of a long one
  std::string common_fields;  ///< raw fields of the message itself that clients often ask for; see header_fields.h
  std::optional<std::string> preview;  ///< see preview.h; nothing until it is made from the message's bytes
  bool common_fields_complete = true;  ///< false when some of them, or parts of one, were too long
  LimitsMet limits_met;                ///< not stored
  bool operator==(const Structure&) const = default;
};

/// The value of parameter `name` (lower case) in UTF-8: continuations joined, percent-encoding and charset decoded
/// (RFC 2231 sections 3, 4; at most 64 continuations), else encoded words decoded. Nothing when the parameter does
/// not exist.
std::optional<std::string> parameter(const Parameters& parameters, std::string_view name);

}  // namespace postbag::mime
