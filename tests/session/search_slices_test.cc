// Matching one message in slices of time finds what matching it at once finds.
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "protocol/mime/parser.h"
#include "protocol/mime/stored_structure.h"
#include "search/match.h"
#include "tests/storage/fixture.h"

using namespace postbag;
using namespace postbag::search;

namespace {

using Time = std::chrono::steady_clock::time_point;

/// Its second part is not of its charset, so it is read twice for what is not in it.
std::string long_message() {
  std::string text =
      "Subject: first\r\nX-Seldom: value\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n";
  for (int i = 0; i < 20'000; ++i) text += "line " + std::to_string(i) + "\r\n";
  text += "--b\r\nContent-Type: text/plain; charset=iso-2022-jp\r\n\r\nk\xc3\xb6ln";
  for (int i = 0; i < 20'000; ++i) text += " word";
  return text + "\r\n--b--\r\n";
}

Key text(const char* what) { return {MessageContains{mime::SearchIn::text, protocol::Needle(what)}}; }
Key fuzzy(const char* what) { return {MessageContains{mime::SearchIn::text, protocol::FuzzyNeedle(what)}}; }
Key header(const char* what) {
  return {FieldContains{"X-Seldom", mime::FieldText::written, protocol::Needle(what)}};
}

Key both(Key one, Key two) {
  Keys keys;
  keys.push_back(std::move(one));
  keys.push_back(std::move(two));
  return {And{std::move(keys)}};
}
Key either(Key one, Key two) {
  Keys keys;
  keys.push_back(std::move(one));
  keys.push_back(std::move(two));
  return {Or{std::move(keys)}};
}

struct OneMessage : storage::test::TestAccount {
  OneMessage() : TestAccount(false) {
    const std::string bytes = long_message();
    auto writer = store->stage();
    writer->append(bytes);
    const auto staged = writer->finish(mime::encode(mime::parse(bytes)));
    write([&](storage::Transaction& tx) { return tx.append(inbox, staged, {}, {clock.seconds, 0}); });
  }

  /// The result, and the number of steps.
  std::pair<Relevancy, int> match(const Key& key, Time end) {
    MessageMatch match(key, messages(inbox).front());
    const UidSet none;
    const std::vector<std::string> keywords;
    for (int steps = 1;; ++steps) {
      const auto found = store->read([&](storage::ReadTransaction& tx) {
        return match.step(tx, {.keywords = keywords, .recent = none, .now = clock.seconds}, end);
      });
      if (found) return {*found, steps};
    }
  }
};

}  // namespace

TEST_CASE("slices within a message") {
  OneMessage account;
  struct {
    Key key;
    bool found;
    int steps;  ///< at least, when there is never time for more than a piece
  } rows[] = {{text("line 19999"), true, 3},
              {text("nowhere"), false, 6},
              {text("KÖLN"), true, 6},
              {negated(text("nowhere")), true, 6},
              {both(text("line 19999"), text("k\xc3\xb6ln word")), true, 8},
              {both(text("nowhere"), text("line")), false, 6},
              {either(text("nowhere"), header("VAL")), true, 7},
              {both(header("val"), negated(both(text("line 1"), header("other")))), true, 3},
              {fuzzy("wrod lnie word"), false, 6},
              {both(fuzzy("wordd"), text("nowhere")), false, 10},
              {either(text("nowhere"), fuzzy("wordd")), true, 10}};
  for (const auto& row : rows) {
    CAPTURE(static_cast<int>(&row - rows));
    const auto [at_once, one] = account.match(row.key, Time::max());
    CHECK(one == 1);
    CHECK((at_once != 0) == row.found);
    const auto [in_slices, many] = account.match(row.key, Time::min());
    CHECK(in_slices == at_once);
    CHECK(many >= row.steps);
  }
}
