// EXTERNAL: who it is was proved by the certificate already. RFC 4422 appendix A.

#include <utility>

#include "protocol/sasl/make.h"
#include "protocol/sasl/names.h"

namespace postbag::sasl {

namespace {

class External final : public Exchange {
 public:
  explicit External(std::string name) : name_(std::move(name)) {}

  Step respond(std::string_view authzid) override {
    if (!is_authzid(authzid)) return Failed{Refusal::malformed};
    if (name_.empty()) return Failed{Refusal::not_proved};
    return Done{std::move(name_), std::string(authzid), {}};
  }

 private:
  std::string name_;
};

}  // namespace

MadeExchange make_external(const Surroundings& around) {
  return std::make_unique<External>(around.certificate_name);
}

}  // namespace postbag::sasl
