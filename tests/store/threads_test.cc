// Which messages make a thread.
#include "tests/store/each_store.h"

using namespace postbag;
using namespace postbag::storage;
using namespace postbag::storage::test;

namespace {

/// Keys of messages, by their names.
constexpr std::uint64_t A = 0xffff'ffff'ffff'ffffULL, B = 2, C = 3, D = 0;

/// Appends a message with these keys and returns its body.
BodyId add(AnyAccount& a, ThreadKeys keys, MailboxId mailbox) {
  const auto staged = a.body("Subject: test\r\n\r\n", std::move(keys));
  return a.write([&](Transaction& tx) { return tx.append(mailbox, staged, {}, {}); })->body;
}
BodyId add(AnyAccount& a, ThreadKeys keys) { return add(a, std::move(keys), a.inbox); }

ThreadId thread(AnyAccount& a, BodyId body) {
  return a.read([&](ReadTransaction& tx) { return tx.thread(body); });
}

ThreadId begun_by(BodyId body) { return ThreadId(body.value()); }

}  // namespace

TEST_CASE("a message joins the thread of its first key that is known, and brings the others along") {
  for_each_store([](AnyAccount& a) {
    const auto first = add(a, {A});
    const auto alone = add(a, {});
    const auto reply = add(a, {B, A});
    const auto apart = add(a, {C});
    const auto both = add(a, {D, C, A}, a.id("Archive"));
    const auto later = add(a, {D});
    a.reopen();
    CHECK(thread(a, first) == begun_by(first));
    CHECK(thread(a, alone) == begun_by(alone));
    CHECK(thread(a, reply) == begun_by(first));
    CHECK(thread(a, apart) == begun_by(apart));
    CHECK(thread(a, both) == begun_by(apart));
    CHECK(thread(a, later) == begun_by(apart));
    CHECK(thread(a, add(a, {B})) == begun_by(first));
  });
}

TEST_CASE("what is answered may come after the answer") {
  for_each_store([](AnyAccount& a) {
    const auto answer = add(a, {B, A});
    CHECK(thread(a, add(a, {A})) == begun_by(answer));
  });
}

TEST_CASE("what was rolled back leaves no keys") {
  for_each_store([](AnyAccount& a) {
    const auto staged = a.body("x", {A});
    const auto refused = a.write([&](Transaction& tx) -> Result<void> {
      tx.append(a.inbox, staged, {}, {}).value();
      return std::unexpected(Error::busy);
    });
    CHECK(!refused);
    const auto first = add(a, {});
    const auto second = add(a, {A});
    CHECK(thread(a, second) == begun_by(second));
    CHECK(thread(a, first) == begun_by(first));
  });
}

TEST_CASE("a body that is appended twice is in one thread") {
  for_each_store([](AnyAccount& a) {
    const auto first = add(a, {A});
    const auto staged = a.body("x", {B, A});
    const auto twice = a.write([&](Transaction& tx) {
      tx.append(a.inbox, staged, {}, {}).value();
      return tx.append(a.inbox, staged, {}, {});
    });
    CHECK(thread(a, twice->body) == begun_by(first));
  });
}
