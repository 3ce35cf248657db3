// LOGIN: asks for the name and for the password. In no RFC; draft-murchison-sasl-login describes it. Old mail
// programs know nothing else.

#include <utility>

#include "protocol/sasl/make.h"
#include "protocol/sasl/names.h"

namespace postbag::sasl {

namespace {

class Login final : public Exchange {
 public:
  Step begin() override { return Challenge{"Username:"}; }

  /// An initial response is the name.
  Step respond(std::string_view response) override {
    if (response.find('\0') != response.npos) return Failed{Refusal::malformed};  // as in PLAIN
    if (!user_.empty()) return CheckPassword{user_, Secret(response)};
    if (!is_user_name(response)) return Failed{Refusal::malformed};
    user_ = response;
    return Challenge{"Password:"};
  }

  Step password_accepted() override { return Done{std::move(user_), {}, {}}; }

 private:
  std::string user_;
};

}  // namespace

MadeExchange make_login(const Surroundings&) { return std::make_unique<Login>(); }

}  // namespace postbag::sasl
