// Dates as mail writes them, to and from DateTime. RFC 5322 section 3.3 and 4.3, RFC 9051 section 9 (date-time,
// date).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/clock.h"

namespace postbag::protocol {

/// Days since 1970-01-01 on the calendar; what SEARCH's dates are compared in.
using Day = std::int32_t;

/// A date and time on the calendar, in no zone of its own.
struct Civil {
  int year = 1970;
  int month = 1;  ///< 1 to 12
  int day = 1;    ///< 1 to 31
  int hour = 0;
  int minute = 0;
  int second = 0;  ///< 60 in a leap second
};

/// The day number of a calendar date. Nothing when there is no such day (February 30). Gregorian calendar, any
/// year.
std::optional<Day> day_of(int year, int month, int day);

/// The day `t` falls on in the zone it was written in. RFC 9051 section 6.4.4: BEFORE, ON, SINCE and SENTBEFORE,
/// SENTON, SENTSINCE disregard time and timezone.
Day local_day(const DateTime& t);

/// The calendar reading of `t` in its own zone.
Civil civil_of(const DateTime& t);

/// The instant of a calendar reading in a zone. Nothing when there is no such day or time, or the zone is 24 h or
/// more.
std::optional<DateTime> date_time_of(const Civil& civil, int zone_minutes);

/// 1 to 12 for "Jan" to "Dec" in any case; 0 for anything else.
int month_number(std::string_view name);
/// "Jan" to "Dec"; `month` must be from 1 to 12.
std::string_view month_name(int month);

/// The value of a Date header field, raw: folds, comments, obsolete years and zones are understood, the day of the
/// week is not needed and not believed, months may be written in full. A time that is none is midnight, a zone that
/// is none UTC (RFC 5256 section 2.2). Nothing when no day can be read from it.
std::optional<DateTime> parse_rfc5322_date(std::string_view value);

/// date-time without its quotes, " 7-Feb-1994 21:52:25 -0800", for INTERNALDATE. RFC 9051 section 9.
std::string internal_date(const DateTime& t);

/// Reads date-time without its quotes: the strict form that internal_date() writes; the first of the two day digits
/// may be a space. Nothing when it is anything else.
std::optional<DateTime> parse_internal_date(std::string_view text);

}  // namespace postbag::protocol
