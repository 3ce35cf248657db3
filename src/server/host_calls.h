// The one frontier to the host's callbacks: nothing else calls them.
#pragma once

#include <atomic>
#include <condition_variable>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "postbag/server.h"
#include "server/loop_door.h"

namespace postbag::server {

class HostCalls;

/// A callback that the host is owed exactly once: whoever drops it without having called it calls it. Any thread.
class Owed {
 public:
  Owed(HostCalls& calls, std::string_view name, std::move_only_function<void()> at_end)
      : calls_(calls), name_(name), at_end_(std::move(at_end)) {}
  Owed(const Owed&) = delete;
  Owed& operator=(const Owed&) = delete;
  ~Owed() { pay(); }

  /// Calls `instead`; nothing when it was called before.
  void pay(std::move_only_function<void()> instead);
  /// Calls what was given at the beginning.
  void pay();
  /// It shall not be called: the host was told otherwise.
  void cancel() { paid_ = true; }

 private:
  HostCalls& calls_;
  std::string_view name_;  ///< a literal
  std::move_only_function<void()> at_end_;
  std::atomic<bool> paid_ = false;
};

/// What a callback throws ends here: it is logged as the host's, and whoever called learns that the call failed.
/// Knows who is inside a callback, so that a server that is freed there does not die under it. Any thread.
class HostCalls {
 public:
  /// Both must outlive it.
  HostCalls(const ServerOptions& options, LoopDoor& door) : options_(options), door_(door) {}

  /// Runs `callback`. False when it threw, or was not called because the server is freed.
  template <class F>
  bool call(std::string_view name, F&& callback) noexcept {
    std::string thrown;
    const Outcome outcome = run(callback, thrown);
    if (outcome == Outcome::threw) report(name, thrown);
    return outcome == Outcome::returned;
  }
  /// On the loop's thread. What the log throws is dropped: there is nowhere left to say it.
  void log(const LogLine& line) noexcept;
  /// The host's clock, or the machine's when there is none or it fails.
  std::optional<std::int64_t> clock() noexcept;

  std::shared_ptr<Owed> owe(std::string_view name, std::move_only_function<void()> at_end);
  /// Calls all that is owed, as at the end.
  void settle();
  /// From now on nothing is called; waits for calls that other threads are in.
  void mute();

  /// The thread that calls this is the loop's from now on.
  void set_loop_thread() { loop_thread_ = std::this_thread::get_id(); }
  void forget_loop_thread() { loop_thread_ = std::thread::id(); }
  bool on_loop_thread() const { return loop_thread_.load() == std::this_thread::get_id(); }
  /// Whether a callback runs on this thread, below whoever asks.
  bool is_inside() const;

 private:
  friend class Owed;
  enum class Outcome : std::uint8_t { returned, threw, muted };

  template <class F>
  Outcome run(F& callback, std::string& thrown) noexcept {
    if (!enter()) return Outcome::muted;
    Outcome outcome = Outcome::threw;
    try {
      callback();
      outcome = Outcome::returned;
    } catch (const std::exception& error) {
      thrown = error.what();
    } catch (...) {
      thrown = "unknown exception";
    }
    leave();
    return outcome;
  }
  bool enter();
  void leave();
  void report(std::string_view name, const std::string& thrown) noexcept;
  void forget(const Owed* owed);

  const ServerOptions& options_;
  LoopDoor& door_;
  std::atomic<std::thread::id> loop_thread_;
  mutable std::mutex mutex_;
  std::condition_variable left_;
  std::vector<std::thread::id> inside_;  ///< once for each call, also for calls within calls
  std::map<const Owed*, std::weak_ptr<Owed>> debts_;
  bool muted_ = false;
};

}  // namespace postbag::server
