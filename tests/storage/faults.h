// Makes the n-th write, sync or link of this process fail. The definitions in faults.cc take the place of libc's.
#pragma once

namespace postbag::storage::test {

/// From now on, lets `after` such calls succeed and fails the next one with `code`, once; all but it succeed.
void fail_call(int after, int code);
/// Which kind of call failed.
enum class Failed { nothing, write, sync };
/// Ends that; what has failed.
Failed stop_failing();

}  // namespace postbag::storage::test
