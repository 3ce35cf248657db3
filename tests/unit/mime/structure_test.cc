#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <algorithm>
#include <string>

#include <doctest/doctest.h>

#include "protocol/mime/parser.h"
#include "tests/unit/mime/messages.h"
#include "tests/unit/mime/pieces.h"

using namespace postbag;
using namespace postbag::mime;
using namespace postbag::mime_test;
using namespace std::string_literals;

namespace {

std::string bytes(const std::string& message, ByteRange r) { return message.substr(r.offset, r.size); }

Structure in_pieces(const std::string& message, std::size_t a, std::size_t b) {
  Parser parser;
  parser.feed(std::string_view(message).substr(0, a));
  parser.feed(std::string_view(message).substr(a, b - a));
  parser.feed(std::string_view(message).substr(b));
  return std::move(parser).finish();
}

/// The kinds of the parts with their depths: "m0 t1 ...".
std::string shape(const Structure& s) {
  std::string out;
  for (const Part& p : s.parts) {
    if (!out.empty()) out.push_back(' ');
    out.push_back("otMmr"[static_cast<int>(p.kind)]);
    out += std::to_string(p.depth);
  }
  return out;
}

}  // namespace

TEST_CASE("a plain message") {
  const Structure s = parse(plain);
  REQUIRE(s.parts.size() == 1);
  const Part& p = s.parts[0];
  CHECK(p.kind == Kind::text);
  CHECK(bytes(plain, p.body_range()) == "Hello\r\nWorld\r\n");
  CHECK(bytes(plain, p.header_range()).ends_with("US-ASCII\r\n\r\n"));
  CHECK(p.lines == 2);
  CHECK(s.size == plain.size());
  CHECK(s.sent->seconds == 837595405);
  CHECK(s.sent->zone_minutes == -420);
  CHECK(p.envelope->from == Addresses{{"Terry Gray", {}, "gray", "cac.washington.edu"}});
  CHECK(p.envelope->cc.size() == 2);
  CHECK(s.common_fields == plain.substr(0, plain.size() - p.body_range().size - 2));
  CHECK(s.common_fields_complete);
}

TEST_CASE("a tree of parts") {
  const Structure s = parse(nested);
  CHECK(shape(s) == "M0 t1 m1 M2 t3 o3");
  CHECK(bytes(nested, s.parts[1].body_range()) == "one\r\ntwo");
  CHECK(s.parts[1].lines == 1);
  CHECK(s.parts[1].encoding == Encoding::eight_bit);
  CHECK(s.parts[2].description == "the inner one");
  CHECK(bytes(nested, s.parts[2].body_range()).starts_with("From: b@example.org\r\n"));
  CHECK(bytes(nested, s.parts[2].body_range()).ends_with("--inn--\r\ninner epilogue"));
  CHECK(s.parts[3].envelope->subject == "inner");
  CHECK(s.parts[3].header_range().end() == s.parts[3].body);
  CHECK(bytes(nested, s.parts[4].body_range()) == "alternative");
  CHECK(bytes(nested, s.parts[4].header_range()) == "\r\n");
  const Part& leaf = s.parts[5];
  CHECK(bytes(nested, leaf.body_range()) == "AAECAw==");
  CHECK(leaf.encoding == Encoding::base64);
  CHECK(leaf.disposition == Disposition{"attachment", {{"filename", "x.bin"}}});
  CHECK(leaf.languages == std::vector<std::string>{"en", "fr"});
  CHECK(leaf.id == "<id@x>");
  CHECK(s.parts[0].end == nested.size());
}

TEST_CASE("a digest holds messages unless a part says otherwise") {
  const Structure s = parse(digest);
  CHECK(shape(s) == "M0 m1 t2 t1 m1 t2");
  CHECK(s.parts[2].envelope->subject == "first");
  CHECK(bytes(digest, s.parts[2].body_range()) == "1");
  CHECK(s.parts[5].body_range().size == 0);
}

TEST_CASE("broken messages have the answers that parser.h promises") {
  struct {
    std::string message;
    const char* shape;
    std::size_t part;
    const char* body;
    std::uint64_t lines;
  } rows[] = {
      {"", "t0", 0, "", 0},
      {"\r\n", "t0", 0, "", 0},
      {"Subject: x", "t0", 0, "", 0},
      {"Subject: x\r\n\r\nlast", "t0", 0, "last", 0},
      {"Subject: x\n\na\nb\n", "t0", 0, "a\nb\n", 2},
      {"junk\r\n\r\nx\r\n", "t0", 0, "x\r\n", 1},
      {"Content-Type: multipart/mixed\r\n\r\n--x\r\n", "M0 t1", 1, "--x\r\n", 1},
      {"Content-Type: multipart/mixed; boundary=x\r\n\r\nno\r\n", "M0 t1", 1, "no\r\n", 1},
      {"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x--\r\n", "M0 t1", 1, "--x--\r\n", 1},
      {"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\ncut", "M0 t1", 1, "cut", 0},
      {"Content-Type: multipart/mixed; boundary=x\n\n--x\n\n1\n\n--x--", "M0 t1", 1, "1\n", 1},
      {"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\n--x\r\n\r\n2\r\n--x--", "M0 t1 t1", 1, "", 0},
      {"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nA: b\r\n--x\r\n\r\n2\r\n--x--", "M0 t1 t1", 2, "2",
       0},
      {"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x \t\r\n\r\n1\r\n--x-- \r\n--x\r\n\r\n", "M0 t1", 1, "1",
       0},
      {"Content-Type: multipart/mixed; boundary=" + std::string(201, 'x') + "\r\n\r\n--" + std::string(201, 'x') +
           "\r\n",
       "M0 t1", 0, nullptr, 1},
      {"Content-Type: message/rfc822\r\n\r\nSubject: x", "m0 t1", 1, "", 0},
      {"Content-Type: message/rfc822", "m0 t1", 1, "", 0},
      {"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\nx\r\n\r\ny", "r0", 0, "x\r\n\r\ny",
       2},
      {"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n\r\nx", "r0", 0, "\r\nx", 1},
      {"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\nX: x\r\n\r\ny", "m0 t1", 1, "y",
       0},
      {"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n", "m0 t1", 1, "", 0},
      {"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nx\r\n\r\ny", "m0 t1", 1,
       "y", 0},
      {"Content-Type: message/global\r\nContent-Transfer-Encoding: base64\r\n\r\nx\r\n\r\ny", "r0", 0, "x\r\n\r\ny",
       2},
      {"Content-Type: multipart/mixed; boundary=x\r\n--x\r\n\r\n1\r\n--x--", "M0 t1", 1, "1", 0},
      {"Content-Type: multipart/mixed; boundary=x\r\nSubject: y\r\n--x\r\n\r\n1\r\n--x--", "M0 t1", 1, "1", 0},
      {"Content-Type: multipart/mixed; boundary=x\r\n--x--\r\ny\r\n", "M0 t1", 1, "--x--\r\ny\r\n", 2},
      {"Content-Type: multipart/mixed; boundary=xx\r\n--x\r\n\r\n1\r\n--xx\r\n\r\n2", "M0 t1", 1, "2", 0},
      {"--x\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\n1", "M0 t1", 1, "1", 0},
      {"Content-Type: text/plain; boundary=x\r\n--x\r\n\r\n1", "t0", 0, "1", 0},
      {"Content-Type: multipart/mixed; boundary=\"x \"\r\n\r\n--x\r\n\r\n1\r\n--x --\r\ny", "M0 t1", 1, "1", 0},
      {"Content-Type: multipart/mixed; boundary=\"x \"\r\n\r\n--x \r\n\r\n1\r\n--x--\r\ny", "M0 t1", 1, "1", 0},
      {"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x --\r\n\r\n1", "M0 t1", 1, "1", 0},
      {"Subject: x\r\r\n\r\r\ny\r\r\n", "t0", 0, "y\r\r\n", 1},
      {"Content-Type: multipart/mixed; boundary=x\r\r\n\r\r\n--x\r\r\nA: b\r\r\n\r\r\n1\r\r\n--x--\r\r\n", "M0 t1",
       1, "1\r", 0},
      {"Content-Type: message/global\r\n\r\nx\r\n\r\ny", "m0 t1", 1, "y", 0},
      {"Content-Type: message/external-body\r\n\r\nx", "o0", 0, "x", 0},
  };
  for (const auto& row : rows) {
    CAPTURE(row.message);
    const Structure s = parse(row.message);
    CHECK(shape(s) == row.shape);
    REQUIRE(s.parts.size() > row.part);
    if (row.body != nullptr) CHECK(bytes(row.message, s.parts[row.part].body_range()) == row.body);
    CHECK(s.parts[row.part].lines == row.lines);
  }
}

TEST_CASE("an outer boundary closes what is inside; of several the longest counts") {
  const Structure longest = parse(broken[24]);
  CHECK(shape(longest) == "M0 M1 t2 t1 t1");  // "--ab" begins with the outer boundary once the inner one is closed
  CHECK(bytes(broken[24], longest.parts[2].body_range()) == "inner");
  const Structure equal = parse(broken[25]);
  CHECK(shape(equal) == "M0 M1 t2 t1");
}

TEST_CASE("fields that come twice, oddly or not at all") {
  const Structure s = parse("Subject: a\r\nsubject: b\r\nTo: a@x\r\nto : b@x\r\nFrom: c@x\r\nFrom: d@x\r\n\r\n");
  const Envelope& e = *s.parts[0].envelope;
  CHECK(e.subject == "a");
  CHECK(e.to.size() == 2);
  CHECK(e.from.size() == 1);
  CHECK_FALSE(e.date.has_value());
  CHECK_FALSE(s.sent.has_value());
  const Structure odd = parse("Content-Type: text/html (x) ; (y) charset = \"u\\tf\" ; name=a/b=c;;q\r\n\r\n");
  CHECK(odd.parts[0].type == ContentType{"text", "html", {{"charset", "utf"}, {"name", "a/b=c"}}});
}

TEST_CASE("the comment that names an address, however it is quoted, nests or ends") {
  struct {
    const char* comment;
    const char* name;
  } rows[] = {{"(a b)", "a b"}, {"(a (b) c)", "a (b) c"}, {"(a \\) \\(b\\))", "a ) (b)"},
              {"(x) (y)", "y"}, {"(a (b)", "a (b)"},      {"(a", "a"},
              {"(a\\", "a\\"},  {"(a \\\\)", "a \\"},     {"(first) (", nullptr},
              {"()", nullptr}};
  for (const auto& [comment, name] : rows) {
    CAPTURE(std::string(comment));
    const Structure s = parse("From: a@b.org " + std::string(comment) + "\r\n\r\n");
    REQUIRE(s.parts[0].envelope->from.size() == 1);
    CHECK(s.parts[0].envelope->from[0].name == (name == nullptr ? std::nullopt : std::optional<std::string>(name)));
  }
}

TEST_CASE("comments mean nothing, nor does what ends a parameter in quotes or brackets") {
  const Structure s = parse(
      "Content-Type: text (/) / plain (a; charset=x); charset=\"utf-8\" (b \\) ; c=d) \"; e=f\" [; g=h]; "
      "format=flowed\r\n"
      "Content-Disposition: attachment (a; filename=evil); filename=ok.txt (\r\n"
      "Content-Language: en (x, de), fr \", it\", es (\r\n"
      "Content-Transfer-Encoding: (8bit) base64 (7bit)\r\n\r\n");
  const Part& part = s.parts[0];
  CHECK(part.type == ContentType{"text", "plain", {{"charset", "utf-8"}, {"format", "flowed"}}});
  CHECK(part.disposition == Disposition{"attachment", {{"filename", "ok.txt"}}});
  CHECK(part.languages == std::vector<std::string>{"en", "fr", "es"});
  CHECK(part.encoding == Encoding::base64);
}

TEST_CASE("addresses") {
  using A = Address;
  struct {
    std::string text;
    Addresses want;
  } rows[] = {
      {"", {}},
      {" , ,", {}},
      {"joe@x.org", {A{{}, {}, "joe", "x.org"}}},
      {"joe @ x . org", {A{{}, {}, "joe", "x.org"}}},
      {"Joe Q. Public <joe@x>", {A{"Joe Q. Public", {}, "joe", "x"}}},
      {"\"Public, \\\"Joe\\\"\" <\"j o\"@x>", {A{"Public, \"Joe\"", {}, "j o", "x"}}},
      {"joe@x (Joe (the) one)", {A{"Joe (the) one", {}, "joe", "x"}}},
      {"<joe@[127.0.0.1]>, <>", {A{{}, {}, "joe", "[127.0.0.1]"}, A{{}, {}, "", ""}}},
      {"<@a,@b:joe@x>", {A{{}, "@a,@b", "joe", "x"}}},
      {"joe", {A{{}, {}, "joe", ""}}},
      {"Joe <joe", {A{"Joe", {}, "joe", ""}}},
      {"g: a@x, B <b@x>;, c@x",
       {A{{}, {}, "g", {}}, A{{}, {}, "a", "x"}, A{"B", {}, "b", "x"}, A{}, A{{}, {}, "c", "x"}}},
      {"undisclosed-recipients:;", {A{{}, {}, "undisclosed-recipients", {}}, A{}}},
      {"g: a@x", {A{{}, {}, "g", {}}, A{{}, {}, "a", "x"}, A{}}},
      {"=?utf-8?q?J=C3=B6?= <j@x> junk, k@x", {A{"=?utf-8?q?J=C3=B6?=", {}, "j", "x"}, A{{}, {}, "k", "x"}}},
      // What precedes "<" is the name, whatever it is.
      {"j@x <j@x>, k@x via K <k@x>", {A{"j@x", {}, "j", "x"}, A{"k@x via K", {}, "k", "x"}}},
      {"a@b@c: d <j@x>", {A{"a@b@c: d", {}, "j", "x"}}},
      {"J [mailto:j@x] <j@x>, k@x", {A{"J [mailto:j@x]", {}, "j", "x"}, A{{}, {}, "k", "x"}}},
      {"J [A, B: \\] C;] <j@x>", {A{"J [A, B: \\] C;]", {}, "j", "x"}}},
      {"J [mailto: k <j@x>, [k] <k@x>", {A{"J [mailto: k", {}, "j", "x"}, A{"[k]", {}, "k", "x"}}},
      {"J) > \\ K ] <j@x>", {A{"J) > \\ K ]", {}, "j", "x"}}},
      {"J <> <JJ> K <j@x>, <>", {A{"J <> <JJ> K", {}, "j", "x"}, A{{}, {}, "", ""}}},
      {"J (<a@x>, b:) K <j@x>", {A{"J K", {}, "j", "x"}}},
      {"\"J\"@K \"<\" <j@x>", {A{"J@K <", {}, "j", "x"}}},
      {"[J] team: j@x;", {A{{}, {}, "[J] team", {}}, A{{}, {}, "j", "x"}, A{}}},
      {"H: a center <j@x>", {A{{}, {}, "H", {}}, A{"a center", {}, "j", "x"}, A{}}},
      {"g: h: j <j@x>, i: k@x;", {A{{}, {}, "g", {}}, A{"h: j", {}, "j", "x"}, A{"i:", {}, "k", "x"}, A{}}},
      {"=?utf-8?q?J_(K:_L,_<M>)?= <j@x>, =?a?q?b:?= c",
       {A{"=?utf-8?q?J_(K:_L,_<M>)?=", {}, "j", "x"}, A{{}, {}, "=?a?q?b:?= c", ""}}},
      {"=?a?q?b (c)?= <j@x>, =?a?b:c?=: k@x;",
       {A{"=?a?q?b ?=", {}, "j", "x"}, A{{}, {}, "=?a?b", {}}, A{"c?=:", {}, "k", "x"}, A{}}},
      // Words stay apart, but where a dot joins them.
      {"Mail Delivery  System", {A{{}, {}, "Mail Delivery System", ""}}},
      {"\"Mail. Delivery\" System (x)", {A{"x", {}, "Mail. Delivery System", ""}}},
      {"St. Mary, <St. Mary>", {A{{}, {}, "St. Mary", ""}, A{{}, {}, "St. Mary", ""}}},
      {"<a b . c@x y>", {A{{}, {}, "a b.c", "x"}}},
      {"J. K j . k@x . y z", {A{"J. K", {}, "j.k", "x.y"}}},
      {"\"J K.\" j@x (J)", {A{"J K.", {}, "j", "x"}}},
      {"a@x b@y, c@x@d e", {A{{}, {}, "a", "x"}, A{{}, {}, "b", "y"}, A{{}, {}, "c", "x"}}},
      {"J [mailto:j@x]", {A{"J [mailto:", {}, "j", "x"}}},
      // Nothing within comments, quotes and domain literals ends anything.
      {"<@a(:>),@b:j@x>, k@x", {A{":>", "@a,@b", "j", "x"}, A{{}, {}, "k", "x"}}},
      {"<j@x (>, y) z>, k@x", {A{">, y", {}, "j", "x"}, A{{}, {}, "k", "x"}}},
      {"<j@x> (a, b@y;) \", c@z\" [,d], k@x", {A{"a, b@y;", {}, "j", "x"}, A{{}, {}, "k", "x"}}},
      {"j@[1.2\\].3], k@[x", {A{{}, {}, "j", "[1.2\\].3]"}, A{{}, {}, "k", "[x"}}},
      {"j@[1.2, k@x", {A{{}, {}, "j", "[1.2"}, A{{}, {}, "k", "x"}}},
      {"<@a, J <@b, <@c:j@x>", {A{{}, {}, "", "a"}, A{"J", {}, "", "b"}, A{{}, "@c", "j", "x"}}},
      {"<mailto:j@x>, <@>, @x", {A{{}, {}, "j", "x"}, A{{}, {}, "", ""}, A{{}, {}, "", "x"}}},
  };
  for (const auto& [text, want] : rows) {
    CAPTURE(text);
    CHECK(parse("To: " + text + "\r\n\r\n").parts[0].envelope->to == want);
  }
}

TEST_CASE("parameters of RFC 2231") {
  const auto value = [](const char* field) {
    return parameter(parse("Content-Type: a/b; " + std::string(field) + "\r\n\r\n").parts[0].type.parameters, "n");
  };
  CHECK(value("n=plain") == "plain");
  CHECK(value("n*=iso-8859-1'de'gr%FC%DFe") == "grüße");
  CHECK(value("n*1=b; n*0=a; n*2=c; n*4=e") == "abc");
  CHECK(value("n*0*=utf-8''%C3; n*1*=%BC; n*2=%20") == "ü%20");
  CHECK(value("n=\"=?utf-8?q?=C3=BC?=\"") == "ü");
  CHECK_FALSE(value("n*64=x; n*x=y; n*1=z; nn=0").has_value());
}

TEST_CASE("every split point produces the same structure") {
  std::vector<std::string> messages = broken;
  messages.insert(messages.end(), {plain, digest});
  for (const std::string& message : messages) {
    CAPTURE(message);
    const Structure whole = parse(message);
    CHECK(byte_by_byte(message) == whole);
    std::size_t different = 0;
    for (std::size_t a = 0; a <= message.size(); ++a)
      for (std::size_t b = a; b <= message.size(); b += 1 + (message.size() > 300 ? 37 : 0))
        different += in_pieces(message, a, b) == whole ? 0 : 1;
    CHECK(different == 0);
  }
  const Structure whole = parse(nested);
  CHECK(byte_by_byte(nested) == whole);
  for (std::size_t a = 0; a <= nested.size(); ++a) CHECK(in_pieces(nested, a, a) == whole);
}

TEST_CASE("a header's blank line before a delimiter is in all the parts that end there") {
  const std::string message = crlf(
      "Content-Type: multipart/digest; boundary=d\n\n--d\n\nSubject: in\n\n--d\n"
      "Content-Type: multipart/mixed; boundary=e\n\n--e\nX: y\n\n--d--\n");
  const Structure s = parse(message);
  REQUIRE(shape(s) == "M0 m1 t2 M1 t2");
  CHECK(bytes(message, s.parts[1].body_range()) == "Subject: in\r\n\r\n");
  CHECK(s.parts[1].lines == 2);
  CHECK(s.parts[2].end == s.parts[1].end);
  CHECK(s.parts[2].lines == 0);
  CHECK(s.parts[4].end == s.parts[3].end);
}

TEST_CASE("a boundary that begins the parts of its own header, within others") {
  const std::string outer = "Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n";
  const std::string inner = "Content-Type: multipart/mixed; boundary=";
  CHECK(shape(parse(outer + inner + "b\r\n--b\r\n\r\n1\r\n--b--\r\n--a\r\n\r\n2\r\n--a--")) == "M0 M1 t2 t1");
  // Of several the longest counts, of equal ones the innermost.
  CHECK(shape(parse(outer + inner + "ab\r\n--ab\r\n\r\n1\r\n--ab--\r\n--a--")) == "M0 M1 t2");
  CHECK(shape(parse(outer + inner + "a\r\n--a\r\n\r\n1\r\n--a--\r\n--a--")) == "M0 M1 t2");
  const std::string longer = "Content-Type: multipart/mixed; boundary=ab\r\n\r\n--ab\r\n";
  CHECK(shape(parse(longer + inner + "a\r\n--ab\r\n\r\n1\r\n--ab--")) == "M0 M1 t2 t1");
}

TEST_CASE("a message that says base64 and is not is described as it is") {
  const std::string head = "Content-Type: message/rfc822; name=x.eml\r\nContent-Transfer-Encoding: base64\r\n\r\n";
  const Part plain_one = parse(head + "Subject: x\r\n\r\ny").parts[0];
  CHECK(plain_one.encoding == Encoding::eight_bit);
  CHECK(plain_one.encoding_name == "8bit");
  const Structure encoded = parse(head + "U3ViamVjdDogeA==\r\n");
  CHECK(encoded.parts.size() == 1);
  CHECK(encoded.parts[0].encoding_name == "base64");
  CHECK(encoded.parts[0].type == ContentType{"application", "octet-stream", {{"name", "x.eml"}}});
}

TEST_CASE("messages with odd ends are read in pieces as at once") {
  for (const std::string& message :
       {"Content-Type: multipart/mixed; boundary=\"x \"\r\n--x \r\nA: b\r\r\n\r\r\n1\r\r\n--x --\r\ny"s,
        "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\nRnJv\r\nbTo=\r\n"s}) {
    const Structure whole = parse(message);
    CHECK(byte_by_byte(message) == whole);
    for (std::size_t a = 0; a <= message.size(); a += 3)
      for (std::size_t b = a; b <= message.size(); ++b) CHECK(in_pieces(message, a, b) == whole);
  }
}
