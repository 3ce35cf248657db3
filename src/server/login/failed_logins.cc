#include "server/login/failed_logins.h"

#include <algorithm>

namespace postbag::server {

namespace {
constexpr std::chrono::minutes forgotten_after{15};
constexpr std::size_t most_addresses = 10'000;
constexpr std::size_t most_doublings = 10;
}  // namespace

FailedLogins::Time FailedLogins::not_before(const async::Address& peer, Time now) const {
  const auto record = addresses_.find(peer.network());
  return record == addresses_.end() ? now : std::max(now, record->second.until);
}

void FailedLogins::count(const async::Address& peer, Time now) {
  if (peer.family() == async::Address::Family::memory) return;
  make_room(now);
  Record& record = addresses_[peer.network()];
  if (record.last + forgotten_after < now) record.failures = 0;
  ++record.failures;
  record.last = now;
  record.until = now + delay(record.failures);
}

std::chrono::seconds FailedLogins::delay(std::size_t failures) const {
  const std::size_t doublings = std::min(failures - 1, most_doublings);
  const std::chrono::seconds grown = limits_.failed_login_delay * (std::int64_t{1} << doublings);
  return std::min(grown, limits_.failed_login_delay_max);
}

void FailedLogins::make_room(Time now) {
  if (addresses_.size() < most_addresses) return;
  std::erase_if(addresses_, [&](const auto& entry) { return entry.second.last + forgotten_after < now; });
  if (addresses_.size() < most_addresses) return;
  // All are recent: somebody uses very many addresses, against whom a delay by address does not help anyway.
  addresses_.erase(std::ranges::min_element(addresses_, {}, [](const auto& entry) { return entry.second.last; }));
}

}  // namespace postbag::server
