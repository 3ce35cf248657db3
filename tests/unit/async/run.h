// Runs a coroutine on a loop of its own until it has ended.
#pragma once

#include <exception>
#include <utility>

#include "async/job.h"

namespace postbag::async {

/// Runs `task` on `loop` to its end; throws what it threw.
inline void run_to_end(Loop& loop, Task<void> task) {
  std::exception_ptr error;
  Job job(loop, std::move(task), [&](std::exception_ptr e) {
    error = std::move(e);
    loop.stop();
  });
  loop.run();
  if (error) std::rethrow_exception(error);
}

}  // namespace postbag::async
