#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include "protocol/parse/values.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "core/numbers.h"
#include "protocol/parse/sequence_set.h"

using namespace postbag;
using namespace postbag::protocol;

namespace {

std::string resolved(const char* text, std::optional<std::uint32_t> highest) {
  const auto set = SequenceSet::from(text, 100);
  std::string out;
  const auto star = highest ? Uid::from(*highest) : std::nullopt;
  const UidSet uids = set->resolve<Uid>(star);
  for (const auto& r : uids.ranges()) {
    if (!out.empty()) out.push_back(',');
    out.append(std::to_string(r.first.value()));
    if (r.size() > 1) out.append(1, ':').append(std::to_string(r.last.value()));
  }
  return out;
}

}  // namespace

TEST_CASE("strings lose quotes, escapes and literal headers") {
  struct {
    std::string text, want;
  } rows[] = {{"abc", "abc"},
              {"\"abc\"", "abc"},
              {"\"\"", ""},
              {"\"a\\\"b\\\\\"", "a\"b\\"},
              {"{3}\r\na\rb", "a\rb"},
              {"{0+}\r\n", ""},
              {"~{2}\r\n\xff!", "\xff!"},
              {"~x", "~x"},
              {"{", "{"},
              {"NIL", "NIL"}};
  for (const auto& [text, want] : rows) {
    CAPTURE(text);
    CHECK(string_value(text) == want);
  }
}

TEST_CASE("a string without escapes is not copied") {
  std::string storage;
  const std::string text = "\"plain\"";
  CHECK(string_value(text, storage).data() == text.data() + 1);
  CHECK(string_value("\"a\\\\b\"", storage) == "a\\b");
}

TEST_CASE("NIL is an absence, a string that says NIL is not") {
  CHECK(nstring_value("nil") == std::nullopt);
  CHECK(nstring_value("\"NIL\"") == "NIL");
}

TEST_CASE("headers of literals") {
  struct {
    const char* text;
    bool good;
    std::uint64_t size;
    bool synchronising, binary;
  } rows[] = {{"{12}\r\n", true, 12, true, false},
              {"{12+}\r\n", true, 12, false, false},
              {"~{0}\r\n", true, 0, true, true},
              {"~{9+}\r\nabc", true, 9, false, true},
              {"{9223372036854775807}\r\n", true, 0x7fffffffffffffffULL, true, false},
              {"{9223372036854775808}\r\n", false, 0, true, false},
              {"{18446744073709551617}\r\n", false, 0, true, false},
              {"{}\r\n", false, 0, true, false},
              {"{+}\r\n", false, 0, true, false},
              {"{-1}\r\n", false, 0, true, false},
              {"{1", false, 0, true, false},
              {"{1}", false, 0, true, false},
              {"}\r\n", false, 0, true, false},
              {"~}\r\n", false, 0, true, false},
              {"", false, 0, true, false}};
  for (const auto& row : rows) {
    CAPTURE(row.text);
    const auto header = literal_header(row.text);
    REQUIRE(header.has_value() == row.good);
    if (!header) continue;
    CHECK(header->size == row.size);
    CHECK(header->synchronising == row.synchronising);
    CHECK(header->binary == row.binary);
  }
}

TEST_CASE("numbers are bounded") {
  CHECK(number_value("4294967295", 0xffffffffU) == 4294967295U);
  CHECK(number_value("4294967296", 0xffffffffU) == std::nullopt);
  CHECK(number_value("99999999999999999999999", ~0ULL) == std::nullopt);
  CHECK(number_value("0007", 10) == 7);
  for (const char* text : {"", "-1", "+1", "1 ", "x"}) CHECK(number_value(text, 100) == std::nullopt);
}

TEST_CASE("dates") {
  using namespace std::chrono;
  CHECK(date_value("1-Feb-1994") == year(1994) / 2 / 1);
  CHECK(date_value("\"29-feb-2000\"") == year(2000) / 2 / 29);
  CHECK(date_value("29-Feb-1900") == std::nullopt);
  CHECK(date_value("31-Apr-2020") == std::nullopt);
  CHECK(date_value("0-Apr-2020") == std::nullopt);
}

TEST_CASE("date-times") {
  struct {
    const char* text;
    bool good;
    std::int64_t seconds;
    int zone;
  } rows[] = {{"\"17-Jul-1996 02:44:25 -0700\"", true, 837596665, -420},
              {"\" 1-Jan-1970 00:00:00 +0000\"", true, 0, 0},
              {"\" 1-Jan-1970 05:30:00 +0530\"", true, 0, 330},
              {"\"31-Dec-1998 23:59:60 +0000\"", true, 915148799, 0},
              {"\"31-Dec-1998 24:00:00 +0000\"", false, 0, 0},
              {"\"31-Dec-1998 23:60:00 +0000\"", false, 0, 0},
              {"\"31-Dec-1998 23:00:61 +0000\"", false, 0, 0},
              {"\"31-Dec-1998 23:00:00 +2400\"", false, 0, 0},
              {"\"31-Dec-1998 23:00:00 +0060\"", false, 0, 0},
              {"\"30-Feb-1998 23:00:00 +0000\"", false, 0, 0}};
  for (const auto& row : rows) {
    CAPTURE(row.text);
    const auto value = date_time_value(row.text);
    REQUIRE(value.has_value() == row.good);
    if (!value) continue;
    CHECK(value->seconds == row.seconds);
    CHECK(value->zone_minutes == row.zone);
  }
}

TEST_CASE("a set resolves against the highest number") {
  struct {
    const char* set;
    std::optional<std::uint32_t> highest;
    const char* want;
  } rows[] = {{"1", 15, "1"},
              {"2:4,1", 15, "1:4"},
              {"*", 15, "15"},
              {"5:*", 3, "3:5"},
              {"*:2", 15, "2:15"},
              {"*:4,5:7", 10, "4:10"},
              {"7,3,5", 10, "3,5,7"},
              {"4:2", 9, "2:4"},
              {"20:*,30:*", 10, "10:30"},
              {"*", std::nullopt, ""},
              {"1,5:*", std::nullopt, "1"},
              {"1:4294967295", 3, "1:4294967295"},
              {"4294967295:*", 3, "3:4294967295"},
              {"$", 3, ""},
              {"*:*", 4, "4"}};
  for (const auto& row : rows) {
    CAPTURE(row.set);
    CHECK(resolved(row.set, row.highest) == row.want);
  }
}

TEST_CASE("the properties of a set") {
  CHECK(SequenceSet::from("$", 1)->is_saved_result());
  CHECK_FALSE(SequenceSet::from("1", 1)->is_saved_result());
  CHECK(SequenceSet::from("1,*", 1)->has_star());
  CHECK(SequenceSet::from("*:7,3", 1)->largest() == 7);
  CHECK(SequenceSet::from("*", 1)->largest() == 0);
}

TEST_CASE("the limit on runs counts them after merging") {
  CHECK(SequenceSet::from("1,2,3,4,5", 1).has_value());
  CHECK_FALSE(SequenceSet::from("1,3", 1).has_value());
}
