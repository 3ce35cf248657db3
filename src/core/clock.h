// Points in time as mail uses them, and a clock that a test can replace.
#pragma once

#include <cstdint>

namespace postbag {

/// Seconds since 1970-01-01T00:00:00Z, and the zone in which the time was written, in minutes east of UTC. The
/// zone is kept so that INTERNALDATE is returned as it was given. RFC 9051 section 2.3.3.
struct DateTime {
  std::int64_t seconds = 0;
  std::int16_t zone_minutes = 0;
  constexpr bool operator==(const DateTime&) const = default;
};

/// Returns the time of day. Called from any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual DateTime now() const = 0;
};

/// The system clock, in UTC. Lives as long as the process.
const Clock& system_clock();

}  // namespace postbag
