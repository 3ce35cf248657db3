// The trials find losses: on disks that report syncs that they have not done.
#include <doctest/doctest.h>

#include "tests/storage/faults/trial.h"

using namespace postbag::storage::test;

namespace {

/// It is not part of the program's counts.
Tally on_a_lying_disk(const Operation& operation, Lie lie) { return cut_power(alone(operation), {}, lie); }

}  // namespace

TEST_SUITE_BEGIN("faults self-test");

TEST_CASE("the trial of power loss counts what is lost when syncs of files do nothing") {
  CHECK(on_a_lying_disk(append_small(), Lie::files).lost > 0);
  const auto moved = on_a_lying_disk(move_of_5(), Lie::files);
  CHECK(moved.lost > 0);
  MESSAGE("counted on a disk that lies:\n" << moved.text());
}

TEST_CASE("the trial of power loss counts what is lost when syncs of directories do nothing") {
  CHECK(on_a_lying_disk(append_large(), Lie::directories).lost > 0);
}

TEST_CASE("the trial of power loss finds nothing when syncs are honest") {
  const auto tally = on_a_lying_disk(move_of_5(), Lie::none);
  CHECK(tally.cases > 100);
  CHECK(tally.failures.empty());
}

TEST_SUITE_END();
