// The power fails at each moment of each operation.
#include <doctest/doctest.h>

#include "tests/storage/faults/report.h"

using namespace postbag::storage::test;

namespace {

void survives_power_loss(const Operation& operation) {
  for (const auto& scenario : scenarios(operation)) report(cut_power(scenario, effort()));
}

}  // namespace

TEST_SUITE_BEGIN("power loss");

TEST_CASE("power loss: APPEND of a small message") { survives_power_loss(append_small()); }
TEST_CASE("power loss: APPEND of a large message") { survives_power_loss(append_large()); }
TEST_CASE("power loss: MULTIAPPEND of 3") { survives_power_loss(multiappend_of_3()); }
TEST_CASE("power loss: COPY of 3") { survives_power_loss(copy_of_3()); }
TEST_CASE("power loss: MOVE of 5") { survives_power_loss(move_of_5()); }
TEST_CASE("power loss: STORE") { survives_power_loss(store_flags()); }
TEST_CASE("power loss: EXPUNGE") { survives_power_loss(expunge()); }
TEST_CASE("power loss: RENAME") { survives_power_loss(rename_tree()); }
TEST_CASE("power loss: RENAME of INBOX") { survives_power_loss(rename_inbox()); }
TEST_CASE("power loss: REPLACE") { survives_power_loss(replace()); }
TEST_CASE("power loss: delivery to a new account") { survives_power_loss(deliver()); }
TEST_CASE("power loss: CREATE") { survives_power_loss(create()); }
TEST_CASE("power loss: DELETE") { survives_power_loss(remove()); }
TEST_CASE("power loss: DELETE and CREATE") { survives_power_loss(remove_and_create()); }
TEST_CASE("power loss: SUBSCRIBE") { survives_power_loss(subscribe()); }
TEST_CASE("power loss: migration of an account") { report(cut_power(migration(), effort())); }

TEST_SUITE_END();
