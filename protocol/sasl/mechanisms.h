// The table of mechanisms.
#pragma once

#include <span>
#include <string_view>

#include "protocol/sasl/make.h"
#include "protocol/sasl/needs.h"

namespace postbag::sasl {

struct Mechanism {
  std::string_view name;
  Needs needs;
  MadeExchange (*make)(const Surroundings& around);

  bool is_possible(Needs present) const { return (needs & ~present) == 0; }
  /// Whether the client sends a password or a token as it is.
  bool sends_secret() const { return (needs & (needs::password | needs::token)) != 0; }
};

/// All of them, the best first.
std::span<const Mechanism> mechanisms();
/// By its name in any case; null when there is none.
const Mechanism* find_mechanism(std::string_view name);
/// Whether a client that has all this is offered a mechanism with channel binding.
bool offers_channel_binding(Needs present);

}  // namespace postbag::sasl
