#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include "protocol/mime/render.h"

#include <string>
#include <utility>

#include <doctest/doctest.h>

#include "protocol/mime/parser.h"
#include "protocol/mime/stored_structure.h"
#include "tests/unit/mime/messages.h"

using namespace postbag;
using namespace postbag::mime;
using namespace postbag::mime_test;

namespace {

std::string envelope_of(const std::string& header) {
  return envelope(*parse(header + "\r\n\r\n").parts[0].envelope);
}

std::string stored_body(const StoredStructure& stored) {
  std::string out;
  stored.append_body(out);
  return out;
}

}  // namespace

TEST_CASE("the ENVELOPE and BODY of RFC 3501 section 8") {
  const Structure s = parse(plain);
  CHECK(envelope(*s.parts[0].envelope) ==
        "(\"Wed, 17 Jul 1996 02:23:25 -0700 (PDT)\" \"IMAP4rev2 WG mtg summary and minutes\""
        " ((\"Terry Gray\" NIL \"gray\" \"cac.washington.edu\"))"
        " ((\"Terry Gray\" NIL \"gray\" \"cac.washington.edu\"))"
        " ((\"Terry Gray\" NIL \"gray\" \"cac.washington.edu\"))"
        " ((NIL NIL \"imap\" \"cac.washington.edu\"))"
        " ((NIL NIL \"minutes\" \"CNRI.Reston.VA.US\")(\"John Klensin\" NIL \"KLENSIN\" \"MIT.EDU\"))"
        " NIL NIL \"<B27397-0100000@cac.washington.edu>\")");
  CHECK(body(s) == "(\"text\" \"plain\" (\"charset\" \"US-ASCII\") NIL NIL \"7bit\" 14 2)");
  CHECK(bodystructure(s) ==
        "(\"text\" \"plain\" (\"charset\" \"US-ASCII\") NIL NIL \"7bit\" 14 2 NIL NIL NIL NIL)");
}

TEST_CASE("a tree with every extension field") {
  const Structure s = parse(nested);
  const std::string envelope_inner =
      "(NIL \"inner\" ((NIL NIL \"b\" \"example.org\")) ((NIL NIL \"b\" \"example.org\"))"
      " ((NIL NIL \"b\" \"example.org\")) NIL NIL NIL NIL NIL)";
  const std::string size = std::to_string(s.parts[2].end - s.parts[2].body);
  CHECK(
      body(s) ==
      "((\"text\" \"plain\" (\"charset\" \"utf-8\") NIL NIL \"8bit\" 8 1)"
      "(\"message\" \"rfc822\" NIL NIL \"the inner one\" \"7bit\" " +
          size + " " + envelope_inner +
          " ((\"text\" \"plain\" (\"charset\" \"us-ascii\") NIL NIL \"7bit\" 11 0)"
          "(\"application\" \"octet-stream\" (\"name\" \"x.bin\") \"<id@x>\" NIL \"base64\" 8) \"alternative\") 18)"
          " \"mixed\")");
  CHECK(bodystructure(s) ==
        "((\"text\" \"plain\" (\"charset\" \"utf-8\") NIL NIL \"8bit\" 8 1 NIL NIL NIL NIL)"
        "(\"message\" \"rfc822\" NIL NIL \"the inner one\" \"7bit\" " +
            size + " " + envelope_inner +
            " ((\"text\" \"plain\" (\"charset\" \"us-ascii\") NIL NIL \"7bit\" 11 0 NIL NIL NIL NIL)"
            "(\"application\" \"octet-stream\" (\"name\" \"x.bin\") \"<id@x>\" NIL \"base64\" 8 "
            "\"Q2hlY2sgSW50ZWdyaXR5IQ==\""
            " (\"attachment\" (\"filename\" \"x.bin\")) (\"en\" \"fr\") \"http://x/\")"
            " \"alternative\" (\"boundary\" \"inn\") NIL NIL NIL) 18 NIL NIL NIL NIL)"
            " \"mixed\" (\"boundary\" \"==out\") NIL NIL NIL)");
}

TEST_CASE("ENVELOPE of odd headers") {
  const std::string nothing = " NIL NIL NIL NIL NIL NIL NIL NIL)";
  CHECK(envelope_of("") == "(NIL NIL" + nothing);
  CHECK(envelope_of("Subject: a\r\n b") == "(NIL \"a b\"" + nothing);
  CHECK(envelope_of("Subject:") == "(NIL \"\"" + nothing);
  CHECK(envelope_of("Subject: gr\xc3\xbc\xdf") == "(NIL {5}\r\ngr\xc3\xbc\xdf" + nothing);
  CHECK(envelope_of(std::string("Subject: n\0l", 12)) == "(NIL \"nl\"" + nothing);
  CHECK(envelope_of("Subject: \"q\\") == "(NIL \"\\\"q\\\\\"" + nothing);
  CHECK(envelope_of("From: g: a@x;\r\nSender: b@x") ==
        "(NIL NIL ((NIL NIL \"g\" NIL)(NIL NIL \"a\" \"x\")(NIL NIL NIL NIL)) ((NIL NIL \"b\" \"x\"))"
        " ((NIL NIL \"g\" NIL)(NIL NIL \"a\" \"x\")(NIL NIL NIL NIL)) NIL NIL NIL NIL NIL)");
}

TEST_CASE("the stored form answers what the structure does") {
  std::vector<std::string> messages = broken;
  messages.insert(messages.end(), {plain, nested, digest});
  for (const std::string& message : messages) {
    CAPTURE(message);
    const Structure s = parse(message);
    const std::string bytes = encode(s);
    const StoredStructure stored(bytes);
    CHECK(stored.size() == message.size());
    CHECK(stored.sent() == s.sent);
    CHECK(stored.envelope() == envelope(*s.parts[0].envelope));
    CHECK(stored.bodystructure() == bodystructure(s));
    CHECK(stored_body(stored) == body(s));
    CHECK(stored.common_fields() == s.common_fields);
    const auto parts = stored.parts();
    REQUIRE(parts.size() == s.parts.size());
    for (std::size_t i = 0; i < parts.size(); ++i) {
      CHECK(parts[i].parent == s.parts[i].parent);
      CHECK(parts[i].kind == s.parts[i].kind);
      CHECK(parts[i].encoding == s.parts[i].encoding);
      CHECK(parts[i].header == s.parts[i].header_range());
      CHECK(parts[i].body == s.parts[i].body_range());
      CHECK(parts[i].lines == s.parts[i].lines);
    }
  }
}

TEST_CASE("damaged stored forms throw, and nothing worse") {
  const std::string good = encode(parse(nested));
  const auto read_all = [](std::string_view bytes) {
    const StoredStructure stored(bytes);
    stored_body(stored);
    return stored.parts().size();
  };
  CHECK(read_all(good) == 6);
  CHECK_THROWS_AS(read_all(""), CorruptStructure);
  CHECK_THROWS_AS(read_all("\x02"), CorruptStructure);
  for (std::size_t cut = 0; cut < good.size(); ++cut)
    CHECK_THROWS_AS(read_all(std::string_view(good).substr(0, cut)), CorruptStructure);
  for (std::size_t at = 0; at < good.size(); ++at)
    for (const int flip : {1, 0x40, 0x80, 0xff}) {
      std::string bad = good;
      bad[at] = static_cast<char>(bad[at] ^ flip);
      try {
        read_all(bad);
      } catch (const CorruptStructure&) {
      }
    }
}

TEST_CASE("a date that an older form could not read is read again") {
  Structure structure = parse("Subject: x\r\nDate: Mon, 3 Feb 2020\r\n 25:61:00 +0100\r\n\r\n");
  REQUIRE(structure.sent.has_value());
  const auto sent = std::exchange(structure.sent, std::nullopt);
  std::string stored = encode(structure);
  CHECK_FALSE(StoredStructure(stored).sent().has_value());
  stored[0] = 3;
  CHECK(StoredStructure(stored).sent() == sent);
  structure = parse("Subject: x\r\n\r\n");
  stored = encode(structure);
  stored[0] = 3;
  CHECK_FALSE(StoredStructure(stored).sent().has_value());
}
