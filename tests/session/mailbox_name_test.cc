#include "core/mailbox_name.h"

#include <string>

#include <doctest/doctest.h>

using namespace postbag;

TEST_CASE("INBOX has one spelling") {
  for (const char* text : {"INBOX", "inbox", "InBoX"}) CHECK(MailboxName::from(text)->is_inbox());
  CHECK(MailboxName::from("inbox/Sub")->utf8() == "INBOX/Sub");
  CHECK(MailboxName::from("inboxes")->utf8() == "inboxes");
}

TEST_CASE("names that no mailbox can have") {
  const std::string rows[] = {"",      "/",         "/a",          "a/", "a//b", "a\tb", std::string("a\0b", 3),
                              "a\xff", "a\xc2\x80", "\xed\xa0\x80"};
  for (const auto& row : rows) {
    CAPTURE(row);
    CHECK(MailboxName::from(row).error() == Error::invalid_name);
  }
  CHECK(MailboxName::from(std::string(1025, 'a')).error() == Error::name_too_long);
  std::string deep = "a";
  for (int i = 0; i < 31; ++i) deep += "/a";
  CHECK(MailboxName::from(deep).has_value());
  CHECK(MailboxName::from(deep + "/a").error() == Error::name_too_long);
}

TEST_CASE("levels") {
  const auto name = *MailboxName::from("a/b/c");
  CHECK(name.parent()->utf8() == "a/b");
  CHECK_FALSE(MailboxName::from("a")->parent().has_value());
  CHECK(name.is_below(*MailboxName::from("a")));
  CHECK_FALSE(name.is_below(*MailboxName::from("a/b/c")));
  CHECK_FALSE(MailboxName::from("ab/c")->is_below(*MailboxName::from("a")));
  CHECK(name.rebased(*MailboxName::from("a"), *MailboxName::from("x/y"))->utf8() == "x/y/b/c");
}
