#include "async/signal.h"

#include <cassert>

namespace postbag::async {

void Signal::set() {
  set_ = true;
  if (waiter_) loop_.defer(*this);
}

void Signal::start(std::coroutine_handle<> coroutine, Deadline deadline) {
  assert(!waiter_ && "one waiter at a time");
  waiter_ = coroutine;
  loop_.timers().arm(*this, deadline);
}

void Signal::forget_waiter() {
  waiter_ = {};
  disarm();
  unqueue();
}

void Signal::run() {
  const std::coroutine_handle<> coroutine = waiter_;
  forget_waiter();
  coroutine.resume();
}

}  // namespace postbag::async
