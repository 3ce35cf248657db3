// The files with the server's certificates and keys.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "postbag/server.h"

namespace postbag::daemon {

/// Paths. Those that are not absolute are below the working directory.
struct TlsFiles {
  struct Certificate {
    std::string chain;
    std::string key;
  };
  std::vector<Certificate> certificates;  ///< empty: no TLS
  std::string client_ca;                  ///< empty: none
  TlsVersion minimum = TlsVersion::tls12;
};

/// Reads them. Fails with one line when a file cannot be read, or when everybody may read a key.
std::expected<TlsOptions, std::string> read_tls(const TlsFiles& files);
/// Overwrites the private keys.
void wipe_keys(TlsOptions& options);
/// Why one of the files cannot be opened, in one line; empty: all can. Reads no key.
std::string why_unreadable(const TlsFiles& files);

/// Notices that one of the files was replaced or written to.
class TlsWatch {
 public:
  explicit TlsWatch(const TlsFiles& files);
  /// True when something changed since the constructor or the last call. Costs one look at each file's directory
  /// entry.
  bool has_changed();

 private:
  std::vector<std::string> paths_;
  std::vector<std::string> seen_;
};

}  // namespace postbag::daemon
