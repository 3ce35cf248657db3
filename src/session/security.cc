#include "session/security.h"

#include <string_view>

#include "session/client_connection.h"

namespace postbag {

namespace {

/// The user whom a certificate names: by a mail address, else by a common name that stands first and has nothing in
/// it that RFC 4514 section 2.4 escapes. Empty: nobody.
std::string name_in(const tls::ClientCertificate& certificate) {
  if (!certificate.mail_addresses.empty()) return certificate.mail_addresses.front();
  constexpr std::string_view common_name = "CN=";
  std::string_view subject = certificate.subject;
  if (!subject.starts_with(common_name)) return {};
  subject.remove_prefix(common_name.size());
  const std::string_view name = subject.substr(0, subject.find(','));
  return name.find_first_of("\\+\"#;<>") == std::string_view::npos ? std::string(name) : std::string();
}

}  // namespace

sasl::Needs Security::abilities() const {
  namespace needs = sasl::needs;
  const auto when = [](bool present, sasl::Needs need) { return present ? need : sasl::Needs{0}; };
  return static_cast<sasl::Needs>(when(confidential, needs::confidentiality) |
                                  when(bindings.has_any(), needs::channel_binding) |
                                  when(!certificate_name.empty(), needs::certificate));
}

bool is_confidential(const ClientConnection& connection) {
  return connection.is_encrypted() || (connection.stream().is_local() && connection.address().is_loopback());
}

Security security_of(const ClientConnection& connection) {
  Security security{.confidential = is_confidential(connection)};
  if (!connection.is_encrypted()) return security;
  const tls::Stream& tls = *connection.tls();
  security.bindings.tls_exporter = tls.channel_binding(tls::ChannelBinding::exporter);
  security.bindings.tls_server_end_point = tls.channel_binding(tls::ChannelBinding::server_end_point);
  security.bindings.tls_unique = tls.channel_binding(tls::ChannelBinding::unique);
  if (const auto client = tls.info().client) security.certificate_name = name_in(*client);
  return security;
}

}  // namespace postbag
