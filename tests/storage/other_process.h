// A second process, so that a test can use an account from two.
#pragma once

#include <csignal>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <functional>
#include <stdexcept>
#include <string>

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace postbag::storage::test {

/// Waits for a text, does what it says, and answers with another one.
class OtherProcess {
 public:
  using Work = std::function<std::string(const std::string&)>;

  /// Forks, and calls make() in the new process. What is open here must not be used by the work.
  explicit OtherProcess(const std::function<Work()>& make) {
    REQUIRE(::pipe(ask_) == 0);
    REQUIRE(::pipe(answer_) == 0);
    child_ = ::fork();
    REQUIRE(child_ >= 0);
    ::signal(SIGPIPE, SIG_IGN);  // when it ends early, the test fails instead
    if (child_ == 0) serve(make);
    ::close(ask_[0]);
    ::close(answer_[1]);
  }
  ~OtherProcess() {
    ::close(ask_[1]);
    ::waitpid(child_, nullptr, 0);
    ::close(answer_[0]);
  }
  OtherProcess(const OtherProcess&) = delete;
  OtherProcess& operator=(const OtherProcess&) = delete;

  /// Returns when the work is done. Fails the test when the process has ended.
  std::string run(const std::string& text) const {
    send(ask_[1], text);
    std::string answer;
    REQUIRE(receive(answer_[0], answer));
    return answer;
  }

 private:
  static void write_all(int to, const void* data, std::size_t size) {
    for (const auto* at = static_cast<const char*>(data); size > 0;) {
      const auto count = ::write(to, at, size);
      if (count <= 0) throw std::runtime_error("cannot write to the other process");
      at += count;
      size -= static_cast<std::size_t>(count);
    }
  }
  static bool read_all(int from, void* data, std::size_t size) {
    for (auto* at = static_cast<char*>(data); size > 0;) {
      const auto count = ::read(from, at, size);
      if (count <= 0) return false;
      at += count;
      size -= static_cast<std::size_t>(count);
    }
    return true;
  }
  static void send(int to, const std::string& text) {
    const std::size_t size = text.size();
    write_all(to, &size, sizeof size);
    write_all(to, text.data(), size);
  }
  static bool receive(int from, std::string& text) {
    std::size_t size = 0;
    if (!read_all(from, &size, sizeof size)) return false;
    text.resize(size);
    return read_all(from, text.data(), size);
  }
  [[noreturn]] void serve(const std::function<Work()>& make) const {
    ::close(ask_[1]);
    ::close(answer_[0]);
    try {
      const Work work = make();
      for (std::string text; receive(ask_[0], text);) send(answer_[1], work(text));
      ::_exit(0);
    } catch (const std::exception& e) {
      ::dprintf(STDERR_FILENO, "the other process: %s\n", e.what());
    }
    ::_exit(1);
  }

  int ask_[2] = {};
  int answer_[2] = {};
  ::pid_t child_ = -1;
};

}  // namespace postbag::storage::test
