// The client's side of SCRAM, for tests. RFC 5802 section 3.
#pragma once

#include <string>
#include <string_view>

#include "protocol/sasl/scram_keys.h"
#include "protocol/text/base64.h"
#include "protocol/text/saslprep.h"

namespace postbag::sasl::test {

/// "=2C" and "=3D". RFC 5802 section 5.1
inline std::string escaped(std::string_view name) {
  std::string out;
  for (const char c : name) out += c == ',' ? "=2C" : c == '=' ? "=3D" : std::string(1, c);
  return out;
}

class ScramClient {
 public:
  ScramClient(Hash hash, std::string_view user, std::string password, std::string nonce)
      : hash_(hash), password_(std::move(password)), bare_("n=" + escaped(user) + ",r=" + nonce) {}

  std::string header = "n,,";
  std::string channel;  ///< cbind-data

  std::string first() const { return header + bare_; }

  /// `server_first` has to be right.
  std::string final(const std::string& server_first) {
    const std::size_t salt = server_first.find(",s="), count = server_first.find(",i=");
    const auto salt_bytes = protocol::base64_decoded(server_first.substr(salt + 3, count - salt - 3)).value();
    const auto iterations = static_cast<std::uint32_t>(std::stoul(server_first.substr(count + 3)));
    const std::string without_proof =
        "c=" + protocol::base64_encoded(header + channel) + "," + server_first.substr(0, salt);
    auth_message_ = bare_ + "," + server_first + "," + without_proof;
    keys_ = scram_keys(hash_, password_, salt_bytes, iterations);
    return without_proof + ",p=" + protocol::base64_encoded(proof(salt_bytes, iterations));
  }

  /// What the server has to answer then.
  std::string expected_end() const {
    return "v=" + protocol::base64_encoded(server_signature(*keys_, auth_message_));
  }

 private:
  /// ClientKey XOR ClientSignature, computed from the password and not by what the server uses.
  std::string proof(const std::string& salt, std::uint32_t iterations) const {
    const std::string prepared = protocol::prepared_password(password_);
    std::string u = hmac(hash_, prepared, salt + std::string("\0\0\0\1", 4)), salted = u;
    for (std::uint32_t i = 1; i < iterations; ++i) {
      u = hmac(hash_, prepared, u);
      for (std::size_t k = 0; k < salted.size(); ++k) salted[k] = static_cast<char>(salted[k] ^ u[k]);
    }
    std::string proof = hmac(hash_, salted, "Client Key");
    const std::string signature = hmac(hash_, digest(hash_, proof), auth_message_);
    for (std::size_t k = 0; k < proof.size(); ++k) proof[k] = static_cast<char>(proof[k] ^ signature[k]);
    return proof;
  }

  Hash hash_;
  std::string password_;
  std::string bare_;
  std::string auth_message_;
  std::optional<ScramKeys> keys_;
};

}  // namespace postbag::sasl::test
