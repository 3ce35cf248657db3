#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <string>

#include <doctest/doctest.h>

#include "mime_messages.h"
#include "protocol/mime/message_text.h"
#include "protocol/mime/parser.h"
#include "protocol/text/casefold.h"

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

class Look final : public TextSink {
 public:
  explicit Look(const protocol::Needle& needle) : matcher_(needle) {}
  bool text(std::string_view piece) override { return matcher_.feed(piece); }
  void end_text() override { matcher_.end_text(); }
  bool found() const { return matcher_.found(); }

 private:
  protocol::StreamMatcher matcher_;
};

bool found(std::string_view text, SearchIn where, std::size_t piece, std::string_view bytes = message) {
  const std::string stored = encode(parse(bytes));
  const protocol::Needle needle(text);
  Look look(needle);
  read_texts(MessageText(StoredStructure(stored), where), bytes.size(), look,
             [&](std::uint64_t from) { return bytes.substr(from, piece); });
  return look.found();
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
  for (const char* text : {"aneedle", "NEEDLE2", "bneedle2"}) CHECK(found(text, SearchIn::text, big.size(), big));
}

TEST_CASE("what is not of its charset is searched by its octets too. RFC 5255 section 4.6 (c)") {
  const std::string mislabelled = crlf(
      "Subject: =?iso-2022-jp?q?Gr=C3=BC=C3=9Fe?= =?utf-8?q?_bare_=FC?=\n"
      "X-Other: =?x-none?q?f=C3=BCr?=\n"
      "Content-Type: multipart/mixed; boundary=x\n"
      "\n"
      "--x\n"
      "Content-Type: text/plain; charset=iso-2022-jp\n"
      "\n"
      "\x1b$B$+\x1b(B and K\xc3\xb6ln\n"
      "--x\n"
      "Content-Type: text/plain; charset=iso-2022-jp\n"
      "\n"
      "\x1b$B$+\x1b(B alone\n"
      "--x--\n");
  struct {
    const char* text;
    bool found;
  } rows[] = {{"Grüße", true},    {"grÜße BARE", true}, {"gr\xef\xbf\xbd", true}, {"für", true},
              {"か AND", true},   {"Köln", true},       {"$B$+\x1b(b and", true}, {"か alone", true},
              {"(B alone", false}};  // that part is of its charset
  for (const auto& row : rows)
    for (const std::size_t piece : {std::size_t{1}, std::size_t{5}, mislabelled.size()}) {
      CAPTURE(row.text);
      CAPTURE(piece);
      CHECK(found(row.text, SearchIn::text, piece, mislabelled) == row.found);
    }
}
