#include "async/loop.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <deque>
#include <iterator>
#include <mutex>
#include <system_error>

#include <uv.h>

#include "async/handle_owner.h"

namespace postbag::async {

namespace {
constexpr std::size_t read_size = 64 * 1024;
/// Run before the loop looks at its sockets and timers again: a thousand sessions may end at the same moment.
constexpr std::size_t ready_at_once = 32;

/// Throws when no descriptors or memory are left.
void require(int status, const char* what) {
  if (status != 0) throw std::system_error(-status, std::generic_category(), what);
}
}  // namespace

/// The libuv handles and the data of their callbacks. Freed when the last handle has closed.
struct Loop::Core {
  explicit Core(uv_loop_t* host);
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  class Inside;
  bool owns_loop() const { return loop == &own; }
  void run_ready();
  void run_posted();
  /// Sets libuv's only timer to our earliest deadline. When that moves to later, the timer stays and fires once
  /// for nothing.
  void arm_timer();
  void close();
  template <class Handle, class Init>
  void open(Handle& handle, Init init);

  uv_loop_t own{};
  uv_loop_t* loop;
  uv_async_t posted_signal{};
  uv_prepare_t before_poll{};
  uv_check_t after_poll{};
  uv_idle_t no_sleep{};  // active while something is ready, so that the poll does not wait
  uv_timer_t timer{};
  std::size_t open_handles = 0;
  std::size_t entered = 0;

  ReadyList ready;
  Timers timers;
  Deadline armed_for = never;
  std::unique_ptr<char[]> buffer = std::make_unique_for_overwrite<char[]>(read_size);
  bool stopped = false;

  std::deque<std::move_only_function<void()>>
      running;  // taken from `posted`; a function that runs may destroy the Loop
  std::mutex mutex;
  std::deque<std::move_only_function<void()>> posted;
};

template <class Handle, class Init>
void Loop::Core::open(Handle& handle, Init init) {
  init(handle);
  handle.data = this;
  ++open_handles;
}

Loop::Core::Core(uv_loop_t* host) : loop(host != nullptr ? host : &own) {
  if (owns_loop()) require(uv_loop_init(loop), "uv_loop_init");
  open(posted_signal, [&](uv_async_t& h) {
    const int status = uv_async_init(loop, &h, [](uv_async_t* a) { static_cast<Core*>(a->data)->run_posted(); });
    if (status != 0 && owns_loop()) uv_loop_close(loop);
    require(status, "uv_async_init");
  });
  open(before_poll, [&](uv_prepare_t& h) { uv_prepare_init(loop, &h); });
  open(after_poll, [&](uv_check_t& h) { uv_check_init(loop, &h); });
  open(no_sleep, [&](uv_idle_t& h) { uv_idle_init(loop, &h); });
  open(timer, [&](uv_timer_t& h) { uv_timer_init(loop, &h); });
  uv_prepare_start(&before_poll, [](uv_prepare_t* h) { static_cast<Core*>(h->data)->run_ready(); });
  uv_check_start(&after_poll, [](uv_check_t* h) { static_cast<Core*>(h->data)->run_ready(); });
  uv_unref(reinterpret_cast<uv_handle_t*>(&before_poll));
  uv_unref(reinterpret_cast<uv_handle_t*>(&after_poll));
}

/// Counts the libuv callbacks on the stack.
class Loop::Core::Inside {
 public:
  explicit Inside(Core& core) : core_(core) { ++core_.entered; }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;
  ~Inside() { --core_.entered; }

 private:
  Core& core_;
};

void Loop::Core::run_ready() {
  const Inside inside(*this);
  ready.run_some(ready_at_once);
  if (ready.empty()) uv_idle_stop(&no_sleep);
  arm_timer();
}

void Loop::Core::run_posted() {
  const Inside inside(*this);
  {
    const std::lock_guard lock(mutex);
    std::ranges::move(posted, std::back_inserter(running));
    posted.clear();
  }
  while (!running.empty()) {
    std::move_only_function<void()> what = std::move(running.front());
    running.pop_front();
    what();
  }
}

void Loop::Core::arm_timer() {
  const Deadline earliest = timers.earliest();
  if (earliest >= armed_for) return;
  armed_for = earliest;
  const auto wait = std::chrono::ceil<std::chrono::milliseconds>(earliest - std::chrono::steady_clock::now());
  uv_update_time(loop);
  const auto on_timer = [](uv_timer_t* t) {
    Core& core = *static_cast<Core*>(t->data);
    const Inside inside(core);
    core.armed_for = never;
    core.timers.fire_due(std::chrono::steady_clock::now());
    core.arm_timer();
  };
  uv_timer_start(&timer, on_timer, wait.count() > 0 ? static_cast<std::uint64_t>(wait.count()) : 0, 0);
}

void Loop::Core::close() {
  const std::array<uv_handle_t*, 5> handles{
      reinterpret_cast<uv_handle_t*>(&posted_signal), reinterpret_cast<uv_handle_t*>(&before_poll),
      reinterpret_cast<uv_handle_t*>(&after_poll), reinterpret_cast<uv_handle_t*>(&no_sleep),
      reinterpret_cast<uv_handle_t*>(&timer)};
  for (uv_handle_t* handle : handles)
    uv_close(handle, [](uv_handle_t* h) {
      Core* core = static_cast<Core*>(h->data);
      // The memory of a loop of our own is inside the core: the destructor of Loop frees it when uv_run has
      // returned.
      if (--core->open_handles == 0 && !core->owns_loop()) delete core;
    });
}

Loop::Loop() : core_(new Core(nullptr)) {}
Loop::Loop(uv_loop_s& host) : core_(new Core(&host)) {}

Loop::~Loop() {
  // Destroying the functions may call the host, so no lock is held meanwhile.
  std::deque<std::move_only_function<void()>> dropped;
  {
    const std::lock_guard lock(core_->mutex);
    dropped.swap(core_->posted);
  }
  core_->running.clear();
  dropped.clear();
  const std::unique_ptr<Core> own(core_->owns_loop() ? core_ : nullptr);
  core_->close();
  if (!own) return;
  uv_walk(
      &own->own,
      [](uv_handle_t* h, void*) {
        if (!uv_is_closing(h)) static_cast<HandleOwner*>(h->data)->close_handles();
      },
      nullptr);
  uv_run(&own->own, UV_RUN_DEFAULT);
  [[maybe_unused]] const int status = uv_loop_close(&own->own);
  assert(status == 0);
}

void Loop::run() {
  assert(core_->owns_loop());
  while (!core_->stopped) uv_run(core_->loop, UV_RUN_DEFAULT);
  core_->stopped = false;
}

void Loop::stop() {
  post([core = core_] {
    core->stopped = true;
    uv_stop(core->loop);
  });
}

void Loop::post(std::move_only_function<void()> what) {
  bool first = false;
  {
    const std::lock_guard lock(core_->mutex);
    first = core_->posted.empty();
    core_->posted.push_back(std::move(what));
  }
  if (first) uv_async_send(&core_->posted_signal);
}

void Loop::defer(Ready& item) {
  if (core_->ready.empty()) uv_idle_start(&core_->no_sleep, [](uv_idle_t*) {});
  core_->ready.push(item);
}

Timers& Loop::timers() { return core_->timers; }
std::span<char> Loop::read_buffer() { return {core_->buffer.get(), read_size}; }
bool Loop::is_inside() const { return core_->entered > 0; }
uv_loop_s* Loop::uv() { return core_->loop; }

}  // namespace postbag::async
