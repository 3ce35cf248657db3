#include "main/config/key_files.h"

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <memory>

#include <sys/stat.h>

namespace postbag::daemon {

/// No copy of a key stays in memory: nothing is buffered on the way, and the text does not move while it is smaller
/// than keys are.
std::expected<std::string, std::string> read_file(const std::string& path) {
  constexpr std::size_t piece = std::size_t{16} * 1024;
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rbe"), &std::fclose);
  if (file) std::setvbuf(file.get(), nullptr, _IONBF, 0);
  std::string text;
  std::size_t size = 0;
  while (file && std::feof(file.get()) == 0 && std::ferror(file.get()) == 0) {
    text.resize(size + piece);
    size += std::fread(text.data() + size, 1, piece, file.get());
  }
  if (!file || std::ferror(file.get()) != 0) return std::unexpected(path + ": " + std::strerror(errno));
  text.resize(size);
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
