// Runs a scenario on a failing disk.
#pragma once

#include <cstdint>

#include "tests/storage/faults/judge.h"
#include "tests/storage/faults/layer.h"
#include "tests/storage/faults/operations.h"

namespace postbag::storage::test {

/// How much is tried.
struct Effort {
  std::uint64_t first_seed = 0;
  std::uint64_t seeds = 5;  ///< losses of power drawn for each moment
  bool thorough = false;    ///< faults also before the operation itself; looks also after closing
};

/// Cuts the power at each change of the disk, from opening to closing; for each moment also looks at what kill -9
/// leaves.
Tally cut_power(const Scenario& scenario, const Effort& effort, Lie lie = Lie::none);

/// Fails each operation of the disk that this kind can strike, once or from there on, from the operation under test
/// to the end. Goes on as a server would, and
/// looks at what is there while it runs, after a kill, after a loss of power, and after closing.
Tally fail_each(const Scenario& scenario, FaultKind kind, bool lasting, const Effort& effort);

}  // namespace postbag::storage::test
