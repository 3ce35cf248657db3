// PLAIN: [authzid] NUL authcid NUL passwd. RFC 4616 section 2.

#include <utility>

#include "core/utf8.h"
#include "protocol/sasl/gs2.h"
#include "protocol/sasl/make.h"

namespace postbag::sasl {

namespace {

bool is_name(std::string_view name) { return name.size() <= longest_name && is_utf8(name); }

class Plain final : public Exchange {
 public:
  Step respond(std::string_view message) override {
    const auto first = message.find('\0');
    const auto second = first == message.npos ? message.npos : message.find('\0', first + 1);
    if (second == message.npos || message.find('\0', second + 1) != message.npos) return Failed{Refusal::malformed};
    authzid_ = message.substr(0, first);
    user_ = message.substr(first + 1, second - first - 1);
    if (user_.empty() || !is_name(user_) || !is_name(authzid_)) return Failed{Refusal::malformed};
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
