#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include "protocol/mime/section.h"

#include <array>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "protocol/mime/header/header_fields.h"
#include "protocol/mime/parser.h"
#include "tests/unit/mime/messages.h"

using namespace postbag;
using namespace postbag::mime;
using namespace postbag::mime_test;

namespace {

using Numbers = std::vector<std::uint32_t>;

/// The bytes of a section, "-" when there are none.
std::string section_of(const std::string& message, const Numbers& numbers, SectionText text) {
  const std::string stored = encode(parse(message));
  const auto range = section(StoredStructure(stored), numbers, text);
  return range ? message.substr(range->offset, range->size) : "-";
}

std::string fields(std::string_view header, std::vector<std::string_view> names, Pick pick) {
  return header_fields(header, names, pick);
}

}  // namespace

TEST_CASE("sections of a tree") {
  using enum SectionText;
  const auto at = [](const Numbers& n, SectionText t) { return section_of(nested, n, t); };
  CHECK(at({}, all) == nested);
  CHECK(at({}, header).ends_with("boundary=\"==out\"\r\n\r\n"));
  CHECK(at({}, text).starts_with("preamble\r\n"));
  CHECK(at({}, mime) == "-");
  CHECK(at({1}, all) == "one\r\ntwo");
  CHECK(at({1}, mime) == "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n");
  CHECK(at({1}, header) == "-");
  CHECK(at({1}, text) == "-");
  CHECK(at({1, 1}, all) == "-");
  CHECK(at({2}, all).starts_with("From: b@example.org"));
  CHECK(at({2}, mime) == "Content-Type: message/rfc822\r\nContent-Description: the inner one\r\n\r\n");
  CHECK(at({2}, header) ==
        "From: b@example.org\r\nSubject: inner\r\nContent-Type: multipart/alternative; boundary=inn\r\n\r\n");
  CHECK(at({2}, text).starts_with("--inn\r\n"));
  CHECK(at({2, 1}, all) == "alternative");
  CHECK(at({2, 1}, mime) == "\r\n");
  CHECK(at({2, 2}, all) == "AAECAw==");
  CHECK(at({2, 3}, all) == "-");
  CHECK(at({3}, all) == "-");
  CHECK(at({0}, all) == "-");
  CHECK(at({4294967295}, all) == "-");
}

TEST_CASE("part 1 of a message that is not multipart is its body") {
  using enum SectionText;
  CHECK(section_of(plain, {1}, all) == "Hello\r\nWorld\r\n");
  CHECK(section_of(plain, {1}, mime) == section_of(plain, {}, header));
  CHECK(section_of(plain, {2}, all) == "-");
  CHECK(section_of(plain, {1, 1}, all) == "-");
  CHECK(section_of(plain, {1}, text) == "-");
  CHECK(section_of(digest, {1, 1}, all) == "1");
  CHECK(section_of(digest, {1}, text) == "1");
  const std::string forwarded = "Content-Type: message/rfc822\r\n\r\nSubject: in\r\n\r\nbody";
  CHECK(section_of(forwarded, {1}, all) == "Subject: in\r\n\r\nbody");
  CHECK(section_of(forwarded, {1}, header) == "Subject: in\r\n\r\n");
  CHECK(section_of(forwarded, {1, 1}, all) == "body");
  CHECK(section_of(forwarded, {}, text) == "Subject: in\r\n\r\nbody");
}

TEST_CASE("what BINARY decodes") {
  const std::string stored = encode(parse(nested));
  const StoredStructure message(stored);
  const auto encoding = [&](const Numbers& n) { return binary_section(message, n).value().encoding; };
  CHECK(encoding({}) == Encoding::binary);
  CHECK(encoding({1}) == Encoding::eight_bit);
  CHECK(encoding({2}) == Encoding::binary);
  CHECK(encoding({2, 2}) == Encoding::base64);
  CHECK(binary_section(message, Numbers{2, 2})->range.size == 8);
  CHECK_FALSE(binary_section(message, Numbers{9}).has_value());
}

TEST_CASE("HEADER.FIELDS") {
  const std::string header = "Subject: a\r\n b\r\nTo: x\r\njunk\r\nTO : y\r\nX-Empty:\r\n\r\nTo: body\r\n";
  CHECK(fields(header, {"to"}, Pick::named) == "To: x\r\nTO : y\r\n\r\n");
  CHECK(fields(header, {"SUBJECT", "x-empty"}, Pick::named) == "Subject: a\r\n b\r\nX-Empty:\r\n\r\n");
  CHECK(fields(header, {"none"}, Pick::named) == "\r\n");
  CHECK(fields(header, {"to"}, Pick::others) == "Subject: a\r\n b\r\njunk\r\nX-Empty:\r\n\r\n");
  CHECK(fields("To: x", {"to"}, Pick::named) == "To: x\r\n\r\n");
  CHECK(fields("To: x\n y\n\n", {"to"}, Pick::named) == "To: x\n y\n\r\n");
  CHECK(fields("", {"to"}, Pick::others) == "\r\n");
  for (const char* blank : {"\n", "\r\n", "\r\r\n", ""}) {
    const std::string ended = std::string("To: x\r\nCc: y\r\n") + blank;
    CHECK(fields(ended, {"to"}, Pick::named) == "To: x\r\n\r\n");
    CHECK(fields(ended, {"to"}, Pick::others) == "Cc: y\r\n\r\n");
  }
}

TEST_CASE("common fields replace the header only when all of them are stored") {
  const std::string message = "X-Odd: 1\r\nTo: x\r\nsubject: s\r\nDKIM-Signature: long\r\n\r\n";
  const std::string stored = encode(parse(message));
  const StoredStructure s(stored);
  CHECK(s.common_fields() == "To: x\r\nsubject: s\r\n");
  CHECK(common_fields_cover(s, std::array<std::string_view, 2>{"SUBJECT", "bcc"}));
  CHECK_FALSE(common_fields_cover(s, std::array<std::string_view, 2>{"subject", "x-odd"}));
  const std::string big = encode(parse("To: x\r\nCc: " + std::string(20'000, 'c') + "\r\n\r\n"));
  CHECK_FALSE(common_fields_cover(StoredStructure(big), std::array<std::string_view, 1>{"to"}));
}

TEST_CASE("fields that are cut are not kept, so that those that are kept are whole") {
  const ParserLimits limits{.header_used = 60, .field_end = 20, .headers_used = 100, .common_fields = 200};
  for (std::size_t size = 1; size < 300; ++size) {
    const std::string header = "To: x\r\nReferences: " + std::string(size, 'r') + "\r\nSubject: s\r\n\r\n";
    const std::string stored = encode(parse(header, limits));
    const StoredStructure s(stored);
    CHECK(s.common_fields_complete() == (size + 14 <= limits.header_used));
    for (const char* name : {"to", "references", "subject"})
      if (const std::string_view names[] = {name}; common_fields_cover(s, names))
        CHECK(header_fields(s.common_fields(), names, Pick::named) == header_fields(header, names, Pick::named));
  }
}

TEST_CASE("fields picked from a header in pieces") {
  const std::string header = "Subject: a\r\n b\r\nTo: x\r\njunk\r\n fold\r\nTO : " + std::string(2000, 'y') +
                             "\r\n z\r\nCc: c\r\nX:\n" + std::string(2000, 'n') +
                             ": x\r\nto: last\r\n\r\nTo: body\r\n";
  const std::vector<std::string_view> names = {"to", "CC"};
  for (const Pick pick : {Pick::named, Pick::others}) {
    const std::string whole = header_fields(header, names, pick);
    for (const std::size_t most : {whole.size() - 3, whole.size() - 2, header.size()})
      for (const std::size_t size : {1UL, 2UL, 7UL, 64UL, 3000UL}) {
        FieldFilter filter(names, pick, most);
        for (std::size_t at = 0; at < header.size(); at += size)
          filter.feed(std::string_view(header).substr(at, size));
        const std::string got = std::move(filter).finish();
        if (most + 2 >= whole.size()) CHECK(got == whole);
        if (most + 2 < whole.size()) CHECK(got.size() < whole.size());
      }
  }
  FieldFilter some(names, Pick::named, 30);
  some.feed(header);
  CHECK(std::move(some).finish() == "To: x\r\nCc: c\r\nto: last\r\n\r\n");
  FieldFilter beginning(names, Pick::named, 17, NoRoom::cut);
  beginning.feed(header);
  CHECK(std::move(beginning).finish() == "To: x\r\nTO : yyyyy\r\n\r\n");
}

TEST_CASE("SEARCH in header fields") {
  const std::string header =
      "Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?= from\r\n Berlin\r\nTo: A <a@x.org>\r\nTo: B "
      "<b@x.org>\r\nX-E:\r\n\r\nTo: c\r\n";
  const auto has = [&](const char* name, const char* text) {
    return field_contains(header, name, FieldText::written, protocol::Needle(text));
  };
  CHECK(has("subject", "GRÜßE FROM berlin"));
  CHECK(has("TO", "B@X"));
  CHECK(has("x-e", ""));
  CHECK_FALSE(has("x-e", "x"));
  CHECK_FALSE(has("cc", ""));
  CHECK_FALSE(has("to", "c"));
}

TEST_CASE("SEARCH by address also finds what ENVELOPE has. RFC 9051 section 6.4.4") {
  const std::string header =
      "From: <a (x)@ (y) b.org>\r\n"
      "To: \"Doe\\, \\\"Jo\\\"\" (sic) <jo . doe@\r\n x.org>, k@x.org (=?utf-8?q?K=C3=A4the?=), me\r\n"
      "To: team: <@relay.net:t@x.org>;\r\n"
      "Subject: <a (x)@ (y) b.org>\r\n\r\n";
  const auto has = [&](const char* name, FieldText what, const char* text) {
    return field_contains(header, name, what, protocol::Needle(text));
  };
  CHECK(has("from", FieldText::addresses, "a@b.org"));
  CHECK(has("from", FieldText::addresses, "A (X)@ (y)"));  // as it is written, still
  CHECK_FALSE(has("from", FieldText::written, "a@b.org"));
  CHECK_FALSE(has("from", FieldText::addresses, "a@b.orgs"));
  for (const char* text : {"doe, \"jo\" <jo.doe@x.org>", "KÄTHE <k@x.org>", "<me>", "team", "<t@x.org>"}) {
    CAPTURE(text);
    CHECK(has("to", FieldText::addresses, text));
  }
  CHECK(field_texts(header, "from", FieldText::addresses).size() == 2);
}
