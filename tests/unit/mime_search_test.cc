#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <string>

#include <doctest/doctest.h>

#include "mime_messages.h"
#include "protocol/mime/message_search.h"
#include "protocol/mime/parser.h"

using namespace postbag;
using namespace postbag::mime;
using namespace postbag::mime_test;

namespace {

const std::string message = crlf(
    "Subject: =?utf-8?b?R3LDvMOfZQ==?=\n =?utf-8?q?_folded?=\n"
    "Content-Type: multipart/mixed; boundary=x\n"
    "\n"
    "preamble\n"
    "--x\n"
    "Content-Type: text/plain; charset=iso-8859-1\n"
    "Content-Transfer-Encoding: quoted-printable\n"
    "Content-Description: partdesc\n"
    "\n"
    "Caf=E9 soft=\n"
    "break\n"
    "--x\n"
    "Content-Type: text/html; charset=utf-8\n"
    "Content-Transfer-Encoding: base64\n"
    "\n"
    "w6TDtsO8\n"
    "IGRlZXA=\n"
    "--x\n"
    "Content-Type: application/pdf\n"
    "Content-Transfer-Encoding: base64\n"
    "\n"
    "aGlkZGVu\n"
    "--x\n"
    "Content-Type: text/plain; charset=x-unknown\n"
    "Content-Transfer-Encoding: x-unknown\n"
    "\n"
    "asis=41\n"
    "--x\n"
    "Content-Type: message/rfc822\n"
    "\n"
    "Subject: embedded\n"
    "\n"
    "innertext\n"
    "--x--\n"
    "epilogue\n");

bool found(const char* text, SearchIn where, std::size_t piece) {
  const std::string stored = encode(parse(message));
  const StoredStructure structure(stored);
  const protocol::Needle needle(text);
  MessageSearch search(structure, needle, where);
  for (std::size_t at = 0; at < message.size(); at += piece)
    if (search.feed(std::string_view(message).substr(at, piece))) return true;
  return search.finish();
}

}  // namespace

TEST_CASE("what BODY and TEXT see of a message, in pieces of any size") {
  struct {
    const char* text;
    bool in_text;
    bool in_body;
  } rows[] = {{"GRÜßE folded", true, false},     {"subject: grüße", true, false},   {"boundary=x", true, false},
              {"CAFÉ softbreak", true, true},    {"ÄÖÜ DEEP", true, true},          {"hidden", false, false},
              {"aGlkZGVu", false, false},        {"asis=41", true, true},           {"partdesc", true, true},
              {"subject: embedded", true, true}, {"innertext", true, true},         {"preamble", false, false},
              {"epilogue", false, false},        {"softbreak\r\nÄÖ", false, false}, {"", true, true},
              {"caf=e9", false, false}};
  for (const auto& row : rows)
    for (const std::size_t piece :
         {std::size_t{1}, std::size_t{2}, std::size_t{7}, std::size_t{64}, message.size()}) {
      CAPTURE(row.text);
      CAPTURE(piece);
      CHECK(found(row.text, SearchIn::text, piece) == row.in_text);
      CHECK(found(row.text, SearchIn::body, piece) == row.in_body);
    }
}

TEST_CASE("a text without boundaries, headers longer than what is decoded at once") {
  const std::string big =
      "X-Long: " + std::string(200'000, 'a') + "needle\r\n\r\n" + std::string(100'000, 'b') + "Needle2";
  const std::string stored = encode(parse(big));
  for (const char* text : {"aneedle", "NEEDLE2", "bneedle2"}) {
    const protocol::Needle needle(text);
    MessageSearch search{StoredStructure(stored), needle, SearchIn::text};
    search.feed(big);
    CHECK(search.finish());
  }
}
