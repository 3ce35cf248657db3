#include "main/delivery/spool.h"

#include <array>
#include <cerrno>

#include <unistd.h>

#include "main/delivery/mail_filter.h"

namespace postbag::daemon {

namespace {
constexpr std::size_t piece = 64 * 1024;
}

bool Spool::write(const std::string& bytes) {
  size_ += bytes.size();
  return std::fwrite(bytes.data(), 1, bytes.size(), file_.get()) == bytes.size();
}

Spool::Read Spool::read_stdin(std::uint64_t most) {
  if (!file_) return Read::failed;
  MailFilter mail;
  std::array<char, piece> buffer;
  for (;;) {
    const ssize_t n = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Read::failed;
    const bool kept = write(n > 0 ? mail.filter({buffer.data(), static_cast<std::size_t>(n)}) : mail.finish());
    if (!kept) return Read::failed;
    if (size_ > most) return Read::too_big;
    if (n == 0) return std::fflush(file_.get()) == 0 ? Read::all : Read::failed;
  }
}

bool Spool::each(const std::function<bool(const std::string& bytes)>& sink) const {
  std::rewind(file_.get());
  std::string bytes(piece, '\0');
  for (;;) {
    bytes.resize(piece);
    bytes.resize(std::fread(bytes.data(), 1, piece, file_.get()));
    if (bytes.empty()) return std::ferror(file_.get()) == 0;
    if (!sink(bytes)) return true;
  }
}

}  // namespace postbag::daemon
