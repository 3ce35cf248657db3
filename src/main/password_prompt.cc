#include "main/password_prompt.h"

#include <cstddef>
#include <cstdio>

#include <sysexits.h>
#include <termios.h>
#include <unistd.h>

#include "main/report_error.h"
#include "main/wipe.h"

namespace postbag::daemon {

namespace {

/// Turns the terminal's echo off while it exists.
class EchoOff {
 public:
  EchoOff() {
    ::tcgetattr(STDIN_FILENO, &before_);
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  }
  EchoOff(const EchoOff&) = delete;
  EchoOff& operator=(const EchoOff&) = delete;
  ~EchoOff() {
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    std::fputc('\n', stderr);
  }

 private:
  termios before_{};
};

/// Byte by byte, so that no buffer keeps a copy.
std::string read_line() {
  constexpr std::size_t longest = 2048;
  std::string line;
  line.reserve(longest);  // it never moves
  for (char c = 0; line.size() < longest && ::read(STDIN_FILENO, &c, 1) == 1 && c != '\n';) line += c;
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

std::string ask(const char* prompt) {
  std::fputs(prompt, stderr);
  const EchoOff echo_off;
  return read_line();
}

}  // namespace

std::optional<std::string> read_password() {
  const bool terminal = ::isatty(STDIN_FILENO) == 1;
  std::string password = terminal ? ask("Password: ") : read_line();
  if (password.empty()) {
    report_error("no password given", EX_USAGE);
    return std::nullopt;
  }
  if (!terminal) return password;
  std::string again = ask("Again: ");
  const bool equal = again == password;
  wipe(again);
  if (equal) return password;
  wipe(password);
  report_error("the two passwords differ", EX_USAGE);
  return std::nullopt;
}

}  // namespace postbag::daemon
