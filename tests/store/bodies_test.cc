// The bytes of messages: on their way in, refused, and read back.
#include "storage/errors.h"
#include "tests/store/each_store.h"

using namespace postbag;
using namespace postbag::storage;
using namespace postbag::storage::test;

namespace {

std::string long_text(std::size_t size) {
  std::string text;
  while (text.size() < size) text += "line " + std::to_string(text.size()) + "\r\n";
  return text;
}

/// Appends the body to INBOX and returns what it is known by.
BodyId append(AnyAccount& a, const StagedBody& staged) {
  return a.write([&](Transaction& tx) { return tx.append(a.inbox, staged, {}, {}); }).value().body;
}

std::string read_all(AnyAccount& a, BodyId body) {
  return a.read([&](ReadTransaction& tx) { return tx.read_body(body, 0, 1'000'000).value(); });
}

}  // namespace

TEST_CASE("a body comes back in whatever pieces it is asked for, of any size") {
  for_each_store([](AnyAccount& a) {
    for (const std::size_t size : {0U, 1U, 1'000U, 1'001U, 100'000U}) {
      CAPTURE(size);
      const auto text = long_text(size);
      const auto body = append(a, a.body(text));
      a.reopen();
      CHECK(read_all(a, body) == text);
      a.read([&](ReadTransaction& tx) {
        CHECK(tx.read_body(body, size / 2, 7) == text.substr(size / 2, 7));
        CHECK(tx.read_body(body, text.size(), 7) == "");
        CHECK(tx.read_body(body, text.size() + 1, 7) == "");
        return 0;
      });
    }
  });
}

TEST_CASE("what is being received can be read back before it is a message") {
  for_each_store([](AnyAccount& a) {
    for (const std::size_t limit : {std::size_t{10}, std::size_t{1'000'000}}) {
      const auto writer = a.store->stage(limit);
      const auto text = long_text(5'000);
      writer->append(text.substr(0, 100));
      CHECK(writer->read(0, 1'000) == text.substr(0, 100));
      writer->append(text.substr(100));
      CHECK(writer->read(90, 20) == text.substr(90, 20));
      CHECK(writer->read(text.size(), 1).empty());
      const auto staged = writer->finish("structure");
      CHECK(staged.size() == text.size());
      CHECK(read_all(a, append(a, staged)) == text);
    }
  });
}

TEST_CASE("a body that was refused may be appended again, and dropped ones leave nothing") {
  for_each_store([](AnyAccount& a) {
    for (const std::size_t size : {10U, 5'000U}) {
      const auto before = a.state(a.inbox);
      const auto staged = a.body(long_text(size));
      const auto refuse = [&](Transaction& tx) -> Result<Appended> {
        tx.append(a.inbox, staged, {}, {}).value();
        return std::unexpected(Error::over_quota);
      };
      CHECK(a.write(refuse).error() == Error::over_quota);
      CHECK(a.state(a.inbox) == before);
      static_cast<void>(a.body(long_text(size)));
      CHECK(read_all(a, append(a, staged)) == long_text(size));
    }
    CHECK(a.uids(a.inbox) == set_of({1, 2}));
  });
}

TEST_CASE("a body appended to several mailboxes at once is stored once") {
  for_each_store([](AnyAccount& a) {
    const auto archive = a.id("Archive");
    const auto staged = a.body("both");
    a.write([&](Transaction& tx) -> Result<Appended> {
       tx.append(archive, staged, {}, {}).value();
       return tx.append(a.inbox, staged, {}, {});
     }).value();
    CHECK(a.messages(archive)[0].body == a.messages(a.inbox)[0].body);
  });
}

TEST_CASE("a body stays readable for an hour after its last message went, and while somebody holds bodies") {
  for_each_store([](AnyAccount& a) {
    const auto body = append(a, a.body("being read"));
    a.add(a.inbox);
    a.write([&](Transaction& tx) { return tx.vanish(a.inbox, set_of({1})); }).value();
    while (a.store->maintain({}).more) {
    }
    CHECK(read_all(a, body) == "being read");
    a.clock.seconds += 7'200;
    while (a.store->maintain({.bodies_held = true}).more) {
    }
    CHECK(read_all(a, body) == "being read");
  });
}

TEST_CASE("structures come in the order asked, empty where there is no such body") {
  for_each_store([](AnyAccount& a) {
    const auto first = append(a, a.body("one"));
    const auto second = append(a, a.body("two"));
    const BodyId ids[] = {second, BodyId(1'000), first};
    const auto found = a.read([&](ReadTransaction& tx) { return tx.structures(ids); });
    CHECK(found == std::vector<std::string>{"structure of two", "", "structure of one"});
    a.read([&](ReadTransaction& tx) {
      CHECK(!tx.structure(BodyId(1'000)));
      CHECK(!tx.read_body(BodyId(1'000), 0, 1));
      return 0;
    });
  });
}
