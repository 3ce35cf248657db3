#include "server/login/turns.h"

#include <doctest/doctest.h>

using namespace postbag;
using postbag::async::Address;
using postbag::server::Turns;

namespace {

class CountedPeer final : public Peer {
 public:
  explicit CountedPeer(const char* address) : address_(*Address::parse(address)) {}
  const Address& address() const override { return address_; }
  async::Task<bool> wait(async::Deadline) override { co_return true; }
  void wake() override { ++wakes; }

  int wakes = 0;

 private:
  Address address_;
};

}  // namespace

TEST_CASE("one client of an address has its turn, and who waits there is woken at its end") {
  Turns turns;
  CountedPeer first("192.0.2.1:1"), second("192.0.2.1:2"), gone("192.0.2.1:3"), other("192.0.2.2:1");
  const Address network = first.address().network();
  const Turns::Waiting waiting(turns, second), waiting_elsewhere(turns, other);
  {
    Turns::Turn turn(turns, network);
    {
      const Turns::Waiting left(turns, gone);
    }
    CHECK(turns.is_taken(network));
    CHECK_FALSE(turns.is_taken(other.address().network()));
    const Turns::Turn moved = std::move(turn);
    CHECK(second.wakes == 0);
  }
  CHECK_FALSE(turns.is_taken(network));
  CHECK(second.wakes == 1);
  CHECK(other.wakes == 0);
  CHECK(gone.wakes == 0);
}
