#include <string>

#include <doctest/doctest.h>

#include "main/config/nearest.h"
#include "main/delivery/mail_filter.h"

using namespace postbag::daemon;

TEST_CASE("delivered mail is converted to what is stored, in pieces of any size") {
  struct {
    std::string in;
    std::string want;
  } rows[] = {
      {"", ""},
      {"a\nb\n", "a\r\nb\r\n"},
      {"a\r\nb", "a\r\nb"},
      {"\n\n", "\r\n\r\n"},
      {"a\rb\r\n", "a\rb\r\n"},
      {"a\r\r\nb\r\r\r\n", "a\r\nb\r\n"},  // text mode, twice over
      {"a\r\rb\r", "a\r\rb\r"},
      {"From a@b.org Thu Jan  4 10:11:12 2024\nSubject: x\n", "Subject: x\r\n"},
      {"From a@b.org: Thu\r\nSubject: x\r\n\r\nFrom here\r\n", "Subject: x\r\n\r\nFrom here\r\n"},
      {"From \nSubject: x\n", "Subject: x\r\n"},
      {"From: a@b.org\n", "From: a@b.org\r\n"},
      {"From : a@b.org\n", "From : a@b.org\r\n"},
      {"From \t :a\n", "From \t :a\r\n"},
      {"Subject: x\nFrom here\n", "Subject: x\r\nFrom here\r\n"},
      {"from a@b.org Thu\n", "from a@b.org Thu\r\n"},
      {"From", "From"},
      {"From \t", "From \t"},
  };
  for (const auto& [in, want] : rows) {
    CAPTURE(in);
    MailFilter at_once;
    std::string out = at_once.filter(in);
    CHECK(out + at_once.finish() == want);
    MailFilter by_byte;
    out.clear();
    for (const char c : in) out += by_byte.filter({&c, 1});
    CHECK(out + by_byte.finish() == want);
  }
}

TEST_CASE("a line costs no more than its length, and only so many CRs are held back") {
  constexpr std::size_t many = 1'000'000;
  MailFilter filter;
  std::string out = filter.filter("From " + std::string(many, ' '));
  out += filter.filter("\nSubject: x\n");
  CHECK(out == "Subject: x\r\n");
  MailFilter other;
  const std::string begun = other.filter(std::string(many, '\r'));
  CHECK(begun.size() > many - 1'000);
  CHECK(begun + other.filter("x") == std::string(many, '\r') + "x");
}

TEST_CASE("the nearest known word") {
  const std::vector<std::string_view> known{"listen", "workers", "log_format", "limits"};
  CHECK(nearest("listn", known) == "listen");
  CHECK(nearest("limit", known) == "limits");
  CHECK(nearest("logformat", known) == "log_format");
  CHECK(nearest("completely_else", known).empty());
}
