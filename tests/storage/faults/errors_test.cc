// Each operation of the disk fails, within each operation of the account: with EIO, with a full disk, shortened, or
// as a sync.
#include "storage/errors.h"

#include <doctest/doctest.h>

#include "tests/storage/faults/report.h"
#include "tests/storage/faults/runner.h"

using namespace postbag::storage;
using namespace postbag::storage::test;

namespace {

struct Kind {
  FaultKind kind;
  bool lasting;
};
constexpr Kind kinds[] = {{FaultKind::io_error, false},    {FaultKind::disk_full, false},
                          {FaultKind::disk_full, true},    {FaultKind::short_write, false},
                          {FaultKind::failed_sync, false}, {FaultKind::too_many_files, false}};

void survives_errors(const Scenario& scenario) {
  auto effort = test::effort();
  effort.seeds = effort.thorough ? 4 : 1;
  References references(scenario);
  for (const auto& [kind, lasting] : kinds) report(fail_each(references, kind, lasting, effort));
  if (effort.thorough) report(fail_each(references, FaultKind::io_error, true, effort));
}

/// With upkeep everything that can follow an operation follows it; the other ways are for longer runs.
void survives_errors(const Operation& operation) {
  survives_errors(with_upkeep(operation));
  if (!effort().thorough) return;
  survives_errors(alone(operation));
  survives_errors(in_group(operation));
}

struct WrittenDirectory : RunDirectory {
  WrittenDirectory() { write_tree(start_tree(), path()); }
};

/// A store on a disk that can be made to fail; a large message was appended to it.
struct StartedRun {
  StartedRun() { runner.run(step); }

  WrittenDirectory directory;
  Layer layer{directory.path(), start_tree()};
  Runner runner{store_options(directory.path())};
  const Step step = alone(append_large()).steps.at(2);
};

}  // namespace

TEST_SUITE_BEGIN("disk errors");

TEST_CASE("disk errors: APPEND of a small message") { survives_errors(append_small()); }
TEST_CASE("disk errors: APPEND of a large message") { survives_errors(append_large()); }
TEST_CASE("disk errors: MULTIAPPEND of 3") { survives_errors(multiappend_of_3()); }
TEST_CASE("disk errors: COPY of 3") { survives_errors(copy_of_3()); }
TEST_CASE("disk errors: MOVE of 5") { survives_errors(move_of_5()); }
TEST_CASE("disk errors: STORE") { survives_errors(store_flags()); }
TEST_CASE("disk errors: EXPUNGE") { survives_errors(expunge()); }
TEST_CASE("disk errors: RENAME") { survives_errors(rename_tree()); }
TEST_CASE("disk errors: RENAME of INBOX") { survives_errors(rename_inbox()); }
TEST_CASE("disk errors: REPLACE") { survives_errors(replace()); }
TEST_CASE("disk errors: delivery to a new account") { survives_errors(deliver()); }
TEST_CASE("disk errors: CREATE") { survives_errors(create()); }
TEST_CASE("disk errors: DELETE") { survives_errors(remove()); }
TEST_CASE("disk errors: DELETE and CREATE") { survives_errors(remove_and_create()); }
TEST_CASE("disk errors: SUBSCRIBE") { survives_errors(subscribe()); }
TEST_CASE("disk errors: migration of an account") { survives_errors(migration()); }
TEST_CASE("disk errors: writes in a group commit") {
  survives_errors(in_group(move_of_5()));
  survives_errors(in_group(multiappend_of_3()));
}

TEST_CASE("disk errors: a failed sync ends the use of the store until it is opened again") {
  StartedRun run;
  auto& [_, layer, runner, step] = run;
  layer.fail(Fault{FaultKind::failed_sync});
  CHECK_THROWS_AS(runner.run(step), Broken);
  CHECK_THROWS_AS(runner.run(step), StoreFailed);
  CHECK_THROWS_AS(read_account(*runner.store()), StoreFailed);
  CHECK_THROWS_AS(runner.store()->maintainer().copy_log(), StoreFailed);
  CHECK_THROWS_AS(runner.store()->collect_garbage(1), StoreFailed);
  runner.close();
  CHECK_NOTHROW(runner.run(step));
}

TEST_CASE("disk errors: a checkpoint whose sync fails is final too, and closing leaves the log as it is") {
  for (const int sync : {0, 1}) {  // of the log, of the database
    CAPTURE(sync);
    StartedRun run;
    auto& [_, layer, runner, step] = run;
    layer.fail(Fault{FaultKind::failed_sync, sync});
    CHECK_THROWS_AS(runner.store()->maintainer().copy_log(), Broken);
    REQUIRE(layer.struck());
    CHECK(runner.store()->failed());
    CHECK_THROWS_AS(runner.run(step), StoreFailed);
    CHECK_THROWS_AS(runner.store()->maintainer().copy_log(), StoreFailed);
    CHECK_THROWS_AS(runner.store()->maintainer().clean_up(false), StoreFailed);
    const auto log = *layer.disk().live().at("account/mail.db-wal");
    runner.close();
    CHECK(*layer.disk().live().at("account/mail.db-wal") == log);
    CHECK_NOTHROW(runner.run(step));
  }
}

TEST_CASE("disk errors: a file that cannot be opened for a sync, because too many are open, is no failed sync") {
  StartedRun run;
  auto& [_, layer, runner, step] = run;
  int refused = 0;  // of the message, and of directories
  for (;; ++refused) {
    layer.fail(Fault{FaultKind::too_many_files, refused});
    CAPTURE(refused);
    bool unavailable = false;
    try {
      runner.run(step);
    } catch (const Unavailable&) {
      unavailable = true;
    }
    if (!layer.struck()) break;
    CHECK(unavailable);
    CHECK_FALSE(runner.store()->failed());
  }
  CHECK(refused >= 2);
}

TEST_CASE("disk errors: a sync that finds the disk full is a failed sync") {
  StartedRun run;
  auto& [_, layer, runner, step] = run;
  for (int after = 0; after < 3; ++after) {  // of the message, its directory, the log
    layer.fail(Fault{FaultKind::full_at_sync, after});
    CHECK_THROWS_AS(runner.run(step), Broken);
    REQUIRE(layer.struck());
    CHECK(runner.store()->failed());
    layer.fail(std::nullopt);
    runner.close();
    CHECK_NOTHROW(runner.run(step));
  }
}

TEST_SUITE_END();
