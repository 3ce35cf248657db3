// What tests do with coroutines and streams: run one to its end, read one to its end.
#pragma once

#include <exception>
#include <string>
#include <utility>

#include "async/job.h"
#include "async/net/stream.h"
#include "async/signal.h"

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

/// All that comes until the end.
inline Task<std::string> read_all(Stream& stream) {
  Signal signal(stream.loop());
  stream.notify(&signal);
  std::string all;
  while (!stream.ended()) {
    co_await signal.wait();
    all += stream.input();
    stream.consume(stream.input().size());
  }
  stream.notify(nullptr);
  co_return all;
}

}  // namespace postbag::async
