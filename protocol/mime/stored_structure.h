// A Structure in the form stored with the message, and a reader of that form that answers FETCH without parsing.
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
///     sort keys     = length, then 1 if reply or forward else 0, subject, from, to, cc, display from,
///                     display to (each length and bytes), identifiers, references (each a count, then
///                     8 bytes each, lowest first)
///     preview       = 0, or 1, length, UTF-8
///     envelope      = length, ENVELOPE in wire form
///     bodystructure = length, BODYSTRUCTURE in wire form
///     extensions    = count, then (gap since the last run's end, length) each: cut out, they leave BODY
///     common fields = 1 if complete else 0, length, raw header fields (header_fields.h says which)
///     parts         = count, then each: index of parent + 1 (0: none), kind, encoding, header offset,
///                     header size, body size, lines, length and charset (lower case)
///
/// ENVELOPE and BODYSTRUCTURE are stored rendered, so that an answer is a copy. Only the header fields that clients
/// ask for in lists are stored (about 1 kB). They are enough for HEADER.FIELDS of every client we know, and for
/// SEARCH by address and subject over thousands of messages without reading a body. A whole header (often 8 kB of
/// DKIM and ARC) would double what is written.
///
/// Up to version 3 fields were read by other rules (charsets, addresses, dates, identifiers). ENVELOPE and
/// BODYSTRUCTURE, which clients may cache, stay as they were sent; dates and sort keys are read again from the
/// common fields, and an empty preview is made again. There was no Kind::readable: such parts are `other` and are
/// not searched. Version 2 had no preview, version 1 no sort keys either.
std::string encode(const Structure& structure);

/// The stored bytes were not written by encode(): the store is damaged.
class CorruptStructure : public std::runtime_error {
 public:
  CorruptStructure() : std::runtime_error("stored message structure is damaged") {}
};

/// Reads the stored form in place: the bytes must outlive it and the results of its accessors. Cheap to make (no
/// allocation; parts are not decoded). Any thread.
class StoredStructure {
 public:
  /// Throws CorruptStructure.
  explicit StoredStructure(std::string_view bytes);

  /// Bytes of the whole message, RFC822.SIZE.
  std::uint64_t size() const { return size_; }
  /// The Date field, for SENTBEFORE, SENTON, SENTSINCE (see protocol::local_day); nothing when it is missing or
  /// unreadable.
  std::optional<DateTime> sent() const;
  /// UTF-8. Nothing when none was made at append, or when it was stored empty before version 4: then
  /// preview_of_beginning() makes it. RFC 8970.
  std::optional<std::string_view> preview() const { return preview_; }
  /// The keys of SORT and THREAD, copied. Nothing when the message was stored before version 4 and the common
  /// fields are not complete: then compute them with sort_keys() from a parsed header.
  std::optional<SortKeys> sort_keys() const;
  /// ENVELOPE in wire form.
  std::string_view envelope() const { return envelope_; }
  /// BODYSTRUCTURE in wire form.
  std::string_view bodystructure() const { return bodystructure_; }
  /// Appends BODY (no extension data) in wire form.
  void append_body(std::string& out) const;

  /// The raw common fields of the message's own header, in order, each with its line end, without a blank line.
  std::string_view common_fields() const { return common_fields_; }
  /// True when these are all fields of those names in the message.
  bool common_fields_complete() const { return common_complete_; }

  /// A part without its texts.
  struct Entry {
    std::size_t parent = Part::none;
    Kind kind = Kind::other;
    Encoding encoding = Encoding::seven_bit;
    ByteRange header;  ///< with the blank line
    ByteRange body;
    std::uint64_t lines = 0;   ///< line ends in the body
    std::string_view charset;  ///< empty when none is named
  };
  /// All parts in the message's order, the message itself first; decoded at each call. Throws CorruptStructure.
  std::vector<Entry> parts() const;

 private:
  std::uint64_t size_ = 0;
  bool is_old_ = false;  ///< older than version 4
  std::optional<DateTime> sent_;
  std::optional<std::string_view> preview_;
  std::string_view sort_keys_;  ///< empty in version 1
  std::string_view envelope_, bodystructure_, extensions_, common_fields_, parts_;
  bool common_complete_ = false;
};

}  // namespace postbag::mime
