// The message on stdin, read completely before anything else is done.
#pragma once

#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>

namespace postbag::daemon {

/// A file without a name that disappears with this object: a slow writer on stdin delays nobody else.
class Spool {
 public:
  enum class Read : std::uint8_t { all, too_big, failed };

  Spool() : file_(std::tmpfile(), &std::fclose) {}
  /// Reads stdin and stores it converted by MailFilter, up to `most` bytes. `failed`: stdin or the file failed;
  /// see errno.
  Read read_stdin(std::uint64_t most);
  /// Passes all of it to `sink` in pieces of at most 64 KiB, until `sink` yields false. False when the file
  /// failed.
  bool each(const std::function<bool(const std::string& bytes)>& sink) const;

 private:
  bool write(const std::string& bytes);

  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
  std::uint64_t size_ = 0;
};

}  // namespace postbag::daemon
