// Reads what is known of a connection from OpenSSL. Only for src/tls.
#pragma once

#include <optional>
#include <string>

#include "tls/handles.h"
#include "tls/info.h"

namespace postbag::tls {

/// Both after the handshake.
Info describe(const SSL& ssl);
/// Nothing when that binding is not defined for this connection.
std::optional<std::string> channel_binding(SSL& ssl, ChannelBinding kind);

}  // namespace postbag::tls
