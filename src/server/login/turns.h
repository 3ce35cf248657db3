// Whose password is checked next, of the clients of an address that has failed.
#pragma once

#include <map>
#include <set>
#include <utility>

#include "async/net/address.h"
#include "session/peer.h"

namespace postbag::server {

/// One turn at a time for each Address::network(). Must outlive its turns and who waits. Loop thread only.
class Turns {
 public:
  /// A turn, given back at its end; or none, which keeps nobody waiting.
  class Turn {
   public:
    Turn() = default;
    Turn(Turns& turns, const async::Address& network) : turns_(&turns), network_(network) {
      turns.taken_.insert(network);
    }
    Turn(Turn&& other) noexcept : turns_(std::exchange(other.turns_, nullptr)), network_(other.network_) {}
    Turn& operator=(Turn&& other) noexcept {
      std::swap(turns_, other.turns_);
      std::swap(network_, other.network_);
      return *this;
    }
    ~Turn() { give_back(); }
    /// Wakes all that wait for it. More calls are harmless.
    void give_back() {
      if (Turns* turns = std::exchange(turns_, nullptr)) turns->end(network_);
    }

   private:
    Turns* turns_ = nullptr;
    async::Address network_;
  };

  /// A client that is woken, as long as this lives, whenever a turn of its address ends.
  class Waiting {
   public:
    Waiting(Turns& turns, Peer& peer)
        : turns_(turns), place_(turns.waiting_.emplace(peer.address().network(), &peer)) {}
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;
    ~Waiting() { turns_.waiting_.erase(place_); }

   private:
    Turns& turns_;
    std::multimap<async::Address, Peer*>::iterator place_;
  };

  bool is_taken(const async::Address& network) const { return taken_.contains(network); }

 private:
  void end(const async::Address& network) {
    taken_.erase(network);
    const auto [first, last] = waiting_.equal_range(network);
    for (auto waiting = first; waiting != last; ++waiting) waiting->second->wake();
  }

  std::set<async::Address> taken_;
  std::multimap<async::Address, Peer*> waiting_;
};

}  // namespace postbag::server
