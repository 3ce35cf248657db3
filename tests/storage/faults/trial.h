// Runs a scenario on a failing disk.
#pragma once

#include <cstdint>

#include "tests/storage/faults/disk/layer.h"
#include "tests/storage/faults/judge.h"
#include "tests/storage/faults/operations.h"
#include "tests/storage/faults/runner.h"

namespace postbag::storage::test {

/// How much is tried.
struct Effort {
  std::uint64_t first_seed = 2;
  std::uint64_t seeds = 3;  ///< random losses of power for each moment
  bool thorough = false;    ///< faults also before the operation itself; looks also after closing
  /// The i-th of a moment. The two fixed ones come first, then random ones.
  std::uint64_t seed(std::uint64_t i, std::uint64_t moment) const {
    return i < 2 ? i : first_seed + moment + i - 2;
  }
};

/// Cuts the power at each change of the disk, from opening to closing; for each moment also checks what kill -9
/// leaves.
Tally cut_power(const Scenario& scenario, const Effort& effort, Lie lie = Lie::none);

/// Fails each operation of the disk that this kind can strike, once or from there on, from the operation under test
/// to the end. Goes on as a server would, and checks what exists while it runs, after a kill, after a loss of
/// power, and after closing.
Tally fail_each(References& references, FaultKind kind, bool lasting, const Effort& effort);

}  // namespace postbag::storage::test
