// The index of trigrams: what it narrows to is never less than what a search has to find.
#include "storage/text_index/search_table.h"

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <rapidcheck.h>

using namespace postbag;
using namespace postbag::storage;
using namespace postbag::storage::sqlite;

namespace {

using Grams = std::vector<std::string>;

struct Table {
  Connection connection{{}, {}};
  SearchTable table{connection};

  std::vector<std::uint64_t> find(const Grams& grams) {
    RangeSet<BodyId> found;
    table.with_all(grams, std::nullopt, 1000, found);
    found.add(table.unknown());
    std::vector<std::uint64_t> out;
    found.for_each([&out](BodyId id) { out.push_back(id.value()); });
    return out;
  }
};

using Ids = std::vector<std::uint64_t>;

}  // namespace

TEST_CASE("bodies with all the trigrams, and those that are not indexed") {
  Table t;
  CHECK_FALSE(t.table.last());
  const IndexedText entries[] = {{BodyId(2), "HELLO WORLD"}, {BodyId(3), std::nullopt}, {BodyId(7), "HELL"}};
  t.table.add(entries, {BodyId(9), "sum"});
  CHECK(t.table.last()->body == BodyId(9));
  CHECK(t.table.last()->checksum == "sum");
  CHECK(t.find({"HEL", "ELL"}) == Ids{2, 3, 7});
  CHECK(t.find({"HEL", "WOR"}) == Ids{2, 3});
  CHECK(t.find({"hel"}) == Ids{3});
  t.table.add({}, {BodyId(12), ""});
  CHECK(t.table.last()->body == BodyId(12));
  t.table.remove(std::span(entries).first(2));
  CHECK(t.find({"HEL", "ELL"}) == Ids{7});
}

TEST_CASE("an entry that fails leaves nothing of those with it") {
  Table t;
  const IndexedText twice[] = {{BodyId(1), "ABCDEF"}, {BodyId(2), std::nullopt}, {BodyId(2), std::nullopt}};
  CHECK_THROWS(t.table.add(twice, {BodyId(2), ""}));
  CHECK_FALSE(t.table.last());
  CHECK(t.find({"ABC"}).empty());
}

TEST_CASE("exactly the bodies whose text has each trigram, whatever the characters") {
  const std::vector<std::string> characters = {"A",
                                               "B",
                                               "\"",
                                               "'",
                                               "*",
                                               " ",
                                               "\n",
                                               "\t",
                                               "(",
                                               "-",
                                               "\xc3\x89",
                                               "\xcc\x81",
                                               "\xe4\xb8\xad",
                                               "\xf0\x9f\x98\x80",
                                               "a",
                                               "OR",
                                               "NOT"};
  CHECK(rc::check([&characters] {
    Table t;
    std::vector<Grams> texts;
    const int count = *rc::gen::inRange(1, 8);
    for (int i = 0; i < count; ++i) texts.push_back(*rc::gen::container<Grams>(rc::gen::elementOf(characters)));
    for (std::size_t i = 0; i < texts.size(); ++i) {
      std::string text;
      for (const std::string& c : texts[i]) text += c;
      const IndexedText entry[] = {{BodyId(i + 1), text}};
      t.table.add(entry, {BodyId(i + 1), ""});
    }
    Grams asked;
    const int grams = *rc::gen::inRange(1, 4);
    const std::vector<std::string> single(characters.begin(), characters.end() - 2);
    for (int i = 0; i < grams; ++i)
      asked.push_back(*rc::gen::elementOf(single) + *rc::gen::elementOf(single) + *rc::gen::elementOf(single));
    Ids right;
    for (std::size_t i = 0; i < texts.size(); ++i) {
      std::string text;
      for (const std::string& c : texts[i]) text += c;
      if (std::ranges::all_of(asked, [&](const std::string& g) { return text.find(g) != std::string::npos; }))
        right.push_back(i + 1);
    }
    RC_ASSERT(t.find(asked) == right);
  }));
}

TEST_CASE("no more than the limit, and where to go on") {
  Table t;
  for (std::uint64_t id = 1; id <= 5; ++id) {
    const IndexedText entry[] = {{BodyId(id), "ABCD"}};
    t.table.add(entry, {BodyId(id), ""});
  }
  RangeSet<BodyId> found;
  const Grams grams{"ABC"};
  CHECK(t.table.with_all(grams, std::nullopt, 2, found) == 2);
  CHECK(found.back() == BodyId(2));
  CHECK(t.table.with_all(grams, found.back(), 2, found) == 2);
  CHECK(t.table.with_all(grams, found.back(), 2, found) == 1);
  CHECK(found.size() == 5);
}

TEST_CASE("sixteen trigrams at once") {
  Table t;
  const std::string text = "ABCDEFGHIJKLMNOPQR";
  const IndexedText entry[] = {{BodyId(1), text}};
  t.table.add(entry, {BodyId(1), ""});
  Grams grams;
  for (std::size_t i = 0; i < 16; ++i) grams.push_back(text.substr(i, 3));
  CHECK(t.find(grams) == Ids{1});
}
