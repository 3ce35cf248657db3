#include "server/host_calls.h"

#include <algorithm>
#include <utility>

namespace postbag::server {

void Owed::pay(std::move_only_function<void()> instead) {
  if (paid_.exchange(true)) return;
  calls_.forget(this);
  if (instead) calls_.call(name_, instead);
}

void Owed::pay() {
  if (!paid_)
    pay(std::move(at_end_));
  else
    calls_.forget(this);
}

void HostCalls::log(const LogLine& line) noexcept {
  if (!options_.log) return;
  std::string dropped;
  const auto tell = [&] { options_.log(line); };
  run(tell, dropped);
}

std::optional<std::int64_t> HostCalls::clock() noexcept {
  std::optional<std::int64_t> now;
  call("clock", [&] { now = options_.clock(); });
  return now;
}

std::shared_ptr<Owed> HostCalls::owe(std::string_view name, std::move_only_function<void()> at_end) {
  auto owed = std::make_shared<Owed>(*this, name, std::move(at_end));
  const std::lock_guard held(mutex_);
  debts_.emplace(owed.get(), owed);
  return owed;
}

void HostCalls::forget(const Owed* owed) {
  const std::lock_guard held(mutex_);
  debts_.erase(owed);
}

void HostCalls::settle() {
  std::map<const Owed*, std::weak_ptr<Owed>> debts;
  {
    const std::lock_guard held(mutex_);
    debts = debts_;
  }
  for (const auto& [where, debt] : debts)
    if (const std::shared_ptr<Owed> owed = debt.lock()) owed->pay();
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

/// The log is told on the loop's thread; when there is none, on that of whoever called.
void HostCalls::report(std::string_view name, const std::string& thrown) noexcept {
  const auto tell = [this, detail = std::string(name) + ": " + thrown] {
    log({LogLine::Level::error, "callback of the host failed", {}, {}, detail});
  };
  if (on_loop_thread() || !door_.post(tell)) tell();
}

}  // namespace postbag::server
