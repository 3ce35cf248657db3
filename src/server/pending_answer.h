// An answer somebody waits for, given exactly once, whatever happens.
#pragma once

#include <functional>
#include <utility>

#include "postbag/server.h"

namespace postbag::server {

/// Dropped without having been given, it says Cause::stopped: whoever would have given it is gone with the server.
template <class T>
class Answer {
 public:
  /// `give` may be null: nobody waits.
  explicit Answer(std::move_only_function<void(Expected<T>)> give) : give_(std::move(give)) {}
  Answer(Answer&& other) noexcept : give_(std::exchange(other.give_, nullptr)) {}
  Answer& operator=(Answer&&) = delete;
  ~Answer() {
    if (give_) give_(std::unexpected(Failure{Cause::stopped, "the server is not running"}));
  }
  /// Once.
  void give(Expected<T> what) {
    if (auto once = std::exchange(give_, nullptr)) once(std::move(what));
  }

 private:
  std::move_only_function<void(Expected<T>)> give_;
};

}  // namespace postbag::server
