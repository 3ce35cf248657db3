// How the exchange of each mechanism is made. Only for the table of mechanisms, and for tests.
#pragma once

#include <memory>

#include "protocol/sasl/exchange.h"
#include "protocol/sasl/surroundings.h"

namespace postbag::sasl {

using MadeExchange = std::unique_ptr<Exchange>;

MadeExchange make_plain(const Surroundings& around);
MadeExchange make_login(const Surroundings& around);
MadeExchange make_external(const Surroundings& around);
MadeExchange make_scram_sha_1(const Surroundings& around);
MadeExchange make_scram_sha_256(const Surroundings& around);
MadeExchange make_scram_sha_256_plus(const Surroundings& around);
MadeExchange make_oauthbearer(const Surroundings& around);
MadeExchange make_xoauth2(const Surroundings& around);

}  // namespace postbag::sasl
