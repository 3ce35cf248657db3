// SCRAM-SHA-1, SCRAM-SHA-256 and SCRAM-SHA-256-PLUS. RFC 5802, RFC 7677.

#include <algorithm>
#include <utility>

#include "protocol/sasl/gs2.h"
#include "protocol/sasl/make.h"
#include "protocol/text/base64.h"

namespace postbag::sasl {

namespace {

struct BindingRow {
  std::string_view name;
  std::optional<std::string> ChannelBindings::* bytes;
};
constexpr BindingRow bindings[] = {
    {"tls-exporter", &ChannelBindings::tls_exporter},
    {"tls-server-end-point", &ChannelBindings::tls_server_end_point},
    {"tls-unique", &ChannelBindings::tls_unique},
};

constexpr std::size_t longest_nonce = 512;

/// `printable` of RFC 5802 section 7.
bool is_nonce(std::string_view text) {
  return !text.empty() && text.size() <= longest_nonce &&
         std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f && c != ','; });
}

class Scram final : public Exchange {
 public:
  Scram(Hash hash, bool plus, const Surroundings& around) : hash_(hash), plus_(plus), around_(around) {}

  Step respond(std::string_view message) override {
    switch (std::exchange(expected_, Expected::nothing)) {
      case Expected::client_first: return take_first(message);
      case Expected::client_final: return take_final(message);
      case Expected::nothing: break;
    }
    return Failed{Refusal::malformed};
  }

  Step keys_found(const ScramKeys& keys) override {
    if (user_.empty() || !server_first_.empty()) return Failed{Refusal::malformed};
    keys_ = keys;
    server_first_ =
        "r=" + nonce_ + ",s=" + protocol::base64_encoded(keys.salt) + ",i=" + std::to_string(keys.iterations);
    expected_ = Expected::client_final;
    return Challenge{server_first_};
  }

 private:
  enum class Expected : std::uint8_t { client_first, client_final, nothing };

  Step take_first(std::string_view message);
  Step take_final(std::string_view message);
  /// What the client has to repeat as "c": the header, and the channel's bytes when it binds. What it may not ask
  /// for is refused.
  std::optional<Refusal> bind(const Gs2Header& header);

  const Hash hash_;
  const bool plus_;
  const Surroundings around_;
  Expected expected_ = Expected::client_first;
  std::string binding_;  ///< gs2-header and cbind-data
  std::string authzid_;
  std::string user_;
  std::string nonce_;  ///< the client's and the server's
  std::string client_first_bare_;
  std::string server_first_;
  std::optional<ScramKeys> keys_;
};

std::optional<Refusal> Scram::bind(const Gs2Header& header) {
  binding_ = header.text;
  // Section 6: it must be the mechanism with -PLUS if and only if the client binds.
  if ((header.flag == 'p') != plus_) return header.flag == 'p' ? Refusal::unknown_binding : Refusal::malformed;
  // The client would bind, but did not see the offer: somebody took it out.
  if (header.flag == 'y' && around_.plus_offered) return Refusal::wrong_channel;
  if (!plus_) return std::nullopt;
  const auto* const row = std::ranges::find(bindings, header.binding, &BindingRow::name);
  if (row == std::end(bindings) || !(around_.bindings.*row->bytes)) return Refusal::unknown_binding;
  binding_ += *(around_.bindings.*row->bytes);
  return std::nullopt;
}

/// gs2-header n=user,r=c-nonce[,extensions]. "m=" would be an extension that must be understood: none is.
Step Scram::take_first(std::string_view message) {
  const auto header = take_gs2_header(message);
  if (!header) return Failed{Refusal::malformed};
  if (const auto refusal = bind(*header)) return Failed{*refusal};
  client_first_bare_ = message;
  const auto name = take_attribute(message, 'n');
  auto user = name ? saslname(*name) : std::nullopt;
  const auto client_nonce = take_attribute(message, 'r');
  if (!user || !client_nonce || !is_nonce(*client_nonce)) return Failed{Refusal::malformed};
  user_ = std::move(*user);
  authzid_ = header->authzid;
  nonce_ = std::string(*client_nonce) + around_.nonce;
  return FindKeys{user_, hash_};
}

/// c=binding,r=nonce[,extensions],p=proof
Step Scram::take_final(std::string_view message) {
  const std::size_t proof_at = message.rfind(",p=");
  if (proof_at == message.npos) return Failed{Refusal::malformed};
  const std::string_view without_proof = message.substr(0, proof_at);
  const auto proof = protocol::base64_decoded(message.substr(proof_at + 3));
  std::string_view rest = without_proof;
  const auto bound = take_attribute(rest, 'c');
  const auto binding = bound ? protocol::base64_decoded(*bound) : std::nullopt;
  const auto nonce = take_attribute(rest, 'r');
  if (!proof || !binding || !nonce || *nonce != nonce_) return Failed{Refusal::malformed};
  const std::string auth_message = client_first_bare_ + ',' + server_first_ + ',' + std::string(without_proof);
  // Who does not know the password learns nothing of the binding.
  if (!proves(*keys_, auth_message, *proof)) return Failed{Refusal::not_proved};
  if (*binding != binding_) return Failed{Refusal::wrong_channel};
  return Done{user_, authzid_, "v=" + protocol::base64_encoded(server_signature(*keys_, auth_message))};
}

}  // namespace

MadeExchange make_scram_sha_1(const Surroundings& around) {
  return std::make_unique<Scram>(Hash::sha1, false, around);
}
MadeExchange make_scram_sha_256(const Surroundings& around) {
  return std::make_unique<Scram>(Hash::sha256, false, around);
}
MadeExchange make_scram_sha_256_plus(const Surroundings& around) {
  return std::make_unique<Scram>(Hash::sha256, true, around);
}

}  // namespace postbag::sasl
