// Questions that a callback of the host answers, from any thread and at any time.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "server/loop_poster.h"
#include "session/peer.h"

namespace postbag::server {

/// The answer on the loop's thread; destroyed when the peer no longer waits for it.
template <class Answer>
struct Awaited {
  explicit Awaited(Peer& p) : peer(p) {}
  Peer& peer;
  std::optional<Answer> answer;
};

/// The host's part of one question. The first answer counts, from any thread. Answers Answer{}, "no", when the last
/// copy is destroyed without one.
template <class Answer>
class HostQuestion {
 public:
  HostQuestion(std::shared_ptr<LoopPoster> poster, std::weak_ptr<Awaited<Answer>> waiting)
      : poster_(std::move(poster)), waiting_(std::move(waiting)) {}
  HostQuestion(const HostQuestion&) = delete;
  HostQuestion& operator=(const HostQuestion&) = delete;
  ~HostQuestion() { answer(Answer{}); }

  void answer(Answer given) {
    if (answered_.exchange(true)) return;
    poster_->post([waiting = waiting_, given = std::move(given)]() mutable {
      const std::shared_ptr<Awaited<Answer>> awaited = waiting.lock();
      if (!awaited) return;
      awaited->answer = std::move(given);
      awaited->peer.wake();
    });
  }

 private:
  std::shared_ptr<LoopPoster> poster_;
  std::weak_ptr<Awaited<Answer>> waiting_;
  std::atomic<bool> answered_ = false;
};

/// What the host gets to answer with.
template <class Answer>
std::function<void(Answer)> answer_to(const std::shared_ptr<Awaited<Answer>>& awaited,
                                      std::shared_ptr<LoopPoster> poster) {
  return [question = std::make_shared<HostQuestion<Answer>>(std::move(poster), awaited)](Answer given) {
    question->answer(std::move(given));
  };
}

}  // namespace postbag::server
