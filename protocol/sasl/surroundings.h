// What an exchange knows of the connection it runs on.
#pragma once

#include <optional>
#include <string>

namespace postbag::sasl {

/// The bytes by which a channel is known to both of its ends; nothing: this channel has none. RFC 5056.
struct ChannelBindings {
  std::optional<std::string> tls_exporter = {};          ///< RFC 9266
  std::optional<std::string> tls_server_end_point = {};  ///< RFC 5929 section 4
  std::optional<std::string> tls_unique = {};            ///< RFC 5929 section 3

  bool has_any() const { return tls_exporter || tls_server_end_point || tls_unique; }
};

struct Surroundings {
  ChannelBindings bindings = {};
  bool plus_offered = false;  ///< the client was offered a mechanism with channel binding. RFC 5802 section 6
  std::string certificate_name = {};  ///< whom the client's verified certificate names; empty: nobody
  std::string nonce = {};             ///< random printable characters without comma, new for each exchange
  std::string oauth_scope = {};       ///< named to clients whose token is refused; may be empty
};

}  // namespace postbag::sasl
