// Converts texts of the grammar to values. All functions take text that the parser accepted (View::text()) and
// yield nothing for what the grammar cannot exclude (31 February, a number above its limit).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/clock.h"

namespace postbag::protocol {

/// The content of an astring, string, nstring, list-mailbox, mailbox: an atom unchanged, a quoted string without
/// quotes and escapes, a literal's bytes. NIL is "NIL" here; see nstring_value. RFC 9051 section 4.3.
std::string string_value(std::string_view text);

/// The same without a copy, unless there are escapes: then the content is stored in `storage`, which must outlive
/// the result.
std::string_view string_value(std::string_view text, std::string& storage);

/// Nothing for NIL in any case. RFC 9051 section 4.5.
std::optional<std::string> nstring_value(std::string_view text);

/// The size that a literal's header `{n}`, `{n+}`, `~{n}` or `~{n+}` at the front of `text` announces, and where
/// its content begins. Nothing when it is not a literal, or its size has more than 63 bits.
struct LiteralHeader {
  std::uint64_t size = 0;  ///< bytes
  std::size_t length = 0;  ///< of the header with its CRLF
  bool synchronising = true;
  bool binary = false;
};
std::optional<LiteralHeader> literal_header(std::string_view text);

/// Digits only; nothing for an empty text, any other byte, or a value above `max`.
std::optional<std::uint64_t> number_value(std::string_view digits, std::uint64_t max);

/// `date` with or without quotes: 1-Feb-1994. Nothing for a day that does not exist. RFC 9051 section 9.
std::optional<std::chrono::year_month_day> date_value(std::string_view text);

/// `date-time` in its quotes: " 1-Feb-1994 21:52:25 -0800". Nothing for a day, time or zone that does not exist (a
/// leap second's :60 is taken as :59; zones up to 23:59 hours). RFC 9051 section 2.3.3.
std::optional<DateTime> date_time_value(std::string_view text);

}  // namespace postbag::protocol
