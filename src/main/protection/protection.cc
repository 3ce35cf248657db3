#include "main/protection/protection.h"

#include <cerrno>
#include <filesystem>
#include <iterator>
#include <string_view>
#include <system_error>

#include <unistd.h>

#include "main/protection/sanitized.h"
#include "main/protection/seccomp.h"
#include "main/protection/user.h"

namespace postbag::daemon {

namespace {

constexpr std::string_view unix_prefix = "unix:";

/// What libraries read while the server runs: conversions between charsets (iconv), time zones, trusted
/// certificates, and what glibc asks about the machine.
constexpr const char* read_by_libraries[] = {"/usr/lib",
                                             "/usr/lib64",
                                             "/lib",
                                             "/lib64",
                                             "/usr/share",
                                             "/etc/ld.so.cache",
                                             "/etc/localtime",
                                             "/etc/ssl",
                                             "/dev/null",
                                             "/dev/urandom",
                                             "/proc/self",
                                             "/proc/meminfo",
                                             "/proc/sys/vm/overcommit_memory",
                                             "/sys/devices/system/cpu"};

std::unexpected<Failure> bad_user(const std::string& what) {
  return std::unexpected(Failure{Cause::bad_option, what});
}

/// A Unix socket is bound later, so that it belongs to the user.
Expected<void> bind_ports(std::vector<std::string>& addresses) {
  for (std::string& address : addresses) {
    if (address.starts_with(unix_prefix)) continue;
    Expected<std::string> bound = listen_early(address);
    if (!bound) return std::unexpected(bound.error());
    address = std::move(*bound);
  }
  return {};
}

/// Makes it for the user if it does not exist: the user may not be allowed to.
void make_directory_for(const SystemUser& user, const std::string& path) {
  std::error_code failed;
  if (!std::filesystem::create_directory(path, failed)) return;  // what is wrong then shows when it is opened
  if (::chown(path.c_str(), user.uid, user.gid) != 0)
    throw std::system_error(errno, std::generic_category(), "chown " + path);
  ::sync();  // mail in it that is synced is not lost with it
}

template <class F>
Expected<void> or_broken(F&& what) {
  try {
    what();
    return {};
  } catch (const std::exception& error) {
    return std::unexpected(Failure{Cause::broken, error.what()});
  }
}

}  // namespace

Expected<void> Protection::become_user(ServerOptions& options) {
  const std::string& name = settings_.user;
  if (name.empty()) return {};
  const std::optional<SystemUser> user = find_user(name);
  if (!user) return bad_user("no such user: " + name);
  if (user->uid == ::geteuid()) return {};
  if (!runs_as_root()) return bad_user("only root can become " + name);
  for (auto* const addresses : {&options.listen, &options.listen_tls})
    if (const Expected<void> bound = bind_ports(*addresses); !bound) return bound;
  return or_broken([&] {
    make_directory_for(*user, options.data_dir);
    become(*user);
  });
}

Expected<void> Protection::restrict_files(const ServerOptions& options, std::vector<std::string> readable) {
  if (!settings_.landlock || is_sanitized) return {};
  FileAccess access{.readable = std::move(readable), .writable = {options.data_dir}};
  access.readable.insert(access.readable.end(), std::begin(read_by_libraries), std::end(read_by_libraries));
  for (const auto* const addresses : {&options.listen, &options.listen_tls})
    for (const std::string& address : *addresses)
      if (address.starts_with(unix_prefix)) add_directory_of(access.writable, address.substr(unix_prefix.size()));
  for (const std::string* const socket : {&options.auth.logins, &options.auth.users})
    if (!socket->empty()) add_directory_of(access.writable, socket->substr(unix_prefix.size()));
  return or_broken([&] { landlock_ = daemon::restrict_files(access); });
}

Expected<void> Protection::restrict_calls() {
  if (!settings_.seccomp || is_sanitized) return {};
  return or_broken([&] { seccomp_ = restrict_system_calls(); });
}

bool Protection::is_needlessly_root() const { return settings_.user.empty() && runs_as_root(); }

std::string Protection::text() const {
  std::string out = "user " + std::to_string(::geteuid());
  out += landlock_ > 0 ? ", landlock " + std::to_string(landlock_) : ", no landlock";
  return out + (seccomp_ ? ", seccomp" : ", no seccomp");
}

}  // namespace postbag::daemon
