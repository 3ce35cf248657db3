#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include "protocol/text/date.h"

#include <string>

#include <doctest/doctest.h>
#include <rapidcheck.h>

using namespace postbag;
using namespace postbag::protocol;

TEST_CASE("dates of messages") {
  struct {
    const char* text;
    std::int64_t seconds;
    int zone;
  } rows[] = {{"Fri, 21 Nov 1997 09:55:06 -0600", 880127706, -360},
              {" Fri,\r\n 21 Nov 1997 09(comment):55:06 -0600 (CST (sic))\r\n", 880127706, -360},
              {"21 (\\)x) Nov (a (b\\)) c) 1997 09:55:06 GMT (1", 880106106, 0},
              {"(\\( 1 Jan 2000) 21 Nov 1997 09:55:06 GMT) (\\", 880106106, 0},
              {"21 Nov 97 09:55:06 GMT", 880106106, 0},
              {"21 Nov 97 09:55 EST", 880124100, -300},
              {"21-Nov-1997 09:55:06 +0530", 880086306, 330},
              {"Fri Nov 21 09:55:06 1997", 880106106, 0},
              {"Fri Nov 21 09:55:06 EST 1997", 880106106, 0},
              {"1 Jan 1970 00:00:00 +0000", 0, 0},
              {"31 Dec 1969 23:59:59 +0000", -1, 0},
              {"1 Jan 100 00:00:00 Z", 946684800, 0},
              {"29 Feb 2024 23:59:60 +0000", 1709251200, 0},
              {"Sat, 1 January 2000 00:00:00", 946684800, 0},
              {"Monday, 3 February 2020 10:11:12 +0100", 1580721072, 60},
              {"3 Sept 2020 10:11:12 +0000", 1599127872, 0},
              {"February 3, 2020 10:11:12 +0100", 1580721072, 60},
              {"Mon Feb 3, 2020", 1580688000, 0},
              {"3 Februaryx 2020", 0, 9999},
              {"3 Fe 2020", 0, 9999},
              // An invalid time or zone does not invalidate the day.
              {"Mon, 3 Feb 2020 25:61:00 +0100", 1580684400, 60},
              {"3 Feb 2020 24:00:00 +0000", 1580688000, 0},
              {"3 Feb 2020 10:60:00 -0530", 1580707800, -330},
              {"3 Feb 2020 10:11:61 GMT", 1580688000, 0},
              {"3 Feb 2020 10.11.12 +0100", 1580684400, 60},
              {"3 Feb 2020 10 +0100", 1580684400, 60},
              {"3 Feb 2020 10: +0100", 1580684400, 60},
              {"3 Feb 2020 ::: +0100", 1580684400, 60},
              {"3 Feb 2020 noon", 1580688000, 0},
              {"3 Feb 2020 +0100", 1580684400, 60},
              {"3 Feb 2020 10:11:12.345 +0100", 1580721072, 60},
              {"3 Feb 2020 10:11:12 PM", 1580724672, 0},
              {"3 Feb 2020 10:11:12 +2500", 1580724672, 0},
              {"3 Feb 2020 10:11:12 +0160", 1580724672, 0},
              {"3 Feb 2020 10:11:12 +1", 1580724672, 0},
              {"3 Feb 2020 10:11:12 Nowhere", 1580724672, 0},
              {"Mon Feb 3 25:61:00 2020", 1580688000, 0},
              {"Mon Feb 3 10.11.12 2020", 1580688000, 0},
              {"Mon Feb 3 10.11 EST 2020", 1580688000, 0},
              {"Mon Feb 3 10:11:12 20", 1580724672, 0},
              {"Mon Feb 3 10:11:12", 0, 9999},
              {"21 Nov 1997", 880070400, 0},
              {"30 Feb 2000 00:00:00 +0000", 0, 9999},
              {"1 Jan 2000 24:00:00 +0000", 946684800, 0},
              {"1 Jan 2000 00:60:00 +0000", 946684800, 0},
              {"99999999999 Jan 2000", 0, 9999},
              {"((((", 0, 9999},
              {"", 0, 9999},
              {"garbage", 0, 9999},
              {"Mon, ", 0, 9999}};
  for (const auto& [text, seconds, zone] : rows) {
    CAPTURE(text);
    const auto date = parse_rfc5322_date(text);
    REQUIRE(date.has_value() == (zone != 9999));
    if (date) CHECK(date->seconds == seconds);
    if (date) CHECK(date->zone_minutes == zone);
  }
}

TEST_CASE("INTERNALDATE") {
  const DateTime example{760686745, -480};
  CHECK(internal_date(example) == " 7-Feb-1994 21:52:25 -0800");
  CHECK(parse_internal_date(" 7-Feb-1994 21:52:25 -0800") == example);
  CHECK(parse_internal_date("07-feb-1994 21:52:25 -0800") == example);
  for (const char* bad :
       {"", "7-Feb-1994 21:52:25 -0800", "30-Feb-1994 21:52:25 -0800", "17-Foo-1994 21:52:25 -0800",
        "17-Jul-1994 24:52:25 -0800", "17-Jul-1994 21:60:25 -0800", "17-Jul-1994 21:52:25 -2400",
        "17-Jul-1994 21:52:25 -0860", "17-Jul-1994 21:52:25  0800", "17-Jul-1994 21:52:25 +08000",
        "17 Jul 1994 21:52:25 +0800", "  -Jul-1994 21:52:25 +0800", "00-Jul-1994 21:52:25 +0800"})
    CHECK_MESSAGE(!parse_internal_date(bad).has_value(), bad);
}

TEST_CASE("the day is that of the zone a date was written in") {
  CHECK(local_day({0, 0}) == 0);
  CHECK(local_day({0, -1}) == -1);
  CHECK(local_day({-1, 0}) == -1);
  CHECK(local_day({-86'400, 0}) == -1);
  CHECK(local_day({86'399, 1}) == 1);
  CHECK(day_of(1970, 1, 1) == 0);
  CHECK(day_of(2024, 2, 29).has_value());
  CHECK_FALSE(day_of(2023, 2, 29).has_value());
  CHECK_FALSE(day_of(2023, 13, 1).has_value());
}

TEST_CASE("INTERNALDATE comes back as it was, years 1 to 9999") {
  CHECK(rc::check([] {
    const DateTime t{*rc::gen::inRange<std::int64_t>(-62'000'000'000, 253'300'000'000),
                     static_cast<std::int16_t>(*rc::gen::inRange(-1439, 1440))};
    RC_ASSERT(parse_internal_date(internal_date(t)) == t);
    RC_ASSERT(parse_rfc5322_date(internal_date(t)) == t);
    RC_ASSERT(date_time_of(civil_of(t), t.zone_minutes) == t);
  }));
}
