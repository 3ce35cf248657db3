// A Structure as bytes that are stored beside the message, and a reader over them that answers FETCH without
// parsing.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/mime/sort_keys.h"
#include "protocol/mime/structure.h"

namespace postbag::mime {

/// The stored form. Version 4, all numbers as LEB128 varints:
///
///     byte 4 | size of message | date | sort keys | preview | envelope | bodystructure | extensions |
///     common fields | parts
///     date          = 0, or 1, seconds (zigzag), zone minutes (zigzag)
///     sort keys     = length, then 1 if reply or forward else 0, subject, from, to, cc, display from, display to
///     (each
///                     length and bytes), identifiers, references (each a count, then 8 bytes each, lowest first)
///     preview       = 0, or 1, length, UTF-8
///     envelope      = length, ENVELOPE in wire form
///     bodystructure = length, BODYSTRUCTURE in wire form
///     extensions    = count, then (gap since the last run's end, length) each: cut out, they leave BODY
///     common fields = 1 if complete else 0, length, raw header fields (header_fields.h says which)
///     parts         = count, then each: index of parent + 1 (0: none), kind, encoding, header offset,
///                     header size, body size, lines, length and charset (lower case)
///
/// ENVELOPE and BODYSTRUCTURE are kept rendered, so an answer is a copy. Of the header only the fields clients ask
/// for in lists are kept (about 1 kB): enough for HEADER.FIELDS of every client we know and for SEARCH by address
/// and subject over thousands of messages without touching a body; a whole header (often 8 kB of DKIM and ARC)
/// would double what we write.
///
/// Up to version 3 fields were read by other rules (charsets, addresses, dates, identifiers). What clients may
/// keep, ENVELOPE and BODYSTRUCTURE, stays as it was told; dates and sort keys are read anew of the common fields,
/// and a preview that says nothing is made anew. There was no Kind::readable: such parts are `other` and are not
/// searched. Version 2 had no preview, version 1 no sort keys either.
std::string encode(const Structure& structure);

/// The stored bytes are not what encode() wrote: the store is damaged.
class CorruptStructure : public std::runtime_error {
 public:
  CorruptStructure() : std::runtime_error("stored message structure is damaged") {}
};

/// Reads the stored form in place: the bytes must outlive it and what its accessors return. Cheap to make (no
/// allocation, parts are not decoded). Any thread.
class StoredStructure {
 public:
  /// Throws CorruptStructure.
  explicit StoredStructure(std::string_view bytes);

  /// Bytes of the whole message, RFC822.SIZE.
  std::uint64_t size() const { return size_; }
  /// The Date field, for SENTBEFORE, SENTON, SENTSINCE (see protocol::local_day); nothing when missing or
  /// unreadable.
  std::optional<DateTime> sent() const;
  /// UTF-8; nothing when none was made at append, or, before version 4, an empty one: then preview_of_beginning()
  /// makes it. RFC 8970.
  std::optional<std::string_view> preview() const { return preview_; }
  /// What SORT and THREAD compare, copied out. Nothing when it was stored before version 4 and the common fields
  /// are not complete: then it is to be made of the header, by sort_keys() of what a Parser finds there.
  std::optional<SortKeys> sort_keys() const;
  /// ENVELOPE in wire form.
  std::string_view envelope() const { return envelope_; }
  /// BODYSTRUCTURE in wire form.
  std::string_view bodystructure() const { return bodystructure_; }
  /// Appends BODY (no extension data) in wire form.
  void append_body(std::string& out) const;

  /// The raw common fields of the message's own header, in its order, each with its line end, no blank line.
  std::string_view common_fields() const { return common_fields_; }
  /// Whether these are all the fields of those names that the message has.
  bool common_fields_complete() const { return common_complete_; }

  /// A part without its texts.
  struct Entry {
    std::size_t parent = Part::none;
    Kind kind = Kind::other;
    Encoding encoding = Encoding::seven_bit;
    ByteRange header;  ///< up to and with the blank line
    ByteRange body;
    std::uint64_t lines = 0;
    std::string_view charset;  ///< empty when none is named
  };
  /// All parts in the message's order, decoded anew at each call. Throws CorruptStructure.
  std::vector<Entry> parts() const;

 private:
  std::uint64_t size_ = 0;
  bool reads_anew_ = false;  ///< older than version 4
  std::optional<DateTime> sent_;
  std::optional<std::string_view> preview_;
  std::string_view sort_keys_;  ///< empty in version 1
  std::string_view envelope_, bodystructure_, extensions_, common_fields_, parts_;
  bool common_complete_ = false;
};

}  // namespace postbag::mime
