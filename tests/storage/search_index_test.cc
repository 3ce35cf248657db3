// The index beside the store: it knows the mail that it was given, and may be deleted at any time.
#include "storage/text_index/search_index.h"

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "storage/errors.h"
#include "tests/storage/fixture.h"

using namespace postbag;
using namespace postbag::storage;
using namespace postbag::storage::test;

namespace {

using namespace std::chrono_literals;

/// The message's bytes are its text; one with "?" in it cannot be indexed.
SearchTexts plain(std::string version = "1") {
  return {.make = [](std::string_view, std::uint64_t size,
                     const SearchTexts::Read& read) -> std::optional<std::string> {
            std::string text;
            while (text.size() < size) text += read(text.size());
            if (text.contains('?')) return std::nullopt;
            return text;
          },
          .version = std::move(version)};
}

StoreOptions indexed() {
  StoreOptions options;
  options.search_texts = plain();
  return options;
}

struct Indexed : TestAccount {
  Indexed() : TestAccount(true, indexed()) {}

  Uid say(std::string_view text) {
    const auto staged = body(text);
    return write([&](Transaction& tx) { return tx.append(inbox, staged, {}, {clock.seconds, 0}); })->uid;
  }
  void catch_up() {
    while (store->maintainer().index_some(1ms)) {
    }
  }
  /// The UIDs whose bodies may have the trigrams; nothing when no index knows.
  std::optional<std::vector<std::uint32_t>> find(std::vector<std::string> trigrams,
                                                 std::chrono::milliseconds slice = 0ms) {
    RangeSet<BodyId> found;
    std::optional<BodyId> upto, next;
    do {
      const auto answer = store->read([&](ReadTransaction& tx) { return tx.bodies_with(trigrams, next, slice); });
      if (!answer) return std::nullopt;
      if (!upto) upto = answer->upto;
      found.add(answer->found);
      next = answer->next;
    } while (next);
    std::vector<std::uint32_t> uids;
    for (const Message& message : messages(inbox))
      if (message.body > *upto || found.contains(message.body)) uids.push_back(message.uid.value());
    return uids;
  }
  std::filesystem::path file() const { return options.directory / "search.db"; }
};

using Uids = std::vector<std::uint32_t>;

}  // namespace

TEST_CASE("what is not indexed yet and what cannot be indexed may match") {
  Indexed a;
  CHECK_FALSE(a.find({"abc"}));
  a.say("xabcx");
  a.say("xbcdx");
  a.say("what?");
  a.catch_up();
  CHECK(a.find({"abc"}) == Uids{1, 3});
  CHECK(a.find({"xbc", "bcd"}) == Uids{2, 3});
  CHECK(a.find({"zzz"}) == Uids{3});
  a.say("xabcx");
  CHECK(a.find({"zzz"}) == Uids{3, 4});
  a.catch_up();
  CHECK(a.find({"zzz"}) == Uids{3});
  a.reopen();
  CHECK(a.find({"abc"}) == Uids{1, 3, 4});
}

TEST_CASE("an index that waits for the first search is begun by it, takes in all mail, and stays") {
  Indexed a;
  a.options.search_texts.when = Indexing::when_searched;
  a.store.reset();
  SearchIndex::remove(a.options.directory);
  a.reopen();
  a.say("xabcx");
  a.say("xbcdx");
  a.catch_up();
  CHECK_FALSE(std::filesystem::exists(a.file()));
  CHECK_FALSE(a.store->has_new_work());

  CHECK_FALSE(a.find({"abc"}));  // this one reads all
  CHECK(a.store->has_new_work());
  CHECK_FALSE(a.store->has_new_work());
  while (a.store->maintain({}).more) {
  }
  CHECK(a.find({"abc"}) == Uids{1});
  a.say("xabcx");
  a.reopen();
  a.catch_up();
  CHECK(a.find({"abc"}) == Uids{1, 3});
  CHECK_FALSE(a.store->has_new_work());
}

TEST_CASE("maintenance brings the index up to date, slice by slice") {
  Indexed a;
  for (int i = 0; i < 400; ++i) a.say("xabcx");
  a.clock.seconds += 4'000;
  a.write([&](Transaction& tx) { return tx.vanish(a.inbox, set_of({1, 2, 3})); }).value();
  a.clock.seconds += 4'000;
  CHECK(a.find({"zzz"}).value_or(Uids(397)).size() == 397);
  int slices = 1;
  while (a.store->maintain({}).more) ++slices;
  CHECK(slices > 1);
  CHECK(a.find({"zzz"}) == Uids{});
  CHECK(a.store->maintainer().collect_garbage(10, a.clock.seconds) == 0);  // it was collected on the way
}

TEST_CASE("answers come in slices") {
  Indexed a;
  Uids all;
  for (std::uint32_t uid = 1; uid <= 1200; ++uid) {
    a.say(uid % 3 == 0 ? "fizz" : "abcd");
    if (uid % 3 != 0) all.push_back(uid);
  }
  a.catch_up();
  CHECK(a.find({"abc"}) == all);
  CHECK(a.find({"abc"}, 1000ms) == all);
  const auto first = a.store->read(
      [](ReadTransaction& tx) { return tx.bodies_with(std::vector<std::string>{"abc"}, std::nullopt, 0ms); });
  CHECK(first->next);
}

TEST_CASE("what another version made is made again") {
  Indexed a;
  a.say("xabcx");
  a.catch_up();
  a.options.search_texts = plain("2");
  a.reopen();
  CHECK_FALSE(a.find({"abc"}));
  a.catch_up();
  CHECK(a.find({"abc"}) == Uids{1});
}

TEST_CASE("when an older copy of the mail is restored, the index is made again") {
  for (const int messages_after : {1, 2, 3}) {
    CAPTURE(messages_after);
    Indexed a;
    a.say("first");
    a.store->close_cleanly();
    a.store.reset();
    const auto mail = a.options.directory / "mail.db";
    std::filesystem::copy_file(mail, a.directory.path() / "old");
    a.reopen();
    a.say("abc");
    a.say("abcd");
    a.catch_up();
    a.store->close_cleanly();
    a.store.reset();
    std::filesystem::copy_file(a.directory.path() / "old", mail, std::filesystem::copy_options::overwrite_existing);
    a.options.search_texts.make = nullptr;  // as by a server that keeps no index
    a.options.search_texts.version.clear();
    std::filesystem::rename(a.file(), a.directory.path() / "kept");
    a.reopen();
    for (int i = 0; i < messages_after; ++i) a.say("xyz");
    a.store->close_cleanly();
    a.store.reset();
    std::filesystem::rename(a.directory.path() / "kept", a.file());
    a.options.search_texts = plain();
    a.reopen();
    a.catch_up();
    Uids all;
    for (int i = 0; i < messages_after; ++i) all.push_back(static_cast<std::uint32_t>(2 + i));
    CHECK(a.find({"xyz"}) == all);
  }
}

TEST_CASE("bodies that are collected leave the index") {
  Indexed a;
  for (const char* text : {"xabcx", "abc?", "xyz", "abcabc"}) a.say(text);
  a.catch_up();
  a.write([&](Transaction& tx) {
    return tx.store_flags(a.inbox, set_of({1, 2}), FlagOp::add, {flags({SystemFlag::deleted}), {}});
  });
  a.write([&](Transaction& tx) { return tx.expunge(a.inbox, set_of({1, 2})); });
  a.clock.seconds += 7200;
  CHECK(a.store->collect_garbage(10) == 2);
  const auto left = a.store->read(
      [](ReadTransaction& tx) { return tx.bodies_with(std::vector<std::string>{"abc"}, std::nullopt, 1s); });
  CHECK(left->found == RangeSet<BodyId>{{BodyId(4), BodyId(4)}});
  a.say("abc");
  a.catch_up();
  CHECK(a.find({"abc"}) == Uids{4, 5});
}

TEST_CASE("a damaged index is made again; the mail is not touched") {
  for (const char* garbage : {"", "no database", "SQLite format 3"}) {
    CAPTURE(garbage);
    Indexed a;
    a.say("xabcx");
    a.catch_up();
    a.store->close_cleanly();
    a.store.reset();
    std::ofstream(a.file(), std::ios::trunc) << garbage << std::string(garbage[0] == '\0' ? 0 : 8000, '\1');
    a.reopen();
    a.catch_up();
    CHECK(a.find({"abc"}) == Uids{1});
  }
}

TEST_CASE("a directory where the index should be: searches go without") {
  Indexed a;
  a.say("xabcx");
  a.store.reset();
  SearchIndex::remove(a.options.directory);
  std::filesystem::create_directories(a.file() / "full");
  a.reopen();
  a.catch_up();
  CHECK_FALSE(a.find({"abc"}));
  CHECK(a.uids(a.inbox) == set_of({1}));
}

TEST_CASE("without an index, one that exists is removed") {
  Indexed a;
  a.say("xabcx");
  a.catch_up();
  CHECK(std::filesystem::exists(a.file()));
  a.options.search_texts = {};
  a.reopen();
  CHECK_FALSE(std::filesystem::exists(a.file()));
  CHECK_FALSE(a.find({"abc"}));
  CHECK_FALSE(a.store->maintainer().index_some(1ms));
}

TEST_CASE("a message that cannot be read is left to the searches") {
  Indexed a;
  a.options.search_texts.make = [](std::string_view, std::uint64_t, const SearchTexts::Read&) {
    throw Corrupt("unreadable");
    return std::optional<std::string>();
  };
  a.reopen();
  a.say("xabcx");
  a.catch_up();
  CHECK(a.find({"zzz"}) == Uids{1});
}
