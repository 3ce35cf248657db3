#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include "protocol/mime/thread_keys.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "protocol/mime/parser.h"

using namespace postbag::mime;

namespace {

using Keys = std::vector<std::uint64_t>;

Keys keys_of(const std::string& header) { return thread_keys(parse(header + "\r\nbody\r\n")); }

/// The key of one identifier.
std::uint64_t key(const std::string& id) {
  const Keys keys = keys_of("Message-ID: <" + id + ">\r\n");
  REQUIRE(keys.size() == 1);
  return keys.front();
}

Keys keys(const std::vector<std::string>& ids) {
  Keys out;
  for (const std::string& id : ids) out.push_back(key(id));
  return out;
}

std::string numbered(int first, int last) {
  std::string out;
  for (int i = first; i <= last; ++i) out += " <" + std::to_string(i) + "@x>";
  return out;
}

}  // namespace

TEST_CASE("its own, what it answers, what it refers to from the last to the first") {
  struct {
    const char* header;
    std::vector<std::string> want;
  } rows[] = {
      {"", {}},
      {"Subject: Re: x\r\n", {}},
      {"Message-ID: <a@x>\r\n", {"a@x"}},
      {"message-id:\r\n\t<a@x>  (made up)\r\n", {"a@x"}},
      {"References: <a@x> <b@x>\r\nIn-Reply-To: <c@x>\r\nMessage-ID: <d@x>\r\n", {"d@x", "c@x", "b@x", "a@x"}},
      {"References: <a@x>\r\n <b@x>\r\n\t<c@x>\r\n", {"c@x", "b@x", "a@x"}},
      {"References: <a@x><b@x>,<c@x>\r\n", {"c@x", "b@x", "a@x"}},
      {"In-Reply-To: Your message of Monday <a@x> \"hello\" <b@x>\r\n", {"a@x", "b@x"}},
      {"Message-ID: <a@x>\r\nMessage-ID: <b@x>\r\n", {"a@x"}},
      {"Message-ID: a@x\r\n", {"a@x"}},
      {"References: a@x b@x\r\n", {}},
      {"In-Reply-To: a@x\r\n", {}},
      {"Message-ID:\r\nIn-Reply-To: <>\r\nReferences: < > <\r\n", {}},
      {"References: <a@x> <never@closed\r\n", {"a@x"}},
      {"References: <a\r\n @x>\r\n", {"a@x"}},
      {"References: (<b@x> \\) <c@x>) <a (>(<c@x>)) @ (\\() x> (<d@x>\r\n", {"a@x"}},
      {"In-Reply-To: \"A <b@x>\" of [<c@x>] <a@x>, \"<\r\n", {"c@x", "a@x"}},
      {"References: <\"a>\"@x> <b@[1>2]> <c <d@x>\r\n", {"d@x", "b@[1>2]", "\"a>\"@x"}},
      {"Message-ID: a@x (it is)\r\n", {"a@x"}},
      // Only what is valid counts: something, one "@" and something.
      {"References: <none> <@x> <a@> <@> <a@b@x> <\"\"@x> <a(@)x> <a@x>\r\n", {"a@x"}},
      {"In-Reply-To: <Your message> <a@[x@y]> <\"a@b\"@x>\r\n", {"a@[x@y]", "\"a@b\"@x"}},
      {"Message-ID: none\r\n", {}},
      {"Message-ID: <none> a@x\r\n", {}},
      {"Message-ID: <none> <a@x>\r\n", {"a@x"}},
      {"References: <a@x> <a@x> <b@x> <a@x>\r\nMessage-ID: <b@x>\r\n", {"b@x", "a@x"}},
  };
  for (const auto& [header, want] : rows) {
    CAPTURE(header);
    CHECK(keys_of(header) == keys(want));
  }
}

TEST_CASE("identifiers have their case, and differ") {
  CHECK(key("a@x") != key("A@x"));
  CHECK(key("a@x") != key("b@x"));
}

TEST_CASE("the keys are stored, so they stay what they are") {
  CHECK(key("a@example.com") == 0x59b9'0537'ccb4'1d35ULL);
  CHECK(key("\"a\"@example.com") == key("a@example.com"));
  CHECK(key("a(b)@example.com") == key("a@example.com"));
  CHECK(key("a@[(b)]") != key("a@[]"));
}

TEST_CASE("identifiers that are not valid do not replace others") {
  std::string bad;
  for (int i = 0; i < 50; ++i) bad += " <" + std::to_string(i) + ">";
  CHECK(keys_of("References:" + bad + numbered(1, 2) + bad + "\r\n") == keys({"2@x", "1@x"}));
  CHECK(keys_of("In-Reply-To:" + bad + numbered(1, 2) + "\r\n") == keys({"1@x", "2@x"}));
}

TEST_CASE("of many references the first and the last 20 count") {
  std::vector<std::string> want;
  for (int i = 50; i > 30; --i) want.push_back(std::to_string(i) + "@x");
  for (int i = 20; i > 0; --i) want.push_back(std::to_string(i) + "@x");
  CHECK(keys_of("References:" + numbered(1, 50) + "\r\n") == keys(want));
  CHECK(keys_of("References:" + numbered(1, 40) + "\r\n").size() == 40);
  CHECK(keys_of("In-Reply-To:" + numbered(1, 50) + "\r\n").size() == 20);
}

TEST_CASE("the first and the last of long references count, whatever the limits cut out") {
  const ParserLimits limits{.header_used = 2000, .field_end = 1500};
  std::vector<std::string> first;
  for (int i = 119; i > 99; --i) first.push_back(std::to_string(i) + "@x");
  // An identifier takes 8 bytes: fields of all sizes about 2000 and 3500, where the first byte is lost.
  for (const int count : {246, 247, 248, 249, 250, 435, 436, 437, 438, 439, 600})
    for (std::size_t pad = 0; pad < 8; ++pad) {
      std::vector<std::string> want;
      for (int i = 99 + count; i > 79 + count; --i) want.push_back(std::to_string(i) + "@x");
      want.insert(want.end(), first.begin(), first.end());
      const std::string field = "References:" + std::string(pad, ' ') + numbered(100, 99 + count) + "\r\n";
      CAPTURE(field.size());
      CHECK(thread_keys(parse(field + "Subject: s\r\n\r\n", limits)) == keys(want));
    }
}

TEST_CASE("a message within the message says nothing about the one around it") {
  const std::string nested =
      "Content-Type: message/rfc822\r\n\r\nMessage-ID: <inner@x>\r\nReferences: <a@x>\r\n\r\nx\r\n";
  CHECK(thread_keys(parse(nested)).empty());
}
