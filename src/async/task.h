// Task<T>: a coroutine that does nothing until it is awaited, and yields a T or an exception.
#pragma once

#include <cassert>
#include <coroutine>
#include <exception>
#include <type_traits>
#include <utility>
#include <variant>

namespace postbag::async {

template <class T = void>
class Task;

namespace detail {

/// The part of a Task's frame that does not depend on T: the coroutine to resume when it ends.
class PromiseBase {
 public:
  /// Resumes the coroutine that awaits the ended one; none when that is still inside await_ready.
  struct AtEnd {
    bool await_ready() const noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> ended) const noexcept {
      const std::coroutine_handle<> next = ended.promise().continuation_;
      return next ? next : std::noop_coroutine();
    }
    void await_resume() const noexcept {}
  };

  std::suspend_always initial_suspend() const noexcept { return {}; }
  AtEnd final_suspend() const noexcept { return {}; }
  void continue_with(std::coroutine_handle<> continuation) noexcept { continuation_ = continuation; }

 private:
  std::coroutine_handle<> continuation_;
};

template <class T>
class Promise : public PromiseBase {
 public:
  Task<T> get_return_object() noexcept;
  void unhandled_exception() noexcept { result_.template emplace<2>(std::current_exception()); }
  template <class U>
    requires std::is_constructible_v<T, U&&>
  void return_value(U&& value) {
    result_.template emplace<1>(std::forward<U>(value));
  }
  T take() {
    if (result_.index() == 2) std::rethrow_exception(std::get<2>(result_));
    return std::move(std::get<1>(result_));
  }

 private:
  std::variant<std::monostate, T, std::exception_ptr> result_;
};

template <>
class Promise<void> : public PromiseBase {
 public:
  Task<void> get_return_object() noexcept;
  void unhandled_exception() noexcept { error_ = std::current_exception(); }
  void return_void() const noexcept {}
  void take() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  std::exception_ptr error_;
};

}  // namespace detail

/// A lazy coroutine, owned by the holder of the Task; move-only, one thread.
///
/// `T value = co_await some_task();` runs it and yields its value or throws its exception. Destroying a Task that
/// waits cancels it: its frame and those of the tasks it awaits are destroyed, inner ones first, and what they
/// wait for drops them. A Task must not be destroyed while it runs.
///
/// g++ 12.2 lays the frame out wrongly, and the program crashes, when a function has no local variable at all and
/// a co_await in the condition of if, while, for or switch: name the result first. tools/check_coroutines.py finds
/// those.
///
/// Example: `Task<int> twice(Task<int> t) { co_return 2 * co_await std::move(t); }`
template <class T>
class [[nodiscard]] Task {
 public:
  using promise_type = detail::Promise<T>;
  using Handle = std::coroutine_handle<promise_type>;

  explicit Task(Handle frame) noexcept : frame_(frame) {}
  Task(Task&& other) noexcept : frame_(std::exchange(other.frame_, {})) {}
  Task& operator=(Task&& other) noexcept {
    std::swap(frame_, other.frame_);
    return *this;
  }
  ~Task() {
    if (frame_) frame_.destroy();
  }

  /// Runs the child inside await_ready until it really waits. So a child that does not wait costs no suspension,
  /// and a long loop of such children costs no stack (g++ 12 makes symmetric transfer a nested call without
  /// optimisation and under ASan).
  struct Awaiter {
    Handle child;
    bool await_ready() const {
      assert(child && !child.done());
      child.resume();
      return child.done();
    }
    void await_suspend(std::coroutine_handle<> parent) const noexcept { child.promise().continue_with(parent); }
    T await_resume() const { return child.promise().take(); }
  };
  Awaiter operator co_await() && noexcept { return Awaiter{frame_}; }

  /// Starts it although nobody awaits it. For Job only; call once, never on an awaited task.
  void start() const { frame_.resume(); }

 private:
  Handle frame_;
};

namespace detail {
template <class T>
Task<T> Promise<T>::get_return_object() noexcept {
  return Task<T>(std::coroutine_handle<Promise>::from_promise(*this));
}
inline Task<void> Promise<void>::get_return_object() noexcept {
  return Task<void>(std::coroutine_handle<Promise>::from_promise(*this));
}
}  // namespace detail

}  // namespace postbag::async
