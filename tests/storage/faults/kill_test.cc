// A process is killed, the next one goes on with what it finds, and then the power fails: what the first one had
// not synced yet was never durable, although the second one saw it.
#include <doctest/doctest.h>

#include "storage/errors.h"
#include "tests/storage/faults/disk/names.h"
#include "tests/storage/faults/report.h"
#include "tests/storage/faults/runner.h"

using namespace postbag::storage;
using namespace postbag::storage::test;

namespace {

/// The disk after each of its changes in a run without a fault.
std::vector<Disk> killed_at_each_change(const Scenario& scenario) {
  std::vector<Disk> disks;
  const RunDirectory directory;
  write_tree(scenario.start, directory.path());
  Layer layer(directory.path(), scenario.start);
  Runner runner(store_options(directory.path()));
  layer.each_change([&] { disks.push_back(layer.disk()); });
  for (const auto& step : scenario.steps) runner.run(step);
  return disks;
}

/// What remains after another process has acknowledged one more message and the power failed.
Tree after_one_more(const Disk& disk) {
  const RunDirectory directory;
  write_tree(disk.live(), directory.path());
  Layer layer(directory.path(), disk);
  Runner runner(store_options(directory.path()));
  draw_names_from(2);  // otherwise it would name its file as the first process did
  runner.run({Step::What::commit, {deliver_anew()}});
  return layer.disk().after_power_loss(0);
}

/// True if the account there can be read and has that message.
bool has_the_last(const Tree& tree) {
  const RunDirectory directory;
  write_tree(tree, directory.path());
  try {
    const auto account = read_account(*sqlite::open_store(store_options(directory.path())));
    return account.intact() && account.census()["one more"] == 1;
  } catch (const Broken&) {
    return false;
  }
}

void survives_a_kill_before(const Operation& operation) {
  const auto scenario = alone(operation);
  Tally tally;
  for (const auto& disk : killed_at_each_change(scenario)) {
    ++tally.cases;
    if (has_the_last(after_one_more(disk))) continue;
    ++tally.lost;
    tally.failures.push_back("lost: " + scenario.name + ", kill at n " + std::to_string(tally.cases) +
                             ", one more message, power loss, seed 0");
  }
  report(tally);
}

}  // namespace

TEST_SUITE_BEGIN("power loss");

TEST_CASE("power loss: after a kill in a delivery to a new account") { survives_a_kill_before(deliver()); }
TEST_CASE("power loss: after a kill in MULTIAPPEND of 3") { survives_a_kill_before(multiappend_of_3()); }

TEST_SUITE_END();
