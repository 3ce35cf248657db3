// PLAIN: [authzid] NUL authcid NUL passwd. RFC 4616 section 2.

#include <utility>

#include "protocol/sasl/make.h"
#include "protocol/sasl/names.h"

namespace postbag::sasl {

namespace {

class Plain final : public Exchange {
 public:
  Step respond(std::string_view message) override {
    const auto first = message.find('\0');
    const auto second = first == message.npos ? message.npos : message.find('\0', first + 1);
    if (second == message.npos || message.find('\0', second + 1) != message.npos) return Failed{Refusal::malformed};
    authzid_ = message.substr(0, first);
    user_ = message.substr(first + 1, second - first - 1);
    if (!is_user_name(user_) || !is_authzid(authzid_)) return Failed{Refusal::malformed};
    return CheckPassword{user_, Secret(message.substr(second + 1))};
  }

  Step password_accepted() override { return Done{std::move(user_), std::move(authzid_), {}}; }

 private:
  std::string authzid_;
  std::string user_;
};

}  // namespace

MadeExchange make_plain(const Surroundings&) { return std::make_unique<Plain>(); }

}  // namespace postbag::sasl
