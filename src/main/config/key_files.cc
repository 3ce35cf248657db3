#include "main/config/key_files.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include <sys/stat.h>

namespace postbag::daemon {

std::expected<std::string, std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(file), {});
  if (!file.is_open() || file.bad()) return std::unexpected(path + ": " + std::strerror(errno));
  return text;
}

/// A key that any user of the machine may read is no secret any more.
std::expected<std::string, std::string> read_secret_file(const std::string& path) {
  struct stat info{};
  if (::stat(path.c_str(), &info) == 0 && (info.st_mode & (S_IROTH | S_IWOTH)) != 0)
    return std::unexpected(path + ": everybody may read this private key; take that right away (chmod o-rwx)");
  return read_file(path);
}

std::expected<std::string, std::string> read_token_key(const std::string& path, std::string_view algorithm) {
  if (algorithm != "HS256") return read_file(path);
  auto key = read_secret_file(path);
  if (key && key->ends_with('\n')) key->pop_back();
  if (key && key->ends_with('\r')) key->pop_back();
  return key;
}

}  // namespace postbag::daemon
