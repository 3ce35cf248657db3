// How a server starts, stops and is destroyed, on whichever thread the host calls it.

#include <algorithm>
#include <cassert>
#include <system_error>
#include <utility>

#include "async/quiet_thread.h"
#include "server/failures.h"
#include "server/server_impl.h"

namespace postbag {

using server::guarded;

namespace {

/// Longer than anybody waits, and far from the largest time of the clock.
constexpr std::chrono::milliseconds longest_grace = std::chrono::weeks{1};

}  // namespace

Server::Impl::~Impl() {
  assert(!thread.joinable());
  if (serving) stop_serving();  // destroyed within start(), by the log callback
}

// ---- starting ----

Expected<void> Server::Impl::claim_start() {
  const std::lock_guard held(mutex);
  if (state == State::running) return std::unexpected(Failure{Cause::started, "the server was started before"});
  if (state == State::stopped) return std::unexpected(Failure{Cause::stopped, "the server was stopped"});
  state = State::running;
  ended = false;
  return {};
}

void Server::Impl::give_up_start() {
  {
    const std::lock_guard held(mutex);
    if (ends_at == async::never) {  // else somebody waits for `stopped`
      state = State::opened;
      ended = true;
      calls.forget_loop_thread();
      changed.notify_all();
      return;
    }
  }
  report_stopped();
}

Expected<void> Server::Impl::try_begin() {
  calls.set_loop_thread();
  const Clock& clock = host_clock ? *host_clock : system_clock();
  auto made = std::make_unique<server::Serving>(
      *loop, server::ServingParts{options, limits, clock, *registry, *stores, poster, calls, totals, tls});
  try {
    made->listen();
  } catch (const std::system_error& error) {
    return std::unexpected(Failure{Cause::cannot_listen, error.what()});
  }
  serving = std::move(made);
  poster->attach(*loop);
  async::Deadline at = async::never;
  {
    const std::lock_guard held(mutex);
    addresses = serving->addresses();
    tls_addresses = serving->tls_addresses();
    at = ends_at;
  }
  serving->warn();
  for (const std::string& why : not_deleted)
    serving->log().write({}, {LogEvent::Level::warning, "cannot delete a removed account", {}, why});
  if (at != async::never) end_by(at);  // stop() was called before the loop was attached
  return {};
}

Expected<void> Server::Impl::serve_in(uv_loop_s& host_loop) {
  const Expected<void> claimed = claim_start();
  if (!claimed) return claimed;
  Expected<void> begun = guarded([&] {
    thread_owned = false;
    loop = std::make_unique<async::Loop>(host_loop);
    return try_begin();
  });
  if (begun) return begun;
  loop.reset();
  give_up_start();
  return begun;
}

Expected<void> Server::Impl::serve_on_own_thread() {
  const Expected<void> claimed = claim_start();
  if (!claimed) return claimed;
  thread_owned = true;
  std::optional<Expected<void>> outcome;
  const Expected<void> born = guarded([&]() -> Expected<void> {
    thread = async::quiet_thread([&, self = shared_from_this()] {
      self->own_thread([&](Expected<void> begun) {
        const std::lock_guard held(self->mutex);
        outcome = std::move(begun);
        self->changed.notify_all();
      });
    });
    return {};
  });
  if (born) {
    std::unique_lock held(mutex);
    changed.wait(held, [&] { return outcome.has_value(); });
  }
  if (born && *outcome) return {};
  if (thread.joinable()) thread.join();
  give_up_start();
  return born ? std::move(*outcome) : born;
}

void Server::Impl::own_thread(const std::function<void(Expected<void>)>& begun) {
  Expected<void> outcome = guarded([&] {
    loop = std::make_unique<async::Loop>();
    return try_begin();
  });
  const bool serves = outcome.has_value();
  if (!serves) loop.reset();
  begun(std::move(outcome));  // `begun` is invalid from here on
  if (!serves) return;
  loop->run();
  stop_serving();
  report_stopped();
}

// ---- stopping ----

void Server::Impl::stop(std::chrono::milliseconds grace, std::function<void()> stopped) {
  const async::Deadline at = async::in(std::clamp(grace, std::chrono::milliseconds{0}, longest_grace));
  bool runs = false;
  {
    const std::lock_guard held(mutex);
    runs = state == State::running;
    if (runs) {
      if (stopped) on_stopped.push_back(std::move(stopped));
      ends_at = std::min(ends_at, at);
    } else {
      state = State::stopped;
    }
  }
  if (runs)
    poster->post(
        [this, at] { end_by(at); });  // dropped before the loop is attached: then try_begin() reads ends_at
  else if (stopped)
    calls.call("stopped", stopped);
}

/// On the loop's thread.
void Server::Impl::end_by(async::Deadline at) {
  if (!serving) return;
  if (ending) return serving->shorten_deadline(at);
  // Posted, so that it comes after the last output to the host's connections, which is posted too.
  auto at_end = [this](const std::exception_ptr&) { loop->post([self = shared_from_this()] { self->finish(); }); };
  ending = std::make_unique<async::Job>(*loop, serving->end(at), std::move(at_end));
}

/// Runs at the top of the loop's stack, so everything may be destroyed here.
void Server::Impl::finish() {
  if (thread_owned) return loop->stop();
  stop_serving();
  report_stopped();
}

void Server::Impl::stop_serving() {
  poster->detach();
  ending.reset();
  serving.reset();
  loop.reset();
}

void Server::Impl::report_stopped() {
  std::unique_lock held(mutex);
  state = State::stopped;
  while (!on_stopped.empty()) {
    std::function<void()> stopped = std::move(on_stopped.front());
    on_stopped.pop_front();
    held.unlock();
    calls.call("stopped", stopped);
    stopped = nullptr;  // it may have owned the server
    held.lock();
  }
  ended = true;
  changed.notify_all();
}

void Server::Impl::wait() {
  if (calls.on_loop_thread()) return;  // waiting for its own thread would never end
  std::unique_lock held(mutex);
  changed.wait(held, [&] { return ended; });
}

// ---- being destroyed ----

void Server::Impl::finish_callbacks() {
  calls.call_outstanding();
  report_stopped();
  calls.mute();
}

void Server::Impl::finish_later(std::move_only_function<void()> rest) {
  poster->post(std::move(rest));
  poster->detach();
  if (calls.on_loop_thread()) finish_callbacks();
}

/// When the host calls from the server's own thread, it cannot wait for that thread: the thread owns the Impl and
/// ends by itself.
void Server::Impl::free_own_thread(bool inside) {
  if (!inside && !calls.on_loop_thread()) {
    stop(std::chrono::milliseconds{0}, {});
    return thread.join();
  }
  thread.detach();
  finish_later([self = shared_from_this()] { self->loop->stop(); });
}

void Server::Impl::free_in_host_loop(bool inside) {
  auto rest = [self = shared_from_this()] {
    self->poster->detach();
    self->finish_callbacks();
    self->stop_serving();
  };
  if (inside || !calls.on_loop_thread()) return finish_later(std::move(rest));
  rest();
}

/// No part of the server may be destroyed while its own code is on the stack; from the top of the loop's stack it
/// may.
void Server::Impl::free() {
  const State before = [&] {
    const std::lock_guard held(mutex);
    return state;
  }();
  // Inside a callback, or inside the destructor of an object that the host gave.
  const bool inside = calls.is_inside() || (calls.on_loop_thread() && loop && loop->is_inside());
  if (thread.joinable())
    free_own_thread(inside);
  else if (before == State::running)
    free_in_host_loop(inside);
  if (before != State::stopped) return;
  registry.reset();  // so that another server can open the directory at once, even inside `stopped`
  lock.reset();
}

}  // namespace postbag
