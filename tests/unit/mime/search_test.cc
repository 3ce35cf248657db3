#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "core/utf8.h"
#include "protocol/mime/parser.h"
#include "protocol/mime/text/message_text.h"
#include "protocol/mime/text/searchable_text.h"
#include "protocol/text/casefold.h"
#include "tests/unit/mime/messages.h"

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

/// Across the 64 KiB that are decoded at once.
TEST_CASE("a text is found anywhere in a long field") {
  const std::string word = "=?utf-8?q?needle_?=\r\n two";
  for (std::size_t size = 65'508; size <= 65'536; size += 2) {
    CAPTURE(size);
    for (const std::string& filler : {std::string(size, 'x'), std::string(size - 1, 'x') + " "}) {
      const std::string big = "To: " + filler + "needle one\r\n two\r\nCc: three\r\n\r\n";
      CHECK(found("xneedle one two", SearchIn::text, big.size(), big) == filler.ends_with('x'));
      CHECK(found("needle one two", SearchIn::text, 1000, big));
      CHECK_FALSE(found("two Cc", SearchIn::text, big.size(), big));
    }
    const std::string encoded = "To: " + std::string(size, 'x') + " " + word + "\r\n\r\n";
    CHECK(found("x needle two", SearchIn::text, encoded.size(), encoded));
  }
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

TEST_CASE("what a report says is searched; what was attached is not") {
  const std::string bounce = crlf(
      "Subject: Undelivered\n"
      "Content-Type: multipart/report; report-type=delivery-status; boundary=x\n"
      "\n"
      "--x\n"
      "\n"
      "Sorry.\n"
      "--x\n"
      "Content-Type: message/delivery-status\n"
      "\n"
      "Reporting-MTA: dns; mx.example.net\n"
      "\n"
      "Final-Recipient: rfc822; lost@example.org\n"
      "--x\n"
      "Content-Type: message/global-delivery-status\n"
      "Content-Transfer-Encoding: base64\n"
      "\n"
      "RmluYWwtUmVjaXBpZW50OiBHcsO8w59l\n"
      "--x\n"
      "Content-Type: message/disposition-notification\n"
      "\n"
      "Disposition: displayed\n"
      "--x\n"
      "Content-Type: message/partial; id=1; number=2\n"
      "\n"
      "apiece\n"
      "--x--\n");
  for (const char* text : {"LOST@example.org", "recipient: grüße", "disposition: displayed"}) {
    CAPTURE(text);
    CHECK(found(text, SearchIn::body, 5, bounce));
  }
  CHECK_FALSE(found("apiece", SearchIn::text, 5, bounce));
}

TEST_CASE("a text over the ends of lines, folded fields") {
  const std::string folded = "Subject: one\r\n\ttwo\r\n   three\r\n\r\nfour\r\n  five\tsix\r\n";
  for (const char* text : {"one two three", "one\ttwo  three", "four five six"})
    for (const std::size_t piece : {std::size_t{1}, std::size_t{3}, folded.size()}) {
      CAPTURE(text);
      CHECK(found(text, SearchIn::text, piece, folded));
    }
  CHECK_FALSE(found("three four", SearchIn::text, 3, folded));  // each field is a text of its own
}

namespace {

/// Characters that are difficult for an index: they fold to several, to longer ones, or are not UTF-8 at all.
const std::vector<std::string> characters = {"a",
                                             "B",
                                             "c",
                                             " ",
                                             "\r\n",
                                             "\t",
                                             "\xc2\xa0",
                                             "\"",
                                             "\xc3\xa9",
                                             "\xc3",
                                             "\x80",
                                             "\xff",
                                             "\xc3\x9f",
                                             "\xef\xac\x81",
                                             "\xc7\x86",
                                             "\xe2\x84\xab",
                                             "\xef\xb7\xba",
                                             "\xf0\x9f\x98\x80",
                                             "\xef\xbf\xbd",
                                             "\xef\xbf\xbe",
                                             std::string(1, '\0')};

rc::Gen<std::string> awkward(int most) {
  return rc::gen::exec([most] {
    std::string out;
    const int count = *rc::gen::inRange(0, most);
    for (int i = 0; i < count; ++i) out += *rc::gen::elementOf(characters);
    return out;
  });
}

const std::vector<std::string> charsets = {"utf-8",  "us-ascii",    "iso-8859-1", "windows-1252",
                                           "koi8-r", "iso-2022-jp", "x-unknown"};

/// A message of two parts whose text and subject are made of `text`.
std::string message_with(const std::string& text) {
  const std::string encoding = *rc::gen::elementOf(std::vector<std::string>{"8bit", "binary", "quoted-printable"});
  const std::string part = "\r\n--x\r\nContent-Type: text/plain; charset=" + *rc::gen::elementOf(charsets) +
                           "\r\nContent-Transfer-Encoding: " + encoding + "\r\n\r\n";
  return "Subject: " + text + "\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n" + part + text + part +
         text.substr(text.size() / 2) + "\r\n--x--\r\n";
}

}  // namespace

TEST_CASE("an index that knows the trigrams of the searchable text loses no match") {
  int narrowed = 0;
  CHECK(rc::check([&narrowed] {
    const std::string text = *awkward(40);
    const std::string bytes = message_with(text);
    const std::string stored = encode(parse(bytes));
    const auto piece = static_cast<std::size_t>(*rc::gen::inRange(1, 20));
    const auto gathered =
        searchable_text(stored, bytes.size(), 100'000, [&](std::uint64_t at) { return bytes.substr(at, piece); });
    RC_ASSERT(gathered.has_value());
    RC_ASSERT(is_utf8(*gathered));
    RC_ASSERT(gathered->find('\0') == std::string::npos);
    const auto from = static_cast<std::size_t>(*rc::gen::inRange(0, static_cast<int>(text.size()) + 1));
    const std::string sought = text.substr(from, static_cast<std::size_t>(*rc::gen::inRange(1, 20)));
    const protocol::Needle needle(sought);
    const auto grams = trigrams(needle, 16);
    const bool passes =
        std::ranges::all_of(grams, [&](const auto& gram) { return gathered->find(gram) != std::string::npos; });
    if (found(sought, SearchIn::text, piece, bytes)) RC_ASSERT(passes);
    if (!grams.empty()) ++narrowed;
  }));
  CHECK(narrowed > 10);
}

TEST_CASE("the trigrams of a needle") {
  using Grams = std::vector<std::string>;
  CHECK(trigrams(protocol::Needle("ab"), 16).empty());
  CHECK(trigrams(protocol::Needle("abcd"), 16) == Grams{"ABC", "BCD"});
  CHECK(trigrams(protocol::Needle("aaaaaa"), 16) == Grams{"AAA"});
  CHECK(trigrams(protocol::Needle("abcd"), 1) == Grams{"ABC"});
  CHECK(trigrams(protocol::Needle("ab\xff"
                                  "cde"),
                 16) == Grams{"CDE"});
}

TEST_CASE("a message with more text than the limit is not indexed") {
  const std::string bytes = "Subject: x\r\n\r\n" + std::string(1000, 'a');
  const auto read = [&](std::uint64_t at) { return bytes.substr(at, 100); };
  CHECK_FALSE(searchable_text(encode(parse(bytes)), bytes.size(), 500, read));
  CHECK(searchable_text(encode(parse(bytes)), bytes.size(), 1100, read));
}
