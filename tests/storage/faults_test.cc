// Each write, sync and link of a piece of work fails once, with a full disk and with a broken one. What was
// acknowledged stays; what was not is there wholly or not at all.
#include "tests/storage/faults.h"

#include <cerrno>

#include "storage/errors.h"
#include "tests/storage/fixture.h"

using namespace postbag;
using namespace postbag::storage;
using namespace postbag::storage::test;

namespace {

/// What was done so far, as the one who asked for it knows.
struct Acknowledged {
  bool large = false;
  bool moved = false;
};

/// A large message arrives, then all messages move. Returns at the first failure.
Acknowledged work(TestAccount& a, MailboxId archive) {
  Acknowledged done;
  try {
    const auto staged = a.body(std::string(20'000, 'x'));
    const NamedFlags none;
    a.write([&](Transaction& tx) { return tx.append(a.inbox, staged, none, {}); }).value();
    done.large = true;
    a.write([&](Transaction& tx) { return tx.move(a.inbox, TestAccount::all, archive); }).value();
    done.moved = true;
  } catch (const Broken&) {
    // That is what this test is about; which kind it is shows in what the store does next.
  }
  return done;
}

void check_state(TestAccount& a, MailboxId archive, const Acknowledged& done, bool exactly) {
  const auto in_inbox = a.uids(a.inbox).size();
  const auto in_archive = a.uids(archive).size();
  const auto total = in_inbox + in_archive;
  CHECK((total == 3 || total == 4));
  CHECK((in_inbox == 0 || in_archive == 0));  // the move is whole
  if (done.large) CHECK(total == 4);
  if (done.moved) CHECK(in_archive == 4);
  if (exactly) {
    CHECK(total == (done.large ? 4 : 3));
    CHECK(in_archive == (done.moved ? 4 : 0));
  }
  for (const auto mailbox : {a.inbox, archive})
    for (const auto messages = a.messages(mailbox); const auto& m : messages)
      CHECK(a.store->read([&](ReadTransaction& tx) { return tx.verify_body(m.body); }) == true);
}

/// Whether the failure number `after` happened at all; false ends the search.
bool try_failure(int after, int code) {
  TestAccount a(true);
  a.options.durability = Durability::full;
  a.reopen();
  for (int i = 0; i < 3; ++i) a.add(a.inbox);
  const auto archive = a.id("Archive");
  fail_call(after, code);
  const auto done = work(a, archive);
  const auto failed = stop_failing();
  if (failed == Failed::nothing) return false;

  bool usable = true;
  try {
    check_state(a, archive, done, true);
    CHECK(a.add(a.id("Trash")) == Uid(1));  // recovers without being opened anew
  } catch (const StoreFailed&) {
    usable = false;
  }
  CHECK((usable || code == EIO || failed == Failed::sync));  // a full disk alone is no reason to stop
  a.reopen();
  check_state(a, archive, done, usable);
  CHECK(a.add(a.inbox) >= Uid(done.large ? 5 : 4));
  return true;
}

}  // namespace

TEST_CASE("any single failure leaves all or nothing of each step, and all that was acknowledged") {
  for (const int code : {ENOSPC, EIO}) {
    int n = 0;
    for (bool failed = true; failed; ++n) {
      CAPTURE(code);
      CAPTURE(n);
      failed = try_failure(n, code);
    }
    CHECK(n > 10);  // else the failures do not reach what they are meant for
  }
}

TEST_CASE("a failed sync ends the use of the store") {
  TestAccount a(true);
  a.options.durability = Durability::full;
  a.reopen();
  a.add(a.inbox);
  bool ended = false;
  for (int n = 0; n < 20 && !ended; ++n) {
    fail_call(n, EIO);
    try {
      a.add(a.inbox);
    } catch (const Broken&) {
    }
    stop_failing();
    try {
      a.uids(a.inbox);
    } catch (const StoreFailed&) {
      ended = true;
    }
  }
  CHECK(ended);
  CHECK_THROWS_AS(a.add(a.inbox), StoreFailed);
  CHECK_THROWS_AS(a.store->checkpoint(), StoreFailed);
  CHECK_THROWS_AS(a.store->collect_garbage(1), StoreFailed);
  a.reopen();
  CHECK(a.uids(a.inbox).size() >= 1);
}
