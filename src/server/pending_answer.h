// An answer that somebody waits for; it is given exactly once.
#pragma once

#include <functional>
#include <utility>

#include "postbag/server.h"

namespace postbag::server {

/// When it is destroyed without an answer, it gives Cause::stopped: the server stopped before the answer existed.
template <class T>
class PendingAnswer {
 public:
  /// `give` may be null: then nobody waits.
  explicit PendingAnswer(std::move_only_function<void(Expected<T>)> give) : give_(std::move(give)) {}
  PendingAnswer(PendingAnswer&& other) noexcept : give_(std::exchange(other.give_, nullptr)) {}
  PendingAnswer& operator=(PendingAnswer&&) = delete;
  ~PendingAnswer() {
    if (give_) give_(std::unexpected(Failure{Cause::stopped, "the server is not running"}));
  }
  /// Gives the answer. Call it once.
  void give(Expected<T> what) {
    if (auto once = std::exchange(give_, nullptr)) once(std::move(what));
  }

 private:
  std::move_only_function<void(Expected<T>)> give_;
};

}  // namespace postbag::server
