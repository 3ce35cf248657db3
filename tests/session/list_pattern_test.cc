#include "commands/mailboxes/list_pattern.h"

#include <string>

#include <doctest/doctest.h>

using postbag::ListPattern;

TEST_CASE("wildcards match levels and everything") {
  struct Row {
    const char* reference;
    const char* pattern;
    const char* name;
    bool matches;
  };
  const Row rows[] = {
      {"", "*", "a/b/c", true},
      {"", "%", "a", true},
      {"", "%", "a/b", false},
      {"", "%/%", "a/b", true},
      {"a/", "%", "a/b", true},
      {"a", "/%", "a/b", true},
      {"", "a*c", "a/b/c", true},
      {"", "a%c", "abc", true},
      {"", "a%c", "a/c", false},
      {"", "inbox", "INBOX", true},
      {"", "inbox/%", "INBOX/x", true},
      {"", "INBOX*", "INBOX", true},
      {"", "%*", "a/b", true},
      {"", "*%", "a/b", true},
      {"", "", "", true},
      {"", "", "a", false},
      {"", "A", "a", false},
      {"", "In%", "INBOX", true},
      {"", "In%", "INBOXES", false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.reference);
    CAPTURE(row.pattern);
    CAPTURE(row.name);
    CHECK(ListPattern(row.reference, row.pattern).matches(row.name) == row.matches);
  }
}

TEST_CASE("wildcards in a row count as one, and a bomb costs little") {
  std::string bomb;
  for (int i = 0; i < 33; ++i) bomb += "%a";
  CHECK(ListPattern("", bomb).wildcards() == 33);
  CHECK(ListPattern("*", std::string(1000, '%') + "a*").wildcards() == 2);
  CHECK(ListPattern("", bomb).matches(std::string(1024, 'a')));
  CHECK_FALSE(ListPattern("", bomb + "b").matches(std::string(1024, 'a')));
}
