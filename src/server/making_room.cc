#include "server/making_room.h"

#include <algorithm>
#include <cassert>
#include <map>
#include <utility>

namespace postbag::server {

namespace {

struct Crowd {
  std::size_t oldest;
  std::size_t count = 0;
};

bool is_worse(const Crowd& a, const Crowd& b) {
  return a.count != b.count ? a.count > b.count : a.oldest < b.oldest;
}

}  // namespace

std::size_t makes_room(std::span<const async::Address> networks) {
  assert(!networks.empty());
  std::map<async::Address, Crowd> crowds;
  for (std::size_t i = 0; i < networks.size(); ++i)
    ++crowds.try_emplace(networks[i], Crowd{.oldest = i}).first->second.count;
  const auto worst = std::ranges::min_element(crowds, is_worse, [](const auto& entry) { return entry.second; });
  return worst->second.oldest;
}

}  // namespace postbag::server
