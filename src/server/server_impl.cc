#include "server/server_impl.h"

#include <functional>
#include <system_error>
#include <utility>

#include "async/net/network.h"
#include "core/wipe.h"
#include "server/accounts/account_names.h"
#include "server/failures.h"
#include "server/limits_table.h"
#include "server/login/jwt.h"
#include "storage/accounts/directory.h"
#include "storage/accounts/file_stores.h"

namespace postbag {

namespace {

/// The host's clock. A call that fails uses the system clock instead.
class HostClock final : public Clock {
 public:
  explicit HostClock(server::HostCalls& calls) : calls_(calls) {}
  DateTime now() const override {
    const std::optional<std::int64_t> seconds = calls_.clock();
    return seconds ? DateTime{*seconds, 0} : system_clock().now();
  }

 private:
  server::HostCalls& calls_;
};

void add_error(std::string& errors, std::string_view error) {
  if (!errors.empty()) errors += "; ";
  errors += error;
}

void add_range_error(std::string& errors, const std::string& name, std::uint64_t value, std::uint64_t least,
                     std::uint64_t most) {
  if (value < least || value > most)
    add_error(errors, name + " must be from " + std::to_string(least) + " to " + std::to_string(most));
}

void check_addresses(const ServerOptions& options, std::string& errors) {
  const bool has_tls = !options.tls.certificates.empty();
  for (const auto* const list : {&options.listen, &options.listen_tls})
    for (const std::string& address : *list)
      if (!is_listen_address(address)) add_error(errors, "not an address to listen on: " + address);
  if (!options.listen_tls.empty() && !has_tls) add_error(errors, "listen_tls needs a certificate");
  if (has_tls || options.allow_plaintext) return;
  for (const std::string& text : options.listen) {
    const auto descriptor = async::parse_descriptor(text);
    const auto address = descriptor ? async::bound_address(*descriptor) : async::Address::parse(text);
    if (descriptor && address && address->port() == 0) continue;  // not bound, which start() reports
    if (address && !address->is_loopback())
      add_error(errors, text + " is no loopback address: it needs TLS, or allow_plaintext");
  }
}

}  // namespace

std::string Server::Impl::check_options() {
  std::string errors;
  check_addresses(options, errors);
  for (const std::string& network : options.proxies)
    if (!is_network(network)) add_error(errors, "not a network of proxies: " + network);
  if (!options.tls.certificates.empty())
    if (const std::string error = use_tls(options.tls); !error.empty()) add_error(errors, error);
  add_range_error(errors, "workers", options.workers, 0, ServerOptions::most_workers);
  for (const std::string* const socket : {&options.auth.logins, &options.auth.users})
    if (!is_auth_socket(*socket)) add_error(errors, "not an authentication socket: " + *socket);
  if (!is_account_names(options.names)) add_error(errors, "invalid default domain or separator of account names");
  for (const auto& [name, value] : options.limits)
    if (const auto error = server::set_limit(limits, name, value)) add_error(errors, *error);
  const History& history = options.history;
  add_range_error(errors, "history ranges", history.ranges, 1, History::most_ranges);
  add_range_error(errors, "history days", history.days, 1, History::most_days);
  const auto idle = options.close_idle_after.count();
  const auto longest = static_cast<std::uint64_t>(ServerOptions::longest_idle.count());
  add_range_error(errors, "close_idle_after", static_cast<std::uint64_t>(idle), 0, longest);  // -1: huge
  if (!options.token_keys.key.empty())
    if (const auto checker = server::JwtChecker::make(options.token_keys); !checker)
      add_error(errors, checker.error());
  if (options.token_scope.find_first_of("\"\\") != std::string::npos) add_error(errors, "invalid scope of tokens");
  if (options.data_dir.find('\0') != std::string::npos) add_error(errors, "data_dir contains NUL");
  return errors;
}

std::string Server::Impl::use_tls(TlsOptions& chosen) {
  tls::Options wanted{.certificates = {},
                      .client_ca = chosen.client_ca,
                      .minimum = chosen.minimum == TlsVersion::tls13 ? tls::Version::tls13 : tls::Version::tls12};
  for (TlsCertificate& one : chosen.certificates) {
    wanted.certificates.push_back({.chain = one.chain, .key = one.key});
    wipe(one.key);
  }
  auto made = tls::Context::make(wanted);
  for (tls::CertificatePem& one : wanted.certificates) wipe(one.key);
  if (!made) return made.error();
  tls.set(std::move(*made));
  return {};
}

bool is_listen_address(std::string_view text) {
  constexpr std::size_t longest_path = 107;  // what the kernel's sockaddr_un takes, unix(7)
  if (text.find('\0') != std::string_view::npos) return false;
  if (async::parse_descriptor(text)) return true;
  const auto address = async::Address::parse(text);
  return address && address->path().size() <= longest_path;
}

bool is_auth_socket(std::string_view text) {
  return text.empty() || (is_listen_address(text) && text.starts_with("unix:"));
}

bool is_network(std::string_view text) { return async::Network::parse(text).has_value(); }

Expected<std::string> listen_early(std::string_view address) {
  if (!is_listen_address(address))
    return std::unexpected(Failure{Cause::bad_option, "not an address to listen on: " + std::string(address)});
  try {
    return "fd:" + std::to_string(async::ListeningSocket::open(address).release());
  } catch (const std::system_error& error) {
    return std::unexpected(Failure{Cause::cannot_listen, error.what()});
  }
}

/// The lock is held until the server ends.
void Server::Impl::open_data() {
  if (options.clock) host_clock = std::make_unique<HostClock>(calls);
  if (!options.data_dir.empty()) lock = storage::DataLock::acquire(options.data_dir);
  storage::StoreOptions locked;
  locked.other_writers = storage::OtherWriters::none;
  auto directory = storage::Directory::open(options.data_dir, host_clock ? *host_clock : system_clock(),
                                            std::make_unique<storage::FileStores>(options.data_dir, locked));
  stores = &directory->stores();
  registry = std::make_shared<server::AccountRegistry>(std::move(directory), options.names);
  not_deleted = registry->sweep().left;
}

}  // namespace postbag
