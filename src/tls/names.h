// Which certificates are for a host's name. Only for src/tls.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace postbag::tls {

/// A lookup takes two hashes of at most 255 bytes, however many names there are.
class Names {
 public:
  /// `pattern` in small letters: "mail.example.org", or "*.example.org" for all names with one more label.
  void add(std::string_view pattern, std::size_t certificate);
  /// The certificates for that name, in the order of add(), exact names before wildcards; empty when there is none.
  /// RFC 9525 section 6.3.
  std::vector<std::size_t> find(std::string_view name) const;

 private:
  std::unordered_map<std::string, std::vector<std::size_t>> exact_;
  std::unordered_map<std::string, std::vector<std::size_t>> wildcards_;  ///< by what follows the "*."
};

}  // namespace postbag::tls
