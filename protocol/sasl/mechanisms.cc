#include "protocol/sasl/mechanisms.h"

#include <algorithm>
#include <iterator>

#include "core/ascii.h"

namespace postbag::sasl {

namespace {

constexpr Needs plain_password = needs::password | needs::confidentiality;
/// Who reads along can try passwords at home, as fast as there are machines.
constexpr Needs scram = needs::keys | needs::confidentiality;
constexpr Needs plain_token = needs::token | needs::confidentiality;

constexpr Mechanism table[] = {
    {"SCRAM-SHA-256-PLUS", scram | needs::channel_binding, make_scram_sha_256_plus},
    {"SCRAM-SHA-256", scram, make_scram_sha_256},
    {"SCRAM-SHA-1", scram | needs::sha1_keys, make_scram_sha_1},
    {"EXTERNAL", needs::certificate, make_external},
    {"OAUTHBEARER", plain_token, make_oauthbearer},
    {"XOAUTH2", plain_token, make_xoauth2},
    {"PLAIN", plain_password, make_plain},
    {"LOGIN", plain_password, make_login},
};

struct RefusalText {
  Refusal why;
  std::string_view text;
};
constexpr RefusalText refusal_texts[] = {
    {Refusal::malformed, "malformed message"},
    {Refusal::not_proved, "wrong password"},
    {Refusal::wrong_channel, "wrong channel binding"},
    {Refusal::unknown_binding, "unknown channel binding"},
};

}  // namespace

std::span<const Mechanism> mechanisms() { return table; }

const Mechanism* find_mechanism(std::string_view name) {
  const auto* const found =
      std::ranges::find_if(table, [&](const Mechanism& one) { return ascii_iequal(one.name, name); });
  return found == std::end(table) ? nullptr : found;
}

bool offers_channel_binding(Needs present) {
  return std::ranges::any_of(table, [&](const Mechanism& one) {
    return (one.needs & needs::channel_binding) != 0 && one.is_possible(present);
  });
}

std::string_view to_string(Refusal why) { return std::ranges::find(refusal_texts, why, &RefusalText::why)->text; }

}  // namespace postbag::sasl
