// What all trials of this program found, for its last lines.
#pragma once

#include "tests/storage/faults/trial.h"

namespace postbag::storage::test {

/// More of everything with POSTBAG_LONG; seeds from POSTBAG_SEED on.
Effort effort();
/// Adds to the program's counts; fails the running test case for each failure.
void report(const Tally& tally);

}  // namespace postbag::storage::test
