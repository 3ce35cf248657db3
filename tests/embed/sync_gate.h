// Stops the syncs of this process, as a disk does that is slow. sync_gate.cc replaces functions of libc.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <thread>
#include <vector>

/// Delays each sync while it is shut. Any thread.
class SyncGate {
 public:
  void pass();
  void shut();
  void open();
  /// Opens it for all but this thread.
  void open_but_for(std::thread::id thread);
  /// Returns when so many threads, or more, wait at it.
  void await(std::size_t threads);
  /// Returns when one waits at it: which.
  std::thread::id await_one();

 private:
  bool holds(std::thread::id thread) const { return shut_ && (held_ == std::thread::id() || held_ == thread); }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool shut_ = false;
  std::thread::id held_;  ///< none: all are
  std::vector<std::thread::id> waiting_;
};

/// A global, because functions that libraries call have no other place for it.
extern SyncGate sync_gate;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)
