#include "session/account/upkeep.h"

#include <algorithm>
#include <chrono>
#include <exception>

namespace postbag {

namespace {

constexpr std::chrono::milliseconds delay{1000};
constexpr std::chrono::milliseconds pause{5};
/// When it failed (a full disk, mostly), or somebody reads bodies that could go.
constexpr std::chrono::seconds retry{60};
constexpr std::chrono::seconds longest{24 * 3600};

}  // namespace

void Upkeep::soon() {
  if (stopped_) return;
  again_ = true;
  if (!job_ && (!is_armed() || waits_long_)) arm(async::in(delay), false);
}

bool Upkeep::stop() {
  const bool due = is_at_work();
  stopped_ = true;
  disarm();
  return due;
}

void Upkeep::arm(async::Deadline at, bool waits_long) {
  waits_long_ = waits_long;
  loop_.timers().arm(*this, at);
}

void Upkeep::on_deadline() {
  again_ = false;
  job_ = std::make_unique<async::Job>(loop_, run(), [this](const std::exception_ptr& error) { ended(!error); });
}

async::Task<void> Upkeep::run() {
  if (!stopped_) left_ = co_await step_();
}

void Upkeep::ended(bool well) {
  job_.reset();
  if (stopped_) return;
  if (!well)
    arm(async::in(retry), true);
  else if (left_.more)
    arm(async::in(pause), false);
  else if (again_)
    arm(async::in(delay), false);
  else if (left_.next)
    arm(async::in(std::clamp(*left_.next + std::chrono::seconds{1}, std::chrono::seconds{1}, longest)), true);
}

}  // namespace postbag
