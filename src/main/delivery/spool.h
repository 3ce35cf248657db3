// The message on stdin, read to its end before anything else is done.
#pragma once

#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>

namespace postbag::daemon {

/// A file without a name that goes with this object: whoever writes to us may take his time, and holds up nobody.
class Spool {
 public:
  enum class Read : std::uint8_t { all, too_big, failed };

  Spool() : file_(std::tmpfile(), &std::fclose) {}
  /// Takes stdin, made into mail as it is stored, up to `most` bytes. `failed`: stdin or the file broke; see errno.
  Read read_stdin(std::uint64_t most);
  /// Hands all of it to `sink` in pieces of at most 64 KiB, until that yields false. False when the file broke.
  bool each(const std::function<bool(const std::string& bytes)>& sink) const;

 private:
  bool write(const std::string& bytes);

  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
  std::uint64_t size_ = 0;
};

}  // namespace postbag::daemon
