// Threads in somebody else's process.
#pragma once

#include <csignal>
#include <thread>
#include <utility>

#include <pthread.h>

namespace postbag::async {

/// A thread that is born with all signals blocked, as signals are the host's affair, and a peer that goes away must
/// not raise one there. Throws std::system_error when there can be no more threads.
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
