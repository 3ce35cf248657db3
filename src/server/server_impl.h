// What is behind postbag::Server. Only for the files that implement it.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "async/job.h"
#include "core/clock.h"
#include "core/limits.h"
#include "postbag/server.h"
#include "server/account_book.h"
#include "server/loop_door.h"
#include "server/serving.h"
#include "storage/directory.h"

namespace postbag {

struct Server::Impl {
  enum class State { opened, serving, stopped };

  explicit Impl(ServerOptions o) : options(std::move(o)) {}
  ~Impl();

  /// Takes the limits over and looks at everything before anything is touched. What is wrong, or empty.
  std::string check_options();
  /// Opens the directory and its database. Throws what storage throws.
  void open_data();

  /// On the loop's thread: binds and begins, or fails with Cause::cannot_listen and nothing has begun.
  Expected<void> try_begin(async::Loop& loop);
  /// The same, throwing std::system_error.
  void begin(async::Loop& loop);
  /// On the loop's thread: no stranger's call comes in any more, and all that serves dies.
  void cease();
  void set_stopped();
  Expected<void> serve_on_own_thread();
  /// The thread's whole life; `begun` is told once.
  void own_thread(const std::function<void(Expected<void>)>& begun);

  ServerOptions options;
  Limits limits;
  std::unique_ptr<const Clock> host_clock;  ///< null: the machine's
  std::optional<storage::DataLock> lock;    ///< none in memory
  std::unique_ptr<server::AccountBook> book;
  WriteTotals totals;
  std::shared_ptr<server::LoopDoor> door = std::make_shared<server::LoopDoor>();

  // Loop thread only.
  std::unique_ptr<async::Loop> host_loop;  ///< in the host's loop; an own loop lives on its thread's stack
  std::unique_ptr<server::Serving> serving;
  std::unique_ptr<async::Job> ending;
  async::Loop* own_loop = nullptr;

  std::thread thread;
  mutable std::mutex mutex;  ///< for what follows
  std::condition_variable changed;
  State state = State::opened;
  std::vector<std::string> addresses;
};

}  // namespace postbag
