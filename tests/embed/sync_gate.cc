#include "tests/embed/sync_gate.h"

#include <sys/syscall.h>
#include <unistd.h>

SyncGate sync_gate;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

void SyncGate::pass() {
  const std::thread::id self = std::this_thread::get_id();
  std::unique_lock held(mutex_);
  waiting_.push_back(self);
  changed_.notify_all();
  changed_.wait(held, [&] { return !holds(self); });
  std::erase(waiting_, self);
}

void SyncGate::shut() {
  const std::lock_guard held(mutex_);
  shut_ = true;
  held_ = {};
}

void SyncGate::open() {
  const std::lock_guard held(mutex_);
  shut_ = false;
  changed_.notify_all();
}

void SyncGate::open_but_for(std::thread::id thread) {
  const std::lock_guard held(mutex_);
  held_ = thread;
  changed_.notify_all();
}

void SyncGate::await(std::size_t threads) {
  std::unique_lock held(mutex_);
  changed_.wait(held, [&] { return shut_ && waiting_.size() >= threads; });
}

std::thread::id SyncGate::await_one() {
  await(1);
  const std::lock_guard held(mutex_);
  return waiting_.front();
}

extern "C" {
int fsync(int fd) {
  sync_gate.pass();
  return static_cast<int>(::syscall(SYS_fsync, fd));
}
int fdatasync(int fd) {
  sync_gate.pass();
  return static_cast<int>(::syscall(SYS_fdatasync, fd));
}
}
