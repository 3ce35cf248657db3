#include "server/host_calls.h"

#include <algorithm>
#include <utility>

namespace postbag::server {

void OnceCallback::call(std::move_only_function<void()> instead) {
  if (called_.exchange(true)) return;
  calls_.forget(this);
  if (instead) calls_.call(name_, instead);
}

void OnceCallback::call() {
  if (!called_)
    call(std::move(at_end_));
  else
    calls_.forget(this);
}

void HostCalls::log(const LogLine& line) noexcept {
  if (!options_.log) return;
  std::string dropped;
  const auto write = [&] { options_.log(line); };
  run(write, dropped);
}

std::optional<std::int64_t> HostCalls::clock() noexcept {
  std::optional<std::int64_t> now;
  call("clock", [&] { now = options_.clock(); });
  return now;
}

std::shared_ptr<OnceCallback> HostCalls::once_callback(std::string_view name,
                                                       std::move_only_function<void()> at_end) {
  auto once = std::make_shared<OnceCallback>(*this, name, std::move(at_end));
  const std::lock_guard held(mutex_);
  outstanding_.emplace(once.get(), once);
  return once;
}

void HostCalls::forget(const OnceCallback* once) {
  const std::lock_guard held(mutex_);
  outstanding_.erase(once);
}

void HostCalls::call_outstanding() {
  std::map<const OnceCallback*, std::weak_ptr<OnceCallback>> outstanding;
  {
    const std::lock_guard held(mutex_);
    outstanding = outstanding_;
  }
  for (const auto& [where, callback] : outstanding)
    if (const std::shared_ptr<OnceCallback> once = callback.lock()) once->call();
}

void HostCalls::mute() {
  std::unique_lock held(mutex_);
  muted_ = true;
  left_.wait(held, [&] {
    return std::ranges::all_of(inside_, [](std::thread::id id) { return id == std::this_thread::get_id(); });
  });
}

bool HostCalls::is_inside() const {
  const std::lock_guard held(mutex_);
  return std::ranges::find(inside_, std::this_thread::get_id()) != inside_.end();
}

bool HostCalls::enter() {
  const std::lock_guard held(mutex_);
  if (!muted_) inside_.push_back(std::this_thread::get_id());
  return !muted_;
}

void HostCalls::leave() {
  const std::lock_guard held(mutex_);
  inside_.erase(std::ranges::find(inside_, std::this_thread::get_id()));
  left_.notify_all();
}

/// Logs on the loop's thread, or on the caller's when no loop is attached.
void HostCalls::report(std::string_view name, const std::string& thrown) noexcept {
  const auto write = [this, detail = std::string(name) + ": " + thrown] {
    log({LogLine::Level::error, "callback of the host failed", {}, {}, detail});
  };
  if (on_loop_thread() || !poster_.post(write)) write();
}

}  // namespace postbag::server
