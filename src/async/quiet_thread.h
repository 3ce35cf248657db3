// Threads inside the host's process.
#pragma once

#include <csignal>
#include <thread>
#include <utility>

#include <pthread.h>

namespace postbag::async {

/// Starts a thread with all signals blocked: signals belong to the host, and a disconnected peer must not raise
/// one in its process. Throws std::system_error when no more threads can be created.
template <class F>
std::thread quiet_thread(F run) {
  class Blocked {
   public:
    Blocked() {
      sigset_t all;
      sigfillset(&all);
      pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    Blocked(const Blocked&) = delete;
    Blocked& operator=(const Blocked&) = delete;
    ~Blocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

   private:
    sigset_t before_{};
  };
  const Blocked blocked;
  return std::thread(std::move(run));
}

}  // namespace postbag::async
