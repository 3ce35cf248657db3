#include "core/clock.h"

#include <chrono>

namespace postbag {

namespace {

class SystemClock final : public Clock {
 public:
  DateTime now() const override {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return {.seconds = std::chrono::duration_cast<std::chrono::seconds>(since).count(), .zone_minutes = 0};
  }
};

}  // namespace

const Clock& system_clock() {
  static const SystemClock clock;
  return clock;
}

}  // namespace postbag
