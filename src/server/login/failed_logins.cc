#include "server/login/failed_logins.h"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace postbag::server {

namespace {

constexpr std::chrono::minutes forgotten_after{15};
constexpr std::size_t most_records = 10'000;
constexpr std::size_t most_doublings = 10;

/// Half of all records are not later than this.
template <class Records>
FailedLogins::Time middle_of(const Records& records) {
  std::vector<FailedLogins::Time> times;
  for (const auto& [key, record] : records) times.push_back(record.last);
  const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
  std::ranges::nth_element(times, middle);
  return *middle;
}

template <class Records>
void make_room(Records& records, FailedLogins::Time now) {
  if (records.size() < most_records) return;
  std::erase_if(records, [&](const auto& entry) { return entry.second.last + forgotten_after < now; });
  if (records.size() < most_records) return;
  // All are recent: somebody uses very many addresses, against whom a delay by address does not help anyway. Half
  // of them, so that a failure costs no walk through all.
  const FailedLogins::Time middle = middle_of(records);
  std::erase_if(records, [&](const auto& entry) { return entry.second.last <= middle; });
}

}  // namespace

FailedLogins::Time FailedLogins::not_before(const async::Address& peer, Time now) const {
  const auto record = addresses_.find(peer.network());
  return record == addresses_.end() ? now : std::max(now, record->second.until);
}

bool FailedLogins::has_failed(const async::Address& peer, Time now) const {
  const auto record = addresses_.find(peer.network());
  return record != addresses_.end() && record->second.last + forgotten_after >= now;
}

void FailedLogins::forgive(const async::Address& peer, Time now) {
  const auto record = addresses_.find(peer.network());
  if (record == addresses_.end() || record->second.last + limits_.failed_login_delay_max > now) return;
  if (--record->second.failures == 0) addresses_.erase(record);
}

FailedLogins::Time FailedLogins::count(const async::Address& peer, const std::string& user, Time now) {
  if (peer.family() == async::Address::Family::memory) return now;
  const Time by_address = count_in(addresses_, peer.network(), now);
  return user.empty() ? by_address : std::max(by_address, count_in(users_, user, now));
}

template <class Key>
FailedLogins::Time FailedLogins::count_in(Records<Key>& records, const Key& key, Time now) const {
  make_room(records, now);
  Record& record = records[key];
  if (record.last + forgotten_after < now) record.failures = 0;
  ++record.failures;
  record.last = now;
  record.until = now + delay(record.failures);
  return record.until;
}

std::chrono::seconds FailedLogins::delay(std::size_t failures) const {
  const std::size_t doublings = std::min(failures - 1, most_doublings);
  const std::chrono::seconds grown = limits_.failed_login_delay * (std::int64_t{1} << doublings);
  return std::min(grown, limits_.failed_login_delay_max);
}

}  // namespace postbag::server
