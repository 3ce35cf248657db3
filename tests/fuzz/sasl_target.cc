// Fuzz target: any bytes as a client's messages in a SASL exchange. Input: which mechanism, what surrounds it,
// which answers it gets; then the messages, each with a size of two bytes before it.
//
// What must hold: an exchange ends after a few messages; it is done only after the answer that proves it; names are
// short UTF-8 without NUL; keys that are made up let nobody in; stored keys that are read are written the same.
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "core/utf8.h"
#include "input.h"
#include "protocol/sasl/mechanisms.h"

using namespace postbag;
using namespace postbag::sasl;
using fuzz::require;

namespace {

constexpr int most_steps = 12;

Surroundings surroundings(std::uint8_t choice) {
  Surroundings around{.plus_offered = (choice & 1) != 0, .nonce = "server"};
  if ((choice & 2) != 0) around.bindings.tls_exporter = std::string(32, 'e');
  if ((choice & 4) != 0) around.bindings.tls_server_end_point = std::string(32, 's');
  if ((choice & 8) != 0) around.certificate_name = "alice";
  return around;
}

void check_name(std::string_view name) {
  require(name.size() <= 255 && is_utf8(name) && name.find('\0') == name.npos, "a name");
}

/// What the exchange asks for is answered, and what the answers prove is remembered.
class Run {
 public:
  Run(const Mechanism& mechanism, std::uint8_t choice)
      : exchange_(mechanism.make(surroundings(choice))),
        right_((choice & 16) != 0),
        proved_(mechanism.name == "EXTERNAL" && (choice & 8) != 0) {}

  /// False when it has ended.
  bool take(fuzz::Input& input) {
    if (const auto* asked = std::get_if<CheckPassword>(&step_)) return check(asked->user);
    if (const auto* asked = std::get_if<FindKeys>(&step_)) return find(*asked);
    if (const auto* asked = std::get_if<CheckToken>(&step_)) return check_token(asked->user);
    if (const auto* done = std::get_if<Done>(&step_)) return end(*done);
    if (std::holds_alternative<Failed>(step_)) return false;
    step_ = exchange_->respond(input.bytes(input.number()));
    return true;
  }

 private:
  bool check(std::string_view user) {
    check_name(user);
    if (!right_) return false;
    proved_ = true;
    step_ = exchange_->password_accepted();
    return true;
  }
  bool find(const FindKeys& asked) {
    check_name(asked.user);
    step_ = exchange_->keys_found(made_up_keys(asked.hash, "secret", asked.user, ScramKeys::least_iterations));
    return true;
  }
  bool check_token(std::string_view user) {
    check_name(user);
    proved_ = right_;
    step_ = exchange_->token_checked(right_ ? std::optional<std::string>("alice") : std::nullopt);
    return true;
  }
  bool end(const Done& done) const {
    require(proved_, "done without a proof");
    check_name(done.authcid);
    check_name(done.authzid);
    return false;
  }

  std::unique_ptr<Exchange> exchange_;
  Step step_ = Challenge{};
  bool right_;
  bool proved_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  if (const auto keys = scram_keys_of(input.rest())) require(scram_keys_of(to_text(*keys)) == keys, "keys as text");
  const Mechanism& mechanism = mechanisms()[input.byte() % mechanisms().size()];
  Run run(mechanism, input.byte());
  int steps = 0;
  while (run.take(input)) require(++steps < most_steps, "the exchange ends");
  return 0;
}
