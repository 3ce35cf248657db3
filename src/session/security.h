// What protects a client's connection, as far as logins depend on it.
#pragma once

#include <string>

#include "protocol/sasl/needs.h"
#include "protocol/sasl/surroundings.h"

namespace postbag {

class ClientConnection;

struct Security {
  bool confidential = false;  ///< nobody can read along
  sasl::ChannelBindings bindings = {};
  std::string certificate_name = {};  ///< whom the client's verified certificate names; empty: nobody

  /// What it gives of confidentiality, channel_binding and certificate.
  sasl::Needs abilities() const;
};

Security security_of(const ClientConnection& connection);

}  // namespace postbag
