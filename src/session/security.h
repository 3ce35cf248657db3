// What protects a client's connection, as far as logins depend on it.
#pragma once

#include <string>

#include "protocol/sasl/needs.h"
#include "protocol/sasl/surroundings.h"

namespace postbag {

class ClientConnection;

/// What logins may use on a connection, at the moment when it was asked for.
struct Security {
  bool confidential = false;  ///< nobody can read along
  sasl::ChannelBindings bindings = {};
  std::string certificate_name = {};  ///< whom the client's verified certificate names; empty: nobody

  /// What it gives of confidentiality, channel_binding and certificate.
  sasl::Needs abilities() const;
};

/// Whether nobody can read along: it is encrypted, or does not leave this machine.
bool is_confidential(const ClientConnection& connection);
/// All of it, which takes several hashes with TLS: once for a login or a list of capabilities.
Security security_of(const ClientConnection& connection);

}  // namespace postbag
