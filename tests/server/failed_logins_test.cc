#include "server/login/failed_logins.h"

#include <string>

#include <doctest/doctest.h>

using namespace postbag;
using postbag::async::Address;
using postbag::server::FailedLogins;
using std::chrono::seconds;

namespace {
Address at(const char* text) { return *Address::parse(text); }
}  // namespace

TEST_CASE("the delay doubles up to its maximum, and successes lower it slowly") {
  const Limits limits;
  FailedLogins failed(limits);
  FailedLogins::Time now{seconds(1'000'000)};
  const Address peer = at("192.0.2.1:1000");
  CHECK(failed.not_before(peer, now) == now);
  for (const int want : {2, 4, 8, 15, 15}) {
    failed.count(peer, "eve", now);
    CHECK(failed.not_before(peer, now) == now + seconds(want));
    now = failed.not_before(peer, now);
    CHECK(failed.not_before(peer, now) == now);
  }
  for (int i = 0; i < 5; ++i) failed.forgive(peer, now - seconds(1));
  CHECK(failed.has_failed(peer, now));  // too early: who has an account guesses and logs in by turns
  for (int i = 0; i < 5; ++i) failed.forgive(peer, now);
  CHECK_FALSE(failed.has_failed(peer, now));
  failed.count(peer, "eve", now);
  CHECK(failed.not_before(peer, now) == now + seconds(2));
}

TEST_CASE("one address delays no other one, nor itself forever, and never the host") {
  const Limits limits;
  FailedLogins failed(limits);
  const FailedLogins::Time now{seconds(1'000'000)};
  failed.count(at("[2001:db8::1]:1"), "eve", now);
  CHECK(failed.not_before(at("[2001:db8::2]:9"), now) > now);  // the same /64
  CHECK(failed.not_before(at("[2001:db8:0:1::1]:1"), now) == now);
  CHECK(failed.not_before(at("192.0.2.1:1"), now) == now);
  const FailedLogins::Time later = now + std::chrono::hours(1);
  failed.count(at("[2001:db8::1]:1"), "eve", later);
  CHECK(failed.not_before(at("[2001:db8::1]:1"), later) == later + seconds(2));
  failed.count(Address{}, "eve", now);
  CHECK(failed.not_before(Address{}, now) == now);
}

TEST_CASE("very many addresses are not all kept") {
  const Limits limits;
  FailedLogins failed(limits);
  FailedLogins::Time now{seconds(1'000'000)};
  for (int i = 0; i < 20'000; ++i) {
    now += std::chrono::milliseconds(1);
    failed.count(Address::ipv4({10, 0, static_cast<std::uint8_t>(i / 256), static_cast<std::uint8_t>(i % 256)}, 1),
                 std::to_string(i), now);
  }
  CHECK(failed.not_before(at("10.0.0.1:1"), FailedLogins::Time{}) ==
        FailedLogins::Time{});                              // the oldest was dropped
  CHECK(failed.not_before(at("10.0.78.31:1"), now) > now);  // the last one exists
}

TEST_CASE("guesses at one user from many addresses delay those addresses and no other") {
  const Limits limits;
  FailedLogins failed(limits);
  const FailedLogins::Time now{seconds(1'000'000)};
  CHECK(failed.count(at("192.0.2.1:1"), "alice", now) == now + seconds(2));
  CHECK(failed.count(at("192.0.2.2:1"), "alice", now) == now + seconds(4));
  CHECK(failed.count(at("192.0.2.3:1"), "bob", now) == now + seconds(2));
  CHECK(failed.count(at("192.0.2.4:1"), "alice", now) == now + seconds(8));
  CHECK(failed.not_before(at("192.0.2.5:1"), now) == now);
  CHECK(failed.not_before(at("192.0.2.4:1"), now) == now + seconds(2));  // only for its own guess
  CHECK(failed.count(Address{}, "alice", now) == now);
}
