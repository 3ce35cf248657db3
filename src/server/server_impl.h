// What is behind postbag::Server. Only for the files that implement it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "async/deadline.h"
#include "async/job.h"
#include "core/clock.h"
#include "core/limits.h"
#include "postbag/server.h"
#include "server/accounts/account_book.h"
#include "server/host_calls.h"
#include "server/loop_door.h"
#include "server/serving.h"
#include "storage/accounts/directory.h"

namespace postbag {

/// Held by the Server, by its own thread, and by what is still to be done in the loop when the host frees the
/// Server inside a callback.
struct Server::Impl : std::enable_shared_from_this<Impl> {
  enum class State : std::uint8_t { opened, running, stopped };

  explicit Impl(ServerOptions o) : options(std::move(o)) {}
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl();

  /// Takes the limits over and looks at everything before anything is touched. What is wrong, or empty.
  std::string check_options();
  /// Opens the directory and its database. Throws what storage throws.
  void open_data();

  Expected<void> serve_on_own_thread();
  /// On the loop's thread.
  Expected<void> serve_in(uv_loop_s& host_loop);
  /// Any thread. A second call adds its callback, and may shorten the grace.
  void stop(std::chrono::milliseconds grace, std::function<void()> stopped);
  void wait();
  /// The host frees the server. Waits for all that still runs, but not inside a callback or on another thread than
  /// a host's loop's: then the rest goes by itself, and the host hears nothing more.
  void free();

  ServerOptions options;
  Limits limits;
  std::shared_ptr<server::LoopDoor> door = std::make_shared<server::LoopDoor>();
  server::HostCalls calls{options, *door};
  std::unique_ptr<const Clock> host_clock;    ///< null: the machine's
  std::optional<storage::DataLock> lock;      ///< none in memory
  std::shared_ptr<server::AccountBook> book;  ///< also held by the calls that use it
  std::vector<std::string> not_deleted;  ///< of removed accounts, and why: for the log, which is the loop thread's
  WriteTotals totals;

  // Loop thread only.
  std::unique_ptr<async::Loop> loop;
  std::unique_ptr<server::Serving> serving;
  std::unique_ptr<async::Job> ending;

  bool thread_owned = false;  ///< the loop is of a thread of its own
  std::thread thread;         ///< touched by start() and free()
  mutable std::mutex mutex;   ///< for what follows
  std::condition_variable changed;
  State state = State::opened;
  bool over = true;  ///< nothing runs, and `stopped` was told
  async::Deadline ends_at = async::never;
  std::deque<std::function<void()>> on_stopped;
  std::vector<std::string> addresses;

 private:
  /// A server starts once; who may not gets Cause::started or Cause::stopped.
  Expected<void> claim_start();
  /// Nothing has begun, so another start() may succeed.
  void give_up_start();
  /// On the loop's thread: binds and begins, or fails and nothing has begun.
  Expected<void> try_begin();
  /// The thread's whole life; `begun` is told once.
  void own_thread(const std::function<void(Expected<void>)>& begun);
  void end_by(async::Deadline at);
  void finish();
  /// On the loop's thread: no stranger's call comes in any more, and all that serves dies.
  void cease();
  void tell_stopped();
  /// All that the host is owed it gets now, and then nothing more.
  void settle();
  void free_own_thread(bool inside);
  void free_in_host_loop(bool inside);
  /// Has `rest` done at the top of the loop's stack.
  void leave_behind(std::move_only_function<void()> rest);
};

}  // namespace postbag
