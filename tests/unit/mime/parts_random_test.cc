// Trees of parts made after the grammar of RFC 2046: their types, depths and bodies come back.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "protocol/mime/parser.h"
#include "tests/unit/mime/generators.h"

using namespace postbag;
using namespace postbag::mime;
using namespace postbag::mime_test;

namespace {

/// A part as it is to be found.
struct Found {
  std::size_t depth;
  std::string type;
  std::string body;  ///< of leaves; empty for the others
  bool operator==(const Found&) const = default;
};

class Tree {
 public:
  /// Header fields and body of a part of at most `height` levels; it and the parts in it are noted in their order.
  std::pair<std::string, std::string> part(int height, std::size_t depth) {
    if (height == 0 || one_in(3)) return leaf(depth);
    return one_in(4) ? message(height, depth) : multipart(height, depth);
  }
  const std::vector<Found>& parts() const { return parts_; }

 private:
  std::pair<std::string, std::string> leaf(std::size_t depth) {
    static const Texts types = {"text/plain", "text/html", "image/png", "application/pdf"};
    static const Texts bodies = {"", "hello", "a\r\n", "\r\n", "--\r\nx", "--zz\r\n\r\n", "line\r\n\r\n", "\n"};
    const std::string &type = one_of(types), &body = one_of(bodies);
    parts_.push_back({.depth = depth, .type = type, .body = body});
    return {"Content-Type:" + cfws() + type + cfws() + "\r\n", body};
  }

  std::pair<std::string, std::string> message(int height, std::size_t depth) {
    parts_.push_back({.depth = depth, .type = "message/rfc822", .body = {}});
    const auto [header, body] = part(height - 1, depth + 1);
    return {"Content-Type: message/rfc822\r\n", "Subject: in\r\n" + header + "\r\n" + body};
  }

  std::pair<std::string, std::string> multipart(int height, std::size_t depth) {
    const std::string subtype = one_of(subtypes), text = boundary();
    parts_.push_back({.depth = depth, .type = "multipart/" + subtype, .body = {}});
    std::string body = one_of(preambles);
    for (int left = 1 + below(3); left > 0; --left) {
      const auto [header, inner] = part(height - 1, depth + 1);
      body += "--" + text + one_of(paddings) + "\r\n" + header + "\r\n" + inner + "\r\n";
    }
    body += "--" + text + "--" + one_of(epilogues);
    const std::string parameter = cfws() + ";" + cfws() + "boundary" + cfws() + "=" + cfws() + "\"" + text + "\"";
    return {
        "Content-Type: multipart/" + subtype + parameter + cfws() + one_of({"", ";", "; type=x"}) + cfws() + "\r\n",
        std::move(body)};
  }

  /// None is the beginning of another, and no line of a leaf begins with one.
  std::string boundary() {
    std::string number = std::to_string(100 + ++boundaries_);
    return number + some_of("abcXYZ019'()+_,-./:=? ", 12) + "x";
  }

  inline static const Texts subtypes = {"mixed", "alternative", "related"};
  inline static const Texts preambles = {"", "preamble\r\n", "\r\n"};
  inline static const Texts paddings = {"", "", " ", "\t "};
  inline static const Texts epilogues = {"", "\r\n", "\r\nepilogue\r\n", " \r\n"};

  std::vector<Found> parts_;
  int boundaries_ = 0;
};

std::vector<Found> found(const Structure& s, const std::string& message) {
  std::vector<Found> out;
  for (const Part& p : s.parts) {
    const bool leaf = p.kind == Kind::text || p.kind == Kind::other;
    out.push_back({.depth = p.depth,
                   .type = p.type.type + "/" + p.type.subtype,
                   .body = leaf ? message.substr(p.body, p.end - p.body) : std::string()});
  }
  return out;
}

}  // namespace

TEST_CASE("trees of parts") {
  CHECK(rc::check([] {
    Tree tree;
    const auto [header, body] = tree.part(4, 0);
    const std::string message = "From: a@example.org\r\n" + header + "\r\n" + body;
    RC_LOG() << message << std::endl;
    const Structure s = parse(message);
    RC_ASSERT(s.limits_met.empty());
    RC_ASSERT(found(s, message) == tree.parts());
  }));
}
