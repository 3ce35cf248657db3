// What the limits cut off a message, which does not depend on the size of the pieces.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <algorithm>
#include <string>

#include <doctest/doctest.h>

#include "protocol/mime/parser.h"
#include "tests/unit/mime/pieces.h"

using namespace postbag;
using namespace postbag::mime;
using namespace postbag::mime_test;

namespace {

std::string nested_multiparts(int depth) {
  std::string message;
  for (int i = 0; i < depth; ++i) {
    const std::string b = "b" + std::to_string(i) + "x";
    message += "Content-Type: multipart/mixed; boundary=" + b + "\r\n\r\n--" + b + "\r\n";
  }
  return message + "\r\nleaf\r\n";
}

/// One field `name`, or several, of `size` bytes together.
std::string filler(const std::string& name, std::size_t size, std::size_t field_size) {
  std::string out;
  while (size - out.size() > 2 * field_size) {
    out += name + ": " + std::string(field_size - name.size() - 4, 'x') + "\r\n";
  }
  return out + name + ": " + std::string(size - out.size() - name.size() - 4, 'x') + "\r\n";
}

constexpr ParserLimits tight{
    .header_used = 300, .field_end = 100, .headers_used = 700, .part_header = 120, .common_fields = 400};

}  // namespace

TEST_CASE("limits") {
  const Structure deep = parse(nested_multiparts(150));
  CHECK(deep.parts.size() == 101);
  CHECK(deep.parts[100].kind == Kind::other);
  CHECK(deep.parts[100].type.type == "application");
  CHECK(deep.parts[100].depth == 100);

  std::string many = "Content-Type: multipart/mixed; boundary=x\r\n\r\n";
  for (int i = 0; i < 10'500; ++i) many += "--x\r\n\r\n.\r\n";
  const Structure parts = parse(many);
  CHECK(parts.parts.size() == 10'000);
  CHECK(parts.parts.back().end == many.size());

  std::string to = "To: a@x";
  for (int i = 0; i < 2'000; ++i) to += ",a@x";
  CHECK(parse(to).parts[0].envelope->to.size() == 1'000);
  std::ranges::replace(to, ',', ' ');
  CHECK(parse(to).parts[0].envelope->to.size() == 1'000);
  CHECK_FALSE(parse(std::string("Subject: ") + std::string(20'000, 'x')).common_fields_complete);

  std::string type = "Content-Type: a/b";
  for (int i = 0; i < 200; ++i) type += ";p=v";
  CHECK(parse(type).parts[0].type.parameters.size() == 100);

  const ParserLimits small{.header_used = 20, .headers_used = 30};
  const Structure cut = parse("Subject: 0123456789abcdef\r\nTo: always@read\r\n\r\nbody", small);
  CHECK(cut.parts[0].envelope->subject == "0123456789a");
  CHECK(cut.parts[0].envelope->to.size() == 1);
  CHECK_FALSE(cut.common_fields_complete);
  CHECK(cut.common_fields == "To: always@read\r\n");
  CHECK(cut.parts[0].body_range().size == 4);
}

TEST_CASE("no field of the message is lost for the order or the size of others") {
  const std::string fields =
      "From: f@x\r\nTo: t@x\r\nSubject: s\r\nDate: 1 Jan 2000 00:00:00 +0000\r\nMessage-ID: <m@x>\r\n"
      "In-Reply-To: <i@x>\r\nReferences: <r@x>\r\nContent-Type: text/html\r\nContent-Language: de\r\n";
  Structure want = parse(fields + "\r\n", tight);
  for (const char* name : {"X-Junk", "Cc", "List-Id", "Content-Description"})
    for (const std::size_t budget : {tight.header_used, tight.common_fields, tight.headers_used})
      for (const std::size_t size : {budget - 1, budget, budget + 1, 2 * budget})
        for (const std::size_t field_size : {std::size_t{30}, size})
          for (const bool before : {true, false}) {
            CAPTURE(name);
            CAPTURE(size);
            const std::string junk = filler(name, size, field_size);
            Structure got = parse((before ? junk + fields : fields + junk) + "\r\n", tight);
            got.parts[0].envelope->cc = want.parts[0].envelope->cc;
            got.parts[0].description = {};
            got.parts[0].header = want.parts[0].header, got.parts[0].body = want.parts[0].body;
            got.parts[0].end = want.parts[0].end;
            CHECK(got.parts[0] == want.parts[0]);
            CHECK(got.references == want.references);
            CHECK(got.sent == want.sent);
            CHECK_FALSE(got.limits_met.has(Limit::headers));
          }
}

TEST_CASE("the first kilobyte of each part's fields counts, whatever else the message has") {
  for (const char* name : {"X-Junk", "Content-Description"})
    for (const std::size_t size : {tight.headers_used - 1, tight.headers_used, tight.headers_used + 1}) {
      CAPTURE(name);
      CAPTURE(size);
      std::string message = "Content-Type: multipart/mixed; boundary=b\r\n\r\n";
      // At most header_used bytes of a field count, so it takes several parts to use all.
      for (std::size_t left = size; left > 0; left -= std::min<std::size_t>(left, 250))
        message += "--b\r\n" + filler(name, std::max<std::size_t>(std::min<std::size_t>(left, 250), 30), 1000) +
                   "Content-Type: text/html\r\n\r\n.\r\n";
      const Structure s = parse(message + "--b--\r\n", tight);
      for (std::size_t i = 1; i < s.parts.size(); ++i) CHECK(s.parts[i].type.subtype == "html");
    }
  const std::string field = "Content-Description: " + std::string(200, 'x') + "\r\n";  // 223 bytes
  std::string message = "Content-Type: multipart/mixed; boundary=b\r\n\r\n";
  for (int i = 0; i < 4; ++i) message += "--b\r\n" + field + "\r\n.\r\n";
  const Structure s = parse(message, tight);
  CHECK(s.limits_met.has(Limit::headers));
  CHECK(s.parts[3].description.has_value());
  CHECK_FALSE(s.parts[4].description.has_value());
}

TEST_CASE("To, Cc and Bcc are one field each, however often they come") {
  std::string to;
  for (int i = 0; i < 40; ++i) to += "To: a@example.org\r\n";  // 13 bytes of address each
  const Structure s = parse(to + "Cc: c@x\r\n\r\n", tight);
  CHECK(s.parts[0].envelope->to.size() == tight.header_used / 13);
  CHECK(s.parts[0].envelope->cc.size() == 1);
  CHECK(s.limits_met.has(Limit::field));
}

TEST_CASE("what is kept of a long References does not depend on the pieces") {
  std::string ids;
  for (int i = 0; i < 60; ++i) ids += (i % 7 == 0 ? "\r\n <" : " <") + std::to_string(i) + "@x>";
  for (std::size_t pad = 1; pad < 200; pad += 9) {
    const std::string message = "References:" + std::string(pad, ' ') + ids + "\r\nSubject: s\r\n\r\n";
    const Structure s = byte_by_byte(message, tight);
    CHECK(s == parse(message, tight));
    CHECK(s.references.ends_with("<59@x>"));
    CHECK(s.parts[0].envelope->subject == "s");
  }
}

TEST_CASE("the limits that a message met") {
  const ParserLimits small{.depth = 1,
                           .parts = 3,
                           .header_used = 60,
                           .headers_used = 120,
                           .part_header = 10,
                           .addresses = 2,
                           .parameters = 2};
  const std::string multipart = "Content-Type: multipart/mixed; boundary=x\r\n\r\n";
  struct {
    std::string message;
    const char* met;
  } rows[] = {{"To: a@x, b@x\r\nContent-Language: a, b\r\nContent-Type: a/b; c=d; e=f\r\n\r\n", ""},
              {"To: a@x, b@x , ; (c)\r\n\r\n", ""},
              {"To: a@x, b@x, c@x\r\n\r\n", "addresses"},
              {"To: a@x b@x c\r\n\r\n", ""},
              {"To: a@x b@x c@x\r\n\r\n", "addresses"},
              {"To: a@x, b@x\r\nTo: c@x\r\n\r\n", "addresses"},
              {"Content-Type: a/b; c=d; e=f; g=h\r\n\r\n", "parameters"},
              {"Content-Disposition: a; c=d; e=f; g=h\r\n\r\n", "parameters"},
              {"Content-Language: a, b, c\r\n\r\n", "parameters"},
              {"X: " + std::string(55, 'x') + "\r\n\r\n", ""},
              {"X: " + std::string(56, 'x') + "\r\n\r\n", "header_used"},
              {"X: x\r\n " + std::string(56, 'x') + "\r\n\r\n", "header_used"},
              {"X: " + std::string(40, 'x') + "\r\nY: " + std::string(40, 'y') + "\r\nZ: " + std::string(40, 'z') +
                   "\r\n\r\n",
               ""},
              {multipart + "--x\r\nContent-ID: " + std::string(40, 'x') + "\r\nContent-MD5: " +
                   std::string(40, 'y') + "\r\nContent-Location: " + std::string(20, 'z') + "\r\n\r\n",
               "headers_used"},
              {multipart + "--x\r\n\r\n1\r\n--x--\r\n", ""},
              {multipart + "--x\r\n\r\n1\r\n--x\r\n\r\n2\r\n--x--\r\n", "mime_parts"},
              {multipart + "--x\r\nContent-Type: message/rfc822\r\n\r\nSubject: s\r\n\r\n", "mime_depth"}};
  for (const auto& [message, met] : rows) {
    CAPTURE(message);
    CHECK(names(parse(message, small).limits_met) == met);
    CHECK(byte_by_byte(message, small) == parse(message, small));
  }
}

TEST_CASE("limits of headers count the same in pieces and at once") {
  ParserLimits limits;
  limits.header_used = 20;
  limits.headers_used = 60;
  const std::string message = "X-Long: " + std::string(100, 'x') + "\r\nSubject: s\r\n\r\nbody";
  const Structure s = byte_by_byte(message, limits);
  CHECK(s == parse(message, limits));
  CHECK(s.parts[0].envelope->subject == "s");
}

TEST_CASE("of a long line in a header the same counts in pieces and at once") {
  ParserLimits limits;
  limits.header_used = 50;
  const std::string encoded = "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n";
  for (const std::string& message : {encoded + std::string(300, 'x') + ":\r\n\r\ny",
                                     "Subject: x\r\n" + std::string(300, '\r') + "\nTo: y\r\n\r\nz"}) {
    CHECK(byte_by_byte(message, limits) == parse(message, limits));
  }
}

TEST_CASE("a boundary is known in a header whatever a field may be long") {
  ParserLimits limits;
  limits.header_used = 50;
  const std::string boundary(60, 'b');
  const std::string message = "Content-Type: multipart/mixed;\r\n boundary=b\r\n\r\n--b\r\nX: y\r\n--" + boundary +
                              "\r\n\r\nbody\r\n--b--\r\n";
  CHECK(byte_by_byte(message, limits) == parse(message, limits));
}
