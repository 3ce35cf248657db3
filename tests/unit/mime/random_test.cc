// Random messages: the structure does not depend on the pieces, and what is rendered is what a strict client
// parses.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <stdexcept>
#include <string>
#include <string_view>

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "protocol/mime/parser.h"
#include "protocol/mime/render.h"
#include "protocol/mime/section.h"
#include "tests/unit/mime/messages.h"

using namespace postbag;
using namespace postbag::mime;

namespace {

/// A client that accepts the ABNF of RFC 3501 section 9 and nothing else.
class StrictClient {
 public:
  explicit StrictClient(std::string_view wire) : rest_(wire) {}

  /// True if all of it was accepted.
  bool done() const { return rest_.empty(); }

  void body(bool extended) {
    expect("(");
    if (next("(")) {
      while (next("(")) body(extended);
      expect(" ");
      string();
      if (extended) {
        expect(" ");
        parameters();
      }
    } else {
      leaf(extended);
    }
    if (extended) extension();
    expect(")");
  }

  void envelope() {
    expect("(");
    nstring(), expect(" "), nstring();
    for (int list = 0; list < 6; ++list) expect(" "), addresses();
    expect(" "), nstring(), expect(" "), nstring();
    expect(")");
  }

 private:
  void leaf(bool extended) {
    const std::string type = string();
    expect(" ");
    const std::string subtype = string();
    expect(" "), parameters(), expect(" "), nstring(), expect(" "), nstring(), expect(" "), string(), expect(" "),
        number();
    if (type == "message" && (subtype == "rfc822" || next(" ("))) {
      expect(" "), envelope(), expect(" "), body(extended), expect(" "), number();
    } else if (type == "text") {
      expect(" "), number();
    }
    if (extended) expect(" "), nstring();
  }

  void extension() {
    expect(" ");
    if (!take("NIL")) expect("("), string(), expect(" "), parameters(), expect(")");
    expect(" ");
    if (take("(")) {
      do string();
      while (take(" "));
      expect(")");
    } else {
      nstring();
    }
    expect(" "), nstring();
  }

  void parameters() {
    if (take("NIL")) return;
    expect("(");
    do string(), expect(" "), string();
    while (take(" "));
    expect(")");
  }

  void addresses() {
    if (take("NIL")) return;
    expect("(");
    do {
      expect("("), nstring(), expect(" "), nstring(), expect(" "), nstring(), expect(" "), nstring(), expect(")");
    } while (next("("));
    expect(")");
  }

  void nstring() {
    if (!take("NIL")) string();
  }

  std::string string() {
    if (!next("\"")) return literal();
    std::string value;
    for (rest_.remove_prefix(1); !next("\""); rest_.remove_prefix(1)) {
      if (take("\\") && !next("\"") && !next("\\")) fail("escape");
      const char c = rest_.empty() ? '\0' : rest_.front();
      if (c == '\0' || c == '\r' || c == '\n' || static_cast<unsigned char>(c) > 127) fail("quoted");
      value.push_back(c);
    }
    expect("\"");
    return value;
  }

  std::string literal() {
    expect("{");
    const std::size_t size = number();
    expect("}\r\n");
    if (size > rest_.size() || rest_.substr(0, size).find('\0') != std::string_view::npos) fail("literal");
    const std::string value(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return value;
  }

  std::size_t number() {
    const auto size = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
    if (size == 0) fail("number");
    const std::string digits(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return std::stoul(digits);
  }

  bool next(std::string_view s) const { return rest_.starts_with(s); }
  bool take(std::string_view s) {
    const bool is = next(s);
    if (is) rest_.remove_prefix(s.size());
    return is;
  }
  void expect(std::string_view s) {
    if (!take(s)) fail(s);
  }
  [[noreturn]] void fail(std::string_view what) const {
    throw std::runtime_error("expected " + std::string(what) + " at " + std::string(rest_.substr(0, 60)));
  }

  std::string_view rest_;
};

void check_renders(const std::string& message) {
  const Structure s = parse(message);
  const std::string b = body(s), bs = bodystructure(s), e = envelope(*s.parts[0].envelope);
  StrictClient clients[] = {StrictClient(b), StrictClient(bs), StrictClient(e)};
  clients[0].body(false);
  clients[1].body(true);
  clients[2].envelope();
  for (const auto& client : clients)
    if (!client.done()) throw std::runtime_error("bytes left over in " + bs);
}

/// The ranges of parts are in their parent's body, in order.
void check_ranges(const Structure& s) {
  std::uint64_t last_end = 0;
  for (std::size_t i = 0; i < s.parts.size(); ++i) {
    const Part& p = s.parts[i];
    RC_ASSERT(p.header <= p.body);
    RC_ASSERT(p.body <= p.end);
    RC_ASSERT(p.end <= s.size);
    if (i == 0) continue;
    RC_ASSERT(p.parent < i);
    RC_ASSERT(p.header >= s.parts[p.parent].body);
    RC_ASSERT(p.end <= s.parts[p.parent].end);
    if (s.parts[i - 1].parent == p.parent) RC_ASSERT(p.header >= last_end);
    last_end = p.end;
  }
}

/// Words that messages are made of, so that random runs of them get somewhere.
std::string random_message() {
  static const std::vector<std::string> words = {"Content-Type: ",
                                                 "multipart/mixed; boundary=a\r\n",
                                                 "multipart/digest; boundary=\"ab\"\r\n",
                                                 "message/rfc822\r\n",
                                                 "text/plain; charset=\"",
                                                 "message/global",
                                                 "Content-Transfer-Encoding: base64\r\n",
                                                 "Content-Disposition: ",
                                                 "attachment; filename=",
                                                 "Content-Language: a, b\r\n",
                                                 "Subject: ",
                                                 "From: ",
                                                 "To: ",
                                                 "x <a@b>, ",
                                                 "g: ",
                                                 ";",
                                                 "\"",
                                                 "(",
                                                 ")",
                                                 "\\",
                                                 "--a\r\n",
                                                 "--ab\r\n",
                                                 "--a--\r\n",
                                                 "--ab--",
                                                 "--",
                                                 "\r\n",
                                                 "\r\n\r\n",
                                                 "\n",
                                                 "\r",
                                                 " ",
                                                 "\t",
                                                 "x",
                                                 std::string(1, '\0'),
                                                 "\xc3\xbc",
                                                 "=?utf-8?q?x?=",
                                                 ":",
                                                 "NIL",
                                                 "{5}",
                                                 "%"};
  const auto picks = *rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(0, words.size()));
  std::string message;
  for (const std::size_t i : picks) message += words[i];
  return message;
}

}  // namespace

TEST_CASE("the messages by hand render strictly") {
  for (const std::string& message : mime_test::broken) {
    CAPTURE(message);
    CHECK_NOTHROW(check_renders(message));
  }
  for (const std::string& message : {mime_test::plain, mime_test::nested, mime_test::digest})
    CHECK_NOTHROW(check_renders(message));
}

TEST_CASE("random messages render strictly, with ranges that lie in each other") {
  CHECK(rc::check([] {
    const std::string message = "Content-Type: multipart/mixed; boundary=a\r\n" + random_message();
    check_renders(message);
    check_ranges(parse(message));
  }));
}

TEST_CASE("random messages in random pieces produce one structure") {
  CHECK(rc::check([] {
    const std::string message = "Content-Type: multipart/mixed; boundary=a\r\n" + random_message();
    Parser parser;
    for (std::size_t at = 0; at < message.size();) {
      const std::size_t size = 1 + *rc::gen::inRange<std::size_t>(0, 12);
      parser.feed(std::string_view(message).substr(std::min(at, message.size()), size));
      at += size;
    }
    RC_ASSERT(std::move(parser).finish() == parse(message));
  }));
}
