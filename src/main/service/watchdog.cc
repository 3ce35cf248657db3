#include "main/service/watchdog.h"

namespace postbag::daemon {

int Watchdog::poll() {
  const std::chrono::milliseconds interval = manager_.watchdog_interval();
  if (interval.count() == 0) return -1;
  const Clock::time_point now = Clock::now();
  if (now >= next_) {
    server_.call_soon([&manager = manager_] { manager.is_alive(); });  // may outlive this object
    next_ = now + interval;
  }
  return static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(next_ - now).count());
}

}  // namespace postbag::daemon
