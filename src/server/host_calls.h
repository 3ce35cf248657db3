// The only place that calls the host's callbacks.
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
#include "server/loop_poster.h"

namespace postbag::server {

class HostCalls;

/// A callback that must be called exactly once: the destructor calls it when nobody did before. Any thread.
class OnceCallback {
 public:
  OnceCallback(HostCalls& calls, std::string_view name, std::move_only_function<void()> at_end)
      : calls_(calls), name_(name), at_end_(std::move(at_end)) {}
  OnceCallback(const OnceCallback&) = delete;
  OnceCallback& operator=(const OnceCallback&) = delete;
  ~OnceCallback() { call(); }

  /// Calls `instead` in place of the callback. Does nothing after the first call.
  void call(std::move_only_function<void()> instead);
  /// Calls the callback given to the constructor. Does nothing after the first call.
  void call();
  /// The callback is not called any more: the host learned the outcome in another way.
  void cancel() { called_ = true; }

 private:
  HostCalls& calls_;
  std::string_view name_;  ///< a string literal
  std::move_only_function<void()> at_end_;
  std::atomic<bool> called_ = false;
};

/// Runs the host's callbacks. An exception is logged as the host's, and the caller learns that the call failed.
/// Records which threads are inside a callback, so that a server may be destroyed there. Any thread.
class HostCalls {
 public:
  /// Both must outlive this object.
  HostCalls(const ServerOptions& options, LoopPoster& poster) : options_(options), poster_(poster) {}

  /// Runs `callback`. False when it threw, or was not called because the server is being destroyed.
  template <class F>
  bool call(std::string_view name, F&& callback) noexcept {
    std::string thrown;
    const Outcome outcome = run(callback, thrown);
    if (outcome == Outcome::threw) report(name, thrown);
    return outcome == Outcome::returned;
  }
  /// On the loop's thread. An exception of the log itself is ignored: there is no place left to report it.
  void log(const LogLine& line) noexcept;
  /// The host's clock; nothing when there is none or it fails.
  std::optional<std::int64_t> clock() noexcept;

  std::shared_ptr<OnceCallback> once_callback(std::string_view name, std::move_only_function<void()> at_end);
  /// Calls all callbacks that are outstanding, as their destructors would.
  void call_outstanding();
  /// From now on nothing is called. Waits for callbacks that run on other threads.
  void mute();

  /// The calling thread is the loop's from now on.
  void set_loop_thread() { loop_thread_ = std::this_thread::get_id(); }
  void forget_loop_thread() { loop_thread_ = std::thread::id(); }
  bool on_loop_thread() const { return loop_thread_.load() == std::this_thread::get_id(); }
  /// True when a callback is running on this thread.
  bool is_inside() const;

 private:
  friend class OnceCallback;
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
  void forget(const OnceCallback* once);

  const ServerOptions& options_;
  LoopPoster& poster_;
  std::atomic<std::thread::id> loop_thread_;
  mutable std::mutex mutex_;
  std::condition_variable left_;
  std::vector<std::thread::id> inside_;  ///< one entry for each call, also for nested calls
  std::map<const OnceCallback*, std::weak_ptr<OnceCallback>> outstanding_;
  bool muted_ = false;
};

}  // namespace postbag::server
