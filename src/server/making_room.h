// Which connection makes room for another one when too many have not logged in.
#pragma once

#include <cstddef>
#include <span>

#include "async/net/address.h"

namespace postbag::server {

/// The index of the one that makes room: of those from the network that has the most of them, the oldest. Of
/// networks that have equally many, the one with the oldest. `networks` has the Address::network() of each
/// connection that has not logged in, the oldest first, and is not empty.
///
/// So many connections of few networks never displace one that comes alone, and of many networks with one
/// connection each, every one has the time until as many others came as may be there at the same time. What was
/// sent does not count: bytes that trickle in prolong nothing.
std::size_t makes_room(std::span<const async::Address> networks);

}  // namespace postbag::server
