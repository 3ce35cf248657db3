#include "main/config/tls_files.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>

#include <sys/stat.h>

#include "main/config/key_files.h"
#include "main/wipe.h"

namespace postbag::daemon {

namespace {

std::vector<std::string> paths_of(const TlsFiles& files) {
  std::vector<std::string> paths;
  for (const auto& [chain, key] : files.certificates) paths.insert(paths.end(), {chain, key});
  if (!files.client_ca.empty()) paths.push_back(files.client_ca);
  return paths;
}

/// Different after each change of the file: another file in its place, or other bytes in it.
std::string state_of(const std::string& path) {
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0) return {};
  std::string state;
  for (const auto part :
       {static_cast<long long>(info.st_ino), static_cast<long long>(info.st_size),
        static_cast<long long>(info.st_mtim.tv_sec), static_cast<long long>(info.st_mtim.tv_nsec),
        static_cast<long long>(info.st_ctim.tv_sec), static_cast<long long>(info.st_ctim.tv_nsec)})
    state += std::to_string(part) + ' ';
  return state;
}

std::vector<std::string> states_of(const std::vector<std::string>& paths) {
  std::vector<std::string> states;
  for (const std::string& path : paths) states.push_back(state_of(path));
  return states;
}

std::expected<void, std::string> read_into(TlsOptions& options, const TlsFiles& files) {
  options.certificates.reserve(files.certificates.size());
  for (const auto& [chain_path, key_path] : files.certificates) {
    auto chain = read_file(chain_path);
    if (!chain) return std::unexpected(chain.error());
    auto key = read_secret_file(key_path);
    if (!key) return std::unexpected(key.error());
    options.certificates.push_back({std::move(*chain), std::move(*key)});
  }
  if (files.client_ca.empty()) return {};
  auto authorities = read_file(files.client_ca);
  if (!authorities) return std::unexpected(authorities.error());
  options.client_ca = std::move(*authorities);
  return {};
}

}  // namespace

std::expected<TlsOptions, std::string> read_tls(const TlsFiles& files) {
  TlsOptions options;
  options.minimum = files.minimum;
  const std::expected<void, std::string> done = read_into(options, files);
  if (done) return options;
  wipe_keys(options);
  return std::unexpected(done.error());
}

void wipe_keys(TlsOptions& options) {
  for (TlsCertificate& one : options.certificates) wipe(one.key);
}

std::string why_unreadable(const TlsFiles& files) {
  for (const std::string& path : paths_of(files))
    if (!std::ifstream(path).is_open()) return path + ": " + std::strerror(errno);
  return {};
}

TlsWatch::TlsWatch(const TlsFiles& files) : paths_(paths_of(files)), seen_(states_of(paths_)) {}

bool TlsWatch::has_changed() {
  std::vector<std::string> now = states_of(paths_);
  seen_.swap(now);
  return seen_ != now;
}

}  // namespace postbag::daemon
