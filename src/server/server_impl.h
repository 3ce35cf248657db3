// The implementation of postbag::Server. Include it only in the files that implement it.
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
#include "server/accounts/account_registry.h"
#include "server/host_calls.h"
#include "server/loop_poster.h"
#include "server/serving.h"
#include "storage/accounts/data_lock.h"
#include "storage/store_provider.h"
#include "tls/context.h"

namespace postbag {

/// Owned by the Server, by its own thread, and by work left in the loop when the host destroys the Server inside a
/// callback.
struct Server::Impl : std::enable_shared_from_this<Impl> {
  enum class State : std::uint8_t { opened, running, stopped };

  explicit Impl(ServerOptions o) : options(std::move(o)) {}
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl();

  /// Takes the limits and checks all options before anything is changed. Yields what is wrong, or an empty text.
  std::string check_options();
  /// Uses these certificates from now on, for new connections. Yields what is wrong with them, or an empty text.
  std::string use_tls(TlsOptions& chosen);
  /// Opens the directory and its database. Throws what storage throws.
  void open_data();

  Expected<void> serve_on_own_thread();
  /// On the loop's thread.
  Expected<void> serve_in(uv_loop_s& host_loop);
  /// Any thread. A second call adds its callback, and may shorten the grace.
  void stop(std::chrono::milliseconds grace, std::function<void()> stopped);
  void wait();
  /// The host destroys the server. Waits for everything that still runs, except inside a callback or on a thread
  /// other than a host's loop's: then the rest ends later, and no callback is called any more.
  void free();

  ServerOptions options;
  Limits limits;
  std::shared_ptr<server::LoopPoster> poster = std::make_shared<server::LoopPoster>();
  server::HostCalls calls{options, *poster};
  std::unique_ptr<const Clock> host_clock;            ///< null: the system clock
  std::optional<storage::DataLock> lock;              ///< none in memory
  std::shared_ptr<server::AccountRegistry> registry;  ///< shared with calls in progress
  storage::StoreProvider* stores = nullptr;           ///< lives as long as the registry
  std::vector<std::string>
      not_deleted;  ///< removed accounts that could not be deleted, and why; the loop's thread logs them
  WriteTotals totals;
  tls::CurrentContext tls;

  // Loop thread only.
  std::unique_ptr<async::Loop> loop;
  std::unique_ptr<server::Serving> serving;
  std::unique_ptr<async::Job> ending;

  bool thread_owned = false;  ///< the loop runs on a thread of its own
  std::thread thread;         ///< used by start() and free() only
  mutable std::mutex mutex;   ///< protects the members below
  std::condition_variable changed;
  State state = State::opened;
  bool ended = true;  ///< nothing runs, and `stopped` has been called
  async::Deadline ends_at = async::never;
  std::deque<std::function<void()>> on_stopped;
  std::vector<std::string> addresses;
  std::vector<std::string> tls_addresses;

 private:
  /// A server starts only once; a second caller gets Cause::started or Cause::stopped.
  Expected<void> claim_start();
  /// Nothing was started, so another start() may succeed.
  void give_up_start();
  /// On the loop's thread: binds and starts to serve, or fails and leaves nothing started.
  Expected<void> try_begin();
  /// The whole life of the server's own thread; `begun` is called once.
  void own_thread(const std::function<void(Expected<void>)>& begun);
  void end_by(async::Deadline at);
  void finish();
  /// On the loop's thread: detaches the loop from other threads and destroys everything that serves.
  void stop_serving();
  void report_stopped();
  /// Calls all callbacks that are outstanding; no callback is called afterwards.
  void finish_callbacks();
  void free_own_thread(bool inside);
  void free_in_host_loop(bool inside);
  /// Runs `rest` from the top of the loop's stack.
  void finish_later(std::move_only_function<void()> rest);
};

}  // namespace postbag
