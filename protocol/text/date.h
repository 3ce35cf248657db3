// Converts dates in mail to and from DateTime. RFC 5322 section 3.3 and 4.3, RFC 9051 section 9 (date-time, date).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/clock.h"

namespace postbag::protocol {

/// Days since 1970-01-01 in the calendar; SEARCH compares dates in them.
using Day = std::int32_t;

/// A date and time in the calendar, without a zone.
struct Civil {
  int year = 1970;
  int month = 1;  ///< 1 to 12
  int day = 1;    ///< 1 to 31
  int hour = 0;
  int minute = 0;
  int second = 0;  ///< 60 in a leap second
};

/// The day number of a calendar date. Nothing when the day does not exist (February 30). Gregorian calendar, any
/// year.
std::optional<Day> day_of(int year, int month, int day);

/// The day of `t` in the zone in which it was written. RFC 9051 section 6.4.4: BEFORE, ON, SINCE and SENTBEFORE,
/// SENTON, SENTSINCE disregard time and timezone.
Day local_day(const DateTime& t);

/// The date and time of `t` in its own zone.
Civil civil_of(const DateTime& t);

/// The DateTime of a date and time in a zone. Nothing when the day or time does not exist, or the zone is 24 h or
/// more.
std::optional<DateTime> date_time_of(const Civil& civil, int zone_minutes);

/// 1 to 12 for "Jan" to "Dec" in any case; 0 for anything else.
int month_number(std::string_view name);
/// "Jan" to "Dec"; `month` must be from 1 to 12.
std::string_view month_name(int month);

/// Reads a raw Date header field. Understands folds, comments, obsolete years and zones; the day of the week is
/// optional and ignored, and months may be written in full. An invalid time is midnight, an invalid zone UTC (RFC
/// 5256 section 2.2). Nothing when no day can be read.
std::optional<DateTime> parse_rfc5322_date(std::string_view value);

/// date-time without its quotes, " 7-Feb-1994 21:52:25 -0800", for INTERNALDATE. RFC 9051 section 9.
std::string internal_date(const DateTime& t);

/// Reads date-time without its quotes, in the strict form that internal_date() writes; the first of the two day
/// digits may be a space. Nothing for anything else.
std::optional<DateTime> parse_internal_date(std::string_view text);

}  // namespace postbag::protocol
