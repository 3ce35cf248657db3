#include "protocol/text/imap_url.h"

#include <string>

#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

using postbag::protocol::server_url;

TEST_CASE("a server's URL gets the user and the mechanism that it lacks") {
  struct {
    const char* given;
    const char* want;
  } rows[] = {
      {"imap://new.example.org", "imap://bob;AUTH=*@new.example.org/"},
      {"imap://new.example.org/", "imap://bob;AUTH=*@new.example.org/"},
      {"IMAP://New.example.org:1143", "imap://bob;AUTH=*@New.example.org:1143/"},
      {"imap://192.0.2.1:65535/", "imap://bob;AUTH=*@192.0.2.1:65535/"},
      {"imap://robert@new/", "imap://robert;AUTH=*@new/"},
      {"imap://robert%40example.org@new/", "imap://robert%40example.org;AUTH=*@new/"},
      {"imap://robert;auth=PLAIN@new/", "imap://robert;AUTH=PLAIN@new/"},
      {"imap://;AUTH=SCRAM-SHA-256@new/", "imap://bob;AUTH=SCRAM-SHA-256@new/"},
      {"imap://!$'()*+,&=@new/", "imap://!$'()*+,&=;AUTH=*@new/"},
  };
  for (const auto& [given, want] : rows) {
    CAPTURE(given);
    CHECK(server_url(given, "bob") == want);
    CHECK(server_url(want, "eve") == want);
  }
}

TEST_CASE("a name is encoded for a URL: RFC 5092 section 11") {
  struct {
    const char* user;
    const char* want;
  } rows[] = {
      {"bob@example.org", "bob%40example.org"},
      {"a;AUTH=x", "a%3BAUTH%3Dx"},
      {"a b/c?d#e", "a%20b%2Fc%3Fd%23e"},
      {"100%", "100%25"},
      {"a]b[c\"", "a%5Db%5Bc%22"},
      {"\xc3\xa4", "%C3%A4"},
      {"A-z.0_9~", "A-z.0_9~"},
  };
  for (const auto& [user, want] : rows) {
    CAPTURE(user);
    CHECK(server_url("imap://new", user) == "imap://" + std::string(want) + ";AUTH=*@new/");
  }
  CHECK(server_url("imap://new", std::string(255, '%')));
}

TEST_CASE("what is no URL of a server is refused") {
  for (const char* const given : {"",
                                  "new.example.org",
                                  "imap:",
                                  "imap://",
                                  "imap:///",
                                  "imap://:143",
                                  "imap://.",
                                  "imap://a..b",
                                  "imap://a.",
                                  "imap://-a",
                                  "imap://a-.b",
                                  "imap://@new",
                                  "imap://bob@",
                                  "imaps://new",
                                  "http://imap://new",
                                  "imap://new:",
                                  "imap://new:0",
                                  "imap://new:65536",
                                  "imap://new:1a",
                                  "imap://new:-1",
                                  "imap://new//",
                                  "imap://new/INBOX",
                                  "imap://new?x",
                                  "imap://[2001:db8::1]/",
                                  "imap://n]ew",
                                  "imap://ne w",
                                  "imap://new\r\n",
                                  "imap://n\xc3\xa4w",
                                  "imap://a@b@new",
                                  "imap://a;b@new",
                                  "imap://a:b@new",
                                  "imap://bob;AUTH=@new",
                                  "imap://bob;AUTH=*;AUTH=*@new",
                                  "imap://%@new",
                                  "imap://%4@new",
                                  "imap://%4g@new",
                                  "imap://a]@new",
                                  "imap://\xc3\xa4@new"}) {
    CAPTURE(given);
    CHECK(server_url(given, "bob") == std::nullopt);
  }
  const std::string scheme = "imap://";
  CHECK(server_url(scheme + std::string(253, 'a'), "bob"));
  CHECK(server_url(scheme + std::string(254, 'a'), "bob") == std::nullopt);
  CHECK(server_url(scheme + std::string(766, 'a') + "@new", "bob") == std::nullopt);
  CHECK(server_url(scheme + "bob;AUTH=" + std::string(21, 'A') + "@new", "bob") == std::nullopt);
}
